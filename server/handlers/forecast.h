#ifndef QUOTACAST_SERVER_HANDLERS_FORECAST_H_
#define QUOTACAST_SERVER_HANDLERS_FORECAST_H_

// The methods of ForecastService, as quotacast/v1/forecast_service.proto describes them.

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "quotacast/v1/forecast_service.pb.h"
#include "server/handlers/engine.h"
#include "server/handlers/request.h"
#include "server/model_cache.h"

namespace quotacast::handlers {

absl::StatusOr<v1::ForecastAttainmentResponse> ForecastAttainment(
    const Context& context, Engine& engine, ModelCache& models,
    const v1::ForecastAttainmentRequest& request);

// Takes the messages of a stream, in order, from one thread at a time.
using ForecastSink = std::function<void(const v1::StreamForecastAttainmentResponse&)>;

absl::Status StreamForecastAttainment(const Context& context, Engine& engine, ModelCache& models,
                                      const v1::StreamForecastAttainmentRequest& request,
                                      const ForecastSink& send);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_FORECAST_H_
