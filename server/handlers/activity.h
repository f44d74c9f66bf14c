#ifndef QUOTACAST_SERVER_HANDLERS_ACTIVITY_H_
#define QUOTACAST_SERVER_HANDLERS_ACTIVITY_H_

// The methods of ActivityService, as quotacast/v1/activity_service.proto describes them.

#include "absl/status/statusor.h"
#include "quotacast/v1/activity_service.pb.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::Activity> CreateActivity(const Context& context,
                                            const v1::CreateActivityRequest& request);
absl::StatusOr<v1::Activity> GetActivity(const Context& context,
                                         const v1::GetActivityRequest& request);
absl::StatusOr<v1::ListActivitiesResponse> ListActivities(const Context& context,
                                                          const v1::ListActivitiesRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_ACTIVITY_H_
