#ifndef QUOTACAST_SIMULATION_PAST_FORECASTS_H_
#define QUOTACAST_SIMULATION_PAST_FORECASTS_H_

// The forecasts that corrections are learnt from: a replay of an organization's past.

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "simulation/correction.h"
#include "simulation/forecast.h"
#include "simulation/replay.h"

namespace quotacast::simulation {

// What is remembered of the answer to a question of a replay; the forecast must have kept its
// samples.
PastForecast Remember(const History& history, int64_t as_of_us, const ReplayQuestion& asked,
                      const Forecast& forecast);

// Replays every quota of the measure whose period had ended by `until_us`, at the start and after
// one and two thirds of it, with 2,048 trials a forecast and seed 1 whatever `options` says, so
// that what is learnt does not depend on how a question is asked. A later `until_us` adds forecasts
// and changes none. Empty where there is none. Errors: CANCELLED.
absl::StatusOr<std::vector<PastForecast>> ReplayPast(
    const History& history, Measure measure, int64_t until_us, const ForecastOptions& options,
    const std::function<void(int64_t done, int64_t total)>& progress = nullptr);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_PAST_FORECASTS_H_
