#ifndef QUOTACAST_SERVER_SERVICES_FORECAST_SERVICE_H_
#define QUOTACAST_SERVER_SERVICES_FORECAST_SERVICE_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "server/handlers/engine.h"
#include "server/model_cache.h"
#include "server/services/call.h"

namespace quotacast {

// ForecastService and BacktestService. What they are given must outlive them.
std::unique_ptr<grpc::Service> MakeForecastService(Backend& backend, handlers::Engine& engine,
                                                   ModelCache& models);
std::unique_ptr<grpc::Service> MakeBacktestService(Backend& backend, handlers::Engine& engine);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVICES_FORECAST_SERVICE_H_
