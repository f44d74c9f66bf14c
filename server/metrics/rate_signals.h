#ifndef QUOTACAST_SERVER_METRICS_RATE_SIGNALS_H_
#define QUOTACAST_SERVER_METRICS_RATE_SIGNALS_H_

// Signals about a rep's rates: each holds the posterior of the rep's rate, shrunk towards the
// company as far as its reps are alike, against a reference.

#include <vector>

#include "server/metrics/signal.h"
#include "server/metrics/signal_evidence.h"

namespace quotacast::metrics {

// At one stage (a StageIndex number), recent cohorts against the rep's own earlier ones, at the
// same age: P(recent < 0.75 earlier).
void AddConversionDrops(const SignalEvidence& evidence, size_t stage, std::vector<Signal>& signals);

// P(win rate from the last open stage < 0.75 of the company's), where the rep creates as many
// opportunities per working day as the company does.
void AddOpensButDoesNotClose(const SignalEvidence& evidence, std::vector<Signal>& signals);

// P(opportunities per prospecting call < 0.75 of the company's).
void AddLowContactRates(const SignalEvidence& evidence, std::vector<Signal>& signals);

// P(share lost after at most one follow-up > 4/3 of the company's); silent where less than half of
// the company's closed opportunities ever saw a follow-up.
void AddGivesUpEarly(const SignalEvidence& evidence, std::vector<Signal>& signals);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_RATE_SIGNALS_H_
