#ifndef QUOTACAST_SERVER_HANDLERS_SCENARIO_H_
#define QUOTACAST_SERVER_HANDLERS_SCENARIO_H_

// The methods of ScenarioService and PlanningService, as their protos describe them.

#include "absl/status/statusor.h"
#include "quotacast/v1/planning_service.pb.h"
#include "quotacast/v1/scenario_service.pb.h"
#include "server/handlers/engine.h"
#include "server/handlers/request.h"
#include "server/model_cache.h"

namespace quotacast::handlers {

// Goes with every answer that is built on activity.
inline constexpr char kActivityCaveat[] =
    "Built on what went together with activity in the records: that tells what goes with results, "
    "not what causes them (reps call the good deals more often).";

absl::StatusOr<v1::SimulateScenariosResponse> SimulateScenarios(
    const Context& context, Engine& engine, ModelCache& models,
    const v1::SimulateScenariosRequest& request);

absl::StatusOr<v1::AnalyzeDealsResponse> AnalyzeDeals(const Context& context, Engine& engine,
                                                      ModelCache& models,
                                                      const v1::AnalyzeDealsRequest& request);

absl::StatusOr<v1::ExplainChangeResponse> ExplainChange(const Context& context, Engine& engine,
                                                        ModelCache& models,
                                                        const v1::ExplainChangeRequest& request);

absl::StatusOr<v1::PlanActivityResponse> PlanActivity(const Context& context, Engine& engine,
                                                      ModelCache& models,
                                                      const v1::PlanActivityRequest& request);

absl::StatusOr<v1::PlanRepsResponse> PlanReps(const Context& context, Engine& engine,
                                              ModelCache& models,
                                              const v1::PlanRepsRequest& request);

absl::StatusOr<v1::SuggestQuotasResponse> SuggestQuotas(const Context& context, Engine& engine,
                                                        ModelCache& models,
                                                        const v1::SuggestQuotasRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_SCENARIO_H_
