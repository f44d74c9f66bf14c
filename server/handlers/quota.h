#ifndef QUOTACAST_SERVER_HANDLERS_QUOTA_H_
#define QUOTACAST_SERVER_HANDLERS_QUOTA_H_

// The methods of QuotaService, as quotacast/v1/quota_service.proto describes them.

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "quotacast/v1/quota_service.pb.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::Quota> CreateQuota(const Context& context,
                                      const v1::CreateQuotaRequest& request);
absl::StatusOr<v1::Quota> GetQuota(const Context& context, const v1::GetQuotaRequest& request);
absl::StatusOr<v1::ListQuotasResponse> ListQuotas(const Context& context,
                                                  const v1::ListQuotasRequest& request);
absl::StatusOr<v1::Quota> UpdateQuota(const Context& context,
                                      const v1::UpdateQuotaRequest& request);
absl::StatusOr<google::protobuf::Empty> DeleteQuota(const Context& context,
                                                    const v1::DeleteQuotaRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_QUOTA_H_
