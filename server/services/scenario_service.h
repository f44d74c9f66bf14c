#ifndef QUOTACAST_SERVER_SERVICES_SCENARIO_SERVICE_H_
#define QUOTACAST_SERVER_SERVICES_SCENARIO_SERVICE_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "server/handlers/engine.h"
#include "server/model_cache.h"
#include "server/services/call.h"

namespace quotacast {

// ScenarioService and PlanningService. What they are given must outlive them.
std::unique_ptr<grpc::Service> MakeScenarioService(Backend& backend, handlers::Engine& engine,
                                                   ModelCache& models);
std::unique_ptr<grpc::Service> MakePlanningService(Backend& backend, handlers::Engine& engine,
                                                   ModelCache& models);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVICES_SCENARIO_SERVICE_H_
