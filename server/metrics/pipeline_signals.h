#ifndef QUOTACAST_SERVER_METRICS_PIPELINE_SIGNALS_H_
#define QUOTACAST_SERVER_METRICS_PIPELINE_SIGNALS_H_

// Signals about what is open, what is missing, and what is recorded.

#include <vector>

#include "absl/types/span.h"
#include "server/metrics/signal.h"
#include "server/metrics/signal_evidence.h"
#include "simulation/forecast.h"

namespace quotacast::metrics {

// Above the band of those who made their quota, with fewer of them attended than the company's:
// P(share attended < 0.75 of the company's).
void AddOverloaded(const SignalEvidence& evidence, std::vector<Signal>& signals);

// Below the band, in a company where that matters: P(those below it make their quota less often
// than those within).
void AddUnderloaded(const SignalEvidence& evidence, std::vector<Signal>& signals);

// Open ones whose age in the stage leaves them at most a third of the chance to get on that they
// had on entry: P(share that still advances < a third of the share on entry), learnt from the
// company's cohorts of the days before. One signal a rep.
void AddStaleOpportunities(const SignalEvidence& evidence, std::vector<Signal>& signals);

// Open after their expected close day. One signal a rep.
void AddCloseDatePast(const SignalEvidence& evidence, std::vector<Signal>& signals);

// No activity and no move for at least five working days, longer than chance allows: at the rep's
// own recent pace such a silence has a chance below 1 in 1,000 (gamma-Poisson, days of at most 20
// records).
void AddNothingRecorded(const SignalEvidence& evidence, std::vector<Signal>& signals);

// Records that contradict themselves. One signal a rep.
void AddImpossibleData(const SignalEvidence& evidence, std::vector<Signal>& signals);

// From the forecasts of reps (questions of owner type rep): the chance of the quota is below 5 %
// even at the upper end of its interval; or it is below one half and everything in the last two
// open stages would not make what is missing, while less is left of the period than a win takes
// from creation.
void AddQuotaSignals(const SignalEvidence& evidence,
                     absl::Span<const simulation::Forecast> forecasts,
                     std::vector<Signal>& signals);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_PIPELINE_SIGNALS_H_
