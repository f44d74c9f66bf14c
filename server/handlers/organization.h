#ifndef QUOTACAST_SERVER_HANDLERS_ORGANIZATION_H_
#define QUOTACAST_SERVER_HANDLERS_ORGANIZATION_H_

// The methods of OrganizationService, as quotacast/v1/organization_service.proto describes them.

#include "absl/status/statusor.h"
#include "quotacast/v1/organization_service.pb.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::Organization> CreateOrganization(const Context& context,
                                                    const v1::CreateOrganizationRequest& request);
absl::StatusOr<v1::Organization> GetOrganization(const Context& context,
                                                 const v1::GetOrganizationRequest& request);
absl::StatusOr<v1::ListOrganizationsResponse> ListOrganizations(
    const Context& context, const v1::ListOrganizationsRequest& request);
absl::StatusOr<v1::Organization> UpdateOrganization(const Context& context,
                                                    const v1::UpdateOrganizationRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_ORGANIZATION_H_
