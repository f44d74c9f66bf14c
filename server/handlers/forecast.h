#ifndef QUOTACAST_SERVER_HANDLERS_FORECAST_H_
#define QUOTACAST_SERVER_HANDLERS_FORECAST_H_

// The methods of ForecastService, as quotacast/v1/forecast_service.proto describes them.

#include "absl/status/statusor.h"
#include "quotacast/v1/forecast_service.pb.h"
#include "server/handlers/engine.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::ForecastAttainmentResponse> ForecastAttainment(
    const Context& context, Engine& engine, const v1::ForecastAttainmentRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_FORECAST_H_
