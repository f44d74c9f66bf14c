#ifndef QUOTACAST_SERVER_SERVICES_FORECAST_SERVICE_H_
#define QUOTACAST_SERVER_SERVICES_FORECAST_SERVICE_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "server/handlers/forecast.h"
#include "server/services/call.h"

namespace quotacast {

// `backend` and `engine` must outlive it.
std::unique_ptr<grpc::Service> MakeForecastService(Backend& backend, handlers::Engine& engine);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVICES_FORECAST_SERVICE_H_
