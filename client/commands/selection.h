#ifndef QUOTACAST_CLIENT_COMMANDS_SELECTION_H_
#define QUOTACAST_CLIENT_COMMANDS_SELECTION_H_

// What several commands ask about: reps, teams, a period, as of a time.

#include <google/protobuf/timestamp.pb.h>

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/session.h"
#include "quotacast/v1/forecast_service.pb.h"
#include "quotacast/v1/quota.pb.h"

namespace quotacast::client {

struct Selection {
  std::vector<std::string> reps, teams;
  std::string period, measure, as_of;
};

// Adds --rep, --team, --period and --as-of.
void AddSelectionOptions(CLI::App& command, Selection& selection);

// Adds --measure; `preset` says what holds without it.
void AddMeasureOption(CLI::App& command, Selection& selection, const char* preset);

// Adds --correction, with `note` at the end of its help.
void AddCorrectionOption(CLI::App& command, std::string& correction,
                         const char* note = " (default: as\nthe organization has it)");

// CORRECTION_MODE_UNSPECIFIED where none was given.
v1::CorrectionMode CorrectionModeOf(const std::string& correction);

// MEASURE_UNSPECIFIED where none was given.
v1::Measure MeasureOf(const Selection& selection);

// Reads the selection's --as-of, which was given; false, with the reason said, where it is no time.
bool ReadAsOf(const Selection& selection, absl::TimeZone zone,
              google::protobuf::Timestamp& timestamp);

// The organization's time zone; false, with the reason said, where this machine does not know it.
bool LoadZone(const v1::Organization& organization, absl::TimeZone& zone);

// Puts reps, teams, period and as-of into a request that has them. False as ReadAsOf.
template <typename Request>
bool FillSelection(const Selection& selection, const std::string& organization, absl::TimeZone zone,
                   Request& request) {
  request.set_parent(organization);
  for (const std::string& rep : selection.reps) {
    request.add_reps(ResourceName(organization, "reps", rep));
  }
  for (const std::string& team : selection.teams) {
    request.add_teams(ResourceName(organization, "teams", team));
  }
  request.set_period(selection.period);
  return selection.as_of.empty() || ReadAsOf(selection, zone, *request.mutable_as_of());
}

// Names for people of reps and teams, by resource name. What cannot be had is left out: then the
// identifier is shown.
std::map<std::string, std::string> DisplayNames(const Connection& connection,
                                                const std::string& organization);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_COMMANDS_SELECTION_H_
