#ifndef QUOTACAST_SERVER_CONVERT_SCENARIO_H_
#define QUOTACAST_SERVER_CONVERT_SCENARIO_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "quotacast/v1/scenario_service.pb.h"
#include "server/history_cache.h"
#include "simulation/fitted_model.h"
#include "simulation/scenario/scenario.h"

namespace quotacast::convert {

// What the names in a change are looked up in.
struct ScenarioFrame {
  const std::string& organization;
  const simulation::History& history;
  const simulation::FittedModel& model;
  std::optional<int32_t> only_rep;             // Where just one is selected.
  std::optional<simulation::Measure> measure;  // Where just one is asked about.
};

// `field` is the change's path in the request. Errors: INVALID_ARGUMENT naming the field; NOT_FOUND
// for a rep or opportunity.
absl::StatusOr<simulation::Change> FromProto(const std::string& field, const ScenarioFrame& frame,
                                             const v1::ScenarioChange& change);

// The kind of activity; INVALID_ARGUMENT for none.
absl::StatusOr<simulation::ActivityType> ToActivityType(absl::string_view field,
                                                        v1::Activity::Type type);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_SCENARIO_H_
