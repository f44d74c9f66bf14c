#ifndef QUOTACAST_SERVER_METRICS_SIGNAL_EFFECTS_H_
#define QUOTACAST_SERVER_METRICS_SIGNAL_EFFECTS_H_

// What signals do to the chance of the quota: the chance as forecast less the chance without what
// the signal is about, by the same random numbers.

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/metrics/signal.h"
#include "simulation/fitted_model.h"
#include "simulation/forecast.h"

namespace quotacast::metrics {

// Whether an effect can be told of a kind. Without what it is about means:
//   kConversionDrop, kOpensButDoesNotClose: the rep's own multiplier of the stage's hazards, as far
//     as it is worse than the company's, is the company's.
//   kLowContactRate: as many opportunities per call as the company, of as many calls.
//   kStaleOpportunities: the opportunities named have been in their stage as long as the company's
//     open ones there, by the median.
//   kUnderloaded: as many more open as are missing to the lower end of the band, like the
//     company's open ones: taken from them at equal distances.
// Of the others it is not told: what attention, follow-ups or a silence change is not in the model;
// close dates move nothing in it; data that cannot be right have no right value to compare with.
// Of a quota out of reach and thin last stages the chance itself is what is told.
bool HasEffect(SignalKind kind);

// Sets the effects of signals of such kinds whose rep has a question and whose chance is known; the
// others stay as they are. `questions` are reps' quotas, at most one a rep. Errors: those of
// ForecastAttainment.
absl::Status AddEffects(const simulation::FittedModel& model,
                        absl::Span<const simulation::Question> questions,
                        const simulation::ForecastOptions& options,
                        absl::Span<Signal* const> signals);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_SIGNAL_EFFECTS_H_
