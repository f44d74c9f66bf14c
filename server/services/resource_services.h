#ifndef QUOTACAST_SERVER_SERVICES_RESOURCE_SERVICES_H_
#define QUOTACAST_SERVER_SERVICES_RESOURCE_SERVICES_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <vector>

#include "server/services/call.h"

namespace quotacast {

// The services of standard methods: organizations, teams, reps, pipelines, quotas, opportunities
// with their stage transitions, activities. `backend` must outlive them.
std::vector<std::unique_ptr<grpc::Service>> MakeResourceServices(Backend& backend);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVICES_RESOURCE_SERVICES_H_
