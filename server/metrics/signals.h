#ifndef QUOTACAST_SERVER_METRICS_SIGNALS_H_
#define QUOTACAST_SERVER_METRICS_SIGNALS_H_

// All signals of a company, with what they do to the chance of quota.

#include <vector>

#include "absl/status/statusor.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/signal.h"
#include "server/metrics/signal_effects.h"
#include "server/metrics/signal_evidence.h"
#include "simulation/fitted_model.h"
#include "simulation/forecast.h"
#include "simulation/history.h"

namespace quotacast::metrics {

// Every signal that needs no forecast, unsorted; the same whatever the number of threads.
std::vector<Signal> FindSignals(const SignalEvidence& evidence, int thread_count);

// Adds the signals that come from the forecasts, each signal's chance of the quota, and to those
// about pace what they take from it. Then sorts, most urgent first. `forecasts` must be of the
// model, with the same options. Errors: those of ForecastAttainment.
absl::Status AddForecasts(const SignalEvidence& evidence, const simulation::FittedModel& model,
                          const QuotaForecasts& forecasts,
                          const simulation::ForecastOptions& options, std::vector<Signal>& signals);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_SIGNALS_H_
