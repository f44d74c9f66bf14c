#ifndef QUOTACAST_SERVER_METRICS_SIGNALS_H_
#define QUOTACAST_SERVER_METRICS_SIGNALS_H_

// All signals of a company, with what they do to the chance of quota.

#include <vector>

#include "absl/status/statusor.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/signal.h"
#include "server/metrics/signal_evidence.h"
#include "simulation/fitted_model.h"
#include "simulation/forecast.h"
#include "simulation/history.h"

namespace quotacast::metrics {

// Every signal that needs no forecast, unsorted.
std::vector<Signal> FindSignals(const SignalEvidence& evidence);

// Adds the signals that come from the forecasts, and to those about conversion, closing and
// contact rate what they take from the chance of the quota: the questions of the reps concerned are
// asked once more with the rep's own multiplier of those hazards (of arrivals, for the contact
// rate) raised to the company's. Then sorts, most urgent first. `questions` are reps' quotas.
// Errors: those of ForecastAttainment.
absl::Status AddForecasts(const SignalEvidence& evidence, const simulation::FittedModel& model,
                          absl::Span<const simulation::Question> questions,
                          const simulation::ForecastOptions& options, std::vector<Signal>& signals);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_SIGNALS_H_
