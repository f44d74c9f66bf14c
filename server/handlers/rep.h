#ifndef QUOTACAST_SERVER_HANDLERS_REP_H_
#define QUOTACAST_SERVER_HANDLERS_REP_H_

// The methods of RepService, as quotacast/v1/rep_service.proto describes them.

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "quotacast/v1/rep_service.pb.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::Rep> CreateRep(const Context& context, const v1::CreateRepRequest& request);
absl::StatusOr<v1::Rep> GetRep(const Context& context, const v1::GetRepRequest& request);
absl::StatusOr<v1::ListRepsResponse> ListReps(const Context& context,
                                              const v1::ListRepsRequest& request);
absl::StatusOr<v1::Rep> UpdateRep(const Context& context, const v1::UpdateRepRequest& request);
absl::StatusOr<google::protobuf::Empty> DeleteRep(const Context& context,
                                                  const v1::DeleteRepRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_REP_H_
