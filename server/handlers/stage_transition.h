#ifndef QUOTACAST_SERVER_HANDLERS_STAGE_TRANSITION_H_
#define QUOTACAST_SERVER_HANDLERS_STAGE_TRANSITION_H_

// The methods of OpportunityService on stage transitions, as
// quotacast/v1/opportunity_service.proto describes them.

#include "absl/status/statusor.h"
#include "quotacast/v1/opportunity_service.pb.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::StageTransition> CreateStageTransition(
    const Context& context, const v1::CreateStageTransitionRequest& request);
absl::StatusOr<v1::StageTransition> GetStageTransition(
    const Context& context, const v1::GetStageTransitionRequest& request);
absl::StatusOr<v1::ListStageTransitionsResponse> ListStageTransitions(
    const Context& context, const v1::ListStageTransitionsRequest& request);

// The stage of `pipeline` named `id`, or INVALID_ARGUMENT that names the stages there are.
absl::StatusOr<storage::Stage> FindStage(absl::string_view field, const storage::Pipeline& pipeline,
                                         const std::string& id);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_STAGE_TRANSITION_H_
