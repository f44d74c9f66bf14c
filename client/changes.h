#ifndef QUOTACAST_CLIENT_CHANGES_H_
#define QUOTACAST_CLIENT_CHANGES_H_

// Changes of a scenario as they are written on the command line.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "quotacast/v1/scenario_service.pb.h"

namespace quotacast::client {

// `flag` is that of the command line, without its dashes; `organization` its resource name:
//
//   activity call=+20% | call=x1.2 | call=25    speed STAGE=x1.5
//   conversion STAGE=+5pp | STAGE=x1.2          move OPP=REP
//   win OPP, lose OPP                           slip OPP=DATE
//   amount OPP=VALUE                            new STAGE=AMOUNT
//   quota VALUE                                 days-off FROM..TO | REP=FROM..TO
//   rep-leaves REP=DATE                         rep-joins TEAM=DATE | DATE
//
// The activity `opportunity` is that of new opportunities. INVALID_ARGUMENT naming the flag, what
// was given and what is allowed.
absl::StatusOr<v1::ScenarioChange> ParseChange(absl::string_view flag, absl::string_view text,
                                               const std::string& organization);

// Whether `flag` is one of a change.
bool IsChangeFlag(absl::string_view flag);

// call, email, meeting, follow_up or other; TYPE_UNSPECIFIED for anything else.
v1::Activity::Type ActivityTypeOf(absl::string_view text);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_CHANGES_H_
