#ifndef QUOTACAST_SERVER_METRICS_SIGNAL_EFFECTS_H_
#define QUOTACAST_SERVER_METRICS_SIGNAL_EFFECTS_H_

// What signals do to the chance of the quota: the chance as forecast less the chance without what
// the signal is about, by the same random numbers.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/metrics/signal.h"
#include "server/storage/mutex.h"
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

// The chances without what signals are about, as far as they were asked for: signals that are about
// the same thing, of whatever evidence, have the same. Of one model and one set of questions.
// Thread-safe.
class MendedChances {
 public:
  std::optional<double> Find(const Signal& signal) const ABSL_LOCKS_EXCLUDED(mutex_);
  void Keep(const Signal& signal, double chance) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Kind, rep, pipeline, stage; how far it is mended; the opportunities named.
  using About = std::tuple<SignalKind, int32_t, int32_t, int16_t, double, std::vector<int32_t>>;
  static About AboutOf(const Signal& signal);

  mutable Mutex mutex_;
  std::map<About, double> chances_ ABSL_GUARDED_BY(mutex_);
};

// Reps' quotas, at most one a rep, as forecast by one model.
struct QuotaForecasts {
  std::vector<simulation::Question> questions;
  // By question. What is made already needs no simulation: it has its chance, which is 1, and what
  // is booked, but no distribution.
  std::vector<simulation::Forecast> forecasts;
  mutable MendedChances mended;

  // Whether all of `asked` are among the questions.
  bool Answer(absl::Span<const simulation::Question> asked) const;
};

// `questions` are of reps of the model. Errors: those of ForecastAttainment.
absl::StatusOr<std::shared_ptr<const QuotaForecasts>> ForecastQuotas(
    const simulation::FittedModel& model, std::vector<simulation::Question> questions,
    const simulation::ForecastOptions& options);

// Sets the effects of signals of such kinds whose rep has a question and whose chance is known; the
// others stay as they are. `forecasts` must be of the model, with the same options. Errors: those
// of ForecastAttainment.
absl::Status AddEffects(const simulation::FittedModel& model, const QuotaForecasts& forecasts,
                        const simulation::ForecastOptions& options,
                        absl::Span<Signal* const> signals);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_SIGNAL_EFFECTS_H_
