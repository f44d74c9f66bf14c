#ifndef QUOTACAST_SERVER_CONVERT_FORECAST_H_
#define QUOTACAST_SERVER_CONVERT_FORECAST_H_

#include "quotacast/v1/forecast_service.pb.h"
#include "simulation/forecast.h"

namespace quotacast::convert {

// Everything but the owner, rep_count and target_is_sum. Money turns from micro units into units of
// the currency.
v1::Forecast ToProto(const simulation::Forecast& forecast);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_FORECAST_H_
