#ifndef QUOTACAST_SERVER_HANDLERS_OPPORTUNITY_H_
#define QUOTACAST_SERVER_HANDLERS_OPPORTUNITY_H_

// The methods of OpportunityService on opportunities, as quotacast/v1/opportunity_service.proto
// describes them; those on stage transitions are in stage_transition.h.

#include "absl/status/statusor.h"
#include "quotacast/v1/opportunity_service.pb.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::Opportunity> CreateOpportunity(const Context& context,
                                                  const v1::CreateOpportunityRequest& request);
absl::StatusOr<v1::Opportunity> GetOpportunity(const Context& context,
                                               const v1::GetOpportunityRequest& request);
absl::StatusOr<v1::ListOpportunitiesResponse> ListOpportunities(
    const Context& context, const v1::ListOpportunitiesRequest& request);
absl::StatusOr<v1::Opportunity> UpdateOpportunity(const Context& context,
                                                  const v1::UpdateOpportunityRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_OPPORTUNITY_H_
