#ifndef QUOTACAST_SIMULATION_FORECAST_H_
#define QUOTACAST_SIMULATION_FORECAST_H_

// The chance of hitting a quota: the question, its options and its answer.

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/history.h"
#include "simulation/model_options.h"

namespace quotacast::simulation {

struct Question {
  OwnerType owner_type = OwnerType::kRep;
  int32_t owner = 0;  // Index into History::reps or History::teams. A team's bookings are those of
                      // the reps in its subtree.
  Measure measure = Measure::kAmount;
  Day period_start = 0;
  Day period_end = 0;              // Exclusive.
  int64_t target = 0;              // > 0.
  std::vector<int32_t> reps = {};  // Where not empty: the bookings of these reps together (distinct
                                   // indices into History::reps), and owner is not read.
};

struct Forecast;

// Told of answers as they come. Called from one thread at a time, about every millisecond while
// there is work.
class ForecastObserver {
 public:
  virtual ~ForecastObserver() = default;
  // `share_done`, 0 to 1 and never falling, of the work that is expected.
  virtual void OnProgress(double share_done) = 0;
  // `forecast()` is the answer to the question `question` so far; it is made when called, within
  // the call only. With `final` it will not become better.
  virtual void OnAnswer(size_t question, bool final, const std::function<Forecast()>& forecast) = 0;
};

struct ForecastOptions {
  int64_t trial_count = 10'000;  // 100 to 10,000,000; ignored where precision_pp > 0. Rounded up to
                                 // whole blocks of 2048, at least 5 of them.
  double precision_pp = 0;  // Run until every standard error is at most so many percentage points,
                            // or 10,000,000 trials; 0: trial_count rules.
  uint64_t seed = 1;
  // Share of trials that take the rep's own pace instead of the model, 0 to 1, at the start of a
  // period; later as much less as less of the period is ahead.
  double run_rate_share = 0.08;
  int thread_count = 1;             // Never changes a result.
  bool keep_samples = false;        // Fill Forecast::samples.
  std::function<bool()> cancelled;  // Polled at least every few milliseconds, from any of the
                                    // threads; true ends the work with CANCELLED.
  ForecastObserver* observer = nullptr;
  ModelOptions model;  // Read where the call fits the model itself.
};

struct Quantile {
  double level = 0;
  double value = 0;
};

// Values are in micro units of money, or pieces.
struct Forecast {
  Question question;
  int64_t booked = 0;                 // Already booked in the period, as of the question.
  double attainment_probability = 0;  // P(bookings of the period >= target).
  double standard_error = 0;          // Monte Carlo error of that probability.
  double probability_low = 0;  // 90 % interval of the probability from estimated parameters alone.
  double probability_high = 0;
  double mean = 0;
  std::vector<Quantile> quantiles;  // Levels .05 .1 .25 .5 .75 .9 .95 of the period's bookings.
  std::vector<int64_t> samples;     // With keep_samples: each trial's bookings, ascending; every
                                    // trial weighs the same.
  int64_t trial_count = 0;
  int32_t open_opportunity_count = 0;
  double expected_from_open =
      0;  // Expected bookings in the rest of the period from what is open now,
  double expected_from_new = 0;  // and from what is not yet created.
};

// Answers every question as of the model's instant. Questions asked together share their draws, so
// a team's distribution is that of the sum of its reps; what else is asked does not change an
// answer. The standard error holds for trials that share parameter draws: it comes from the spread
// of independent blocks of draws. probability_low and probability_high are what the estimated
// parameters leave open, shocks and chance averaged out. Safe to call from several threads. Errors:
// INVALID_ARGUMENT for an option out of range, an unknown owner, or a period that ends at or before
// as_of or more than five years after it; CANCELLED.
absl::StatusOr<std::vector<Forecast>> ForecastAttainment(const FittedModel& model,
                                                         absl::Span<const Question> questions,
                                                         const ForecastOptions& options);

// The same, with a model fitted for the purpose to what happened before the instant `as_of_us`.
// Also FAILED_PRECONDITION for a history without any opportunity before as_of.
absl::StatusOr<std::vector<Forecast>> ForecastAttainment(const History& history, int64_t as_of_us,
                                                         absl::Span<const Question> questions,
                                                         const ForecastOptions& options);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_FORECAST_H_
