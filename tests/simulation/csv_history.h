#ifndef QUOTACAST_TESTS_SIMULATION_CSV_HISTORY_H_
#define QUOTACAST_TESTS_SIMULATION_CSV_HISTORY_H_

// A canonical CSV folder as a simulation::History, for tests and measurements that need no server.
// It trusts its input more than an import may: it stops at the first row it cannot read.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "simulation/history.h"

namespace quotacast::simulation {

// The records of an RFC 4180 text; quoted fields may hold commas, quotes and line ends. Blank lines
// are no records.
std::vector<std::vector<std::string>> ParseCsv(absl::string_view text);

// Reads the folder's files; a missing file means none of that kind. Bare dates are midnight in
// `zone`; the name of an opportunity becomes its label. Errors: INVALID_ARGUMENT naming file and
// line.
absl::StatusOr<History> LoadCsvHistory(const std::string& folder, absl::TimeZone zone);

// The folder of shared data sets (environment variable QUOTACAST_SHARED_DATA, else the one that
// CMake found beside the project), or "" where there is none.
std::string SharedDataFolder();

// The two shared sets, each in the time zone it is measured in. Errors: NOT_FOUND where there is no
// shared folder.
absl::StatusOr<History> LoadLoans();
absl::StatusOr<History> LoadCrm();

}  // namespace quotacast::simulation

#endif  // QUOTACAST_TESTS_SIMULATION_CSV_HISTORY_H_
