#ifndef QUOTACAST_SERVER_CONVERT_FORECAST_OPTIONS_H_
#define QUOTACAST_SERVER_CONVERT_FORECAST_OPTIONS_H_

// The options of a computation, as forecasts and backtests take them.

#include <string>

#include "absl/strings/str_cat.h"
#include "server/errors.h"
#include "simulation/forecast.h"

namespace quotacast::convert {

inline constexpr int64_t kTrialsMin = 100;
inline constexpr int64_t kTrialsMax = 10'000'000;

// trial_count, seed and run_rate_share of a request. What is wrong goes to `problems`.
template <typename Request>
simulation::ForecastOptions ParseForecastOptions(const Request& request,
                                                 errors::FieldErrors& problems) {
  simulation::ForecastOptions options;
  if (request.trial_count() != 0) {
    options.trial_count = request.trial_count();
    if (options.trial_count < kTrialsMin || options.trial_count > kTrialsMax) {
      problems.Add("trial_count", absl::StrCat("must be ", kTrialsMin, " to ", kTrialsMax, "; got ",
                                               options.trial_count));
    }
  }
  if (request.has_seed()) options.seed = request.seed();
  if (request.has_run_rate_share()) {
    options.run_rate_share = request.run_rate_share();
    // Written so that NaN is refused.
    if (!(options.run_rate_share >= 0 && options.run_rate_share <= 1)) {
      problems.Add("run_rate_share", absl::StrCat("must be 0 to 1; got ", options.run_rate_share));
    }
  }
  return options;
}

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_FORECAST_OPTIONS_H_
