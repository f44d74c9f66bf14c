#ifndef QUOTACAST_SERVER_SERVICES_METRICS_SERVICE_H_
#define QUOTACAST_SERVER_SERVICES_METRICS_SERVICE_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <vector>

#include "server/handlers/engine.h"
#include "server/model_cache.h"
#include "server/services/call.h"

namespace quotacast {

// MetricsService and SignalService. What they are given must outlive them.
std::vector<std::unique_ptr<grpc::Service>> MakeMetricsServices(Backend& backend,
                                                                handlers::Engine& engine,
                                                                ModelCache& models);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVICES_METRICS_SERVICE_H_
