#ifndef QUOTACAST_CLIENT_SAMPLE_SAMPLE_H_
#define QUOTACAST_CLIENT_SAMPLE_SAMPLE_H_

// A made-up company as a folder of canonical CSV files, with the truth it was made from beside it.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace quotacast::sample {

struct SampleOptions {
  int rep_count = 12;    // 1 to 100,000.
  int month_count = 18;  // 1 to 240; a month is 30.4 days, rounded to whole days.
  absl::CivilDay end;    // The first day that is not in the history.
  uint64_t seed = 1;
  double contact_rate = .06;  // Opportunities per outbound call, 0 to 0.25; 0: calls lead to none.
  double follow_up_effect = 1;  // On the hazard of advancing for a week, 0.1 to 10; 1: none.
};

struct SampleCounts {
  int64_t reps = 0, teams = 0, opportunities = 0, stage_events = 0, activities = 0, quotas = 0;
};

// Writes teams.csv, reps.csv, stages.csv, opportunities.csv, stage_events.csv, activities.csv,
// quotas.csv and truth.json into `folder`, which is created where missing. The same options give
// the same bytes on any machine. Money is in euros. Errors: INVALID_ARGUMENT for an option out of
// range; ALREADY_EXISTS for a folder that holds one of the files; others as the disk gives them.
//
// truth.json holds the parameters of client/sample/process.h: `seed`, `start` and `end`
// (exclusive), `ageBucketStarts`, `stages` (with the daily hazards `advance`, `lost` by age bucket,
// and `back`), `weekday` (Monday first), `monthOfQuarter`, `skipProbability`, `arrivals`,
// `followUps`, `amounts`, and `reps` with each rep's multipliers.
absl::StatusOr<SampleCounts> WriteSample(const std::string& folder, const SampleOptions& options);

}  // namespace quotacast::sample

#endif  // QUOTACAST_CLIENT_SAMPLE_SAMPLE_H_
