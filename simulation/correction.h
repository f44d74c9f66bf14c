#ifndef QUOTACAST_SIMULATION_CORRECTION_H_
#define QUOTACAST_SIMULATION_CORRECTION_H_

// A correction of forecasts by what an organization's own past forecasts got wrong.
//
// It moves the distribution of what is still to come, rest = bookings - booked so far, to
//
//   mean' = bias mean,  standard deviation' = bias width standard deviation
//
// by weighing the trials anew, weight = exp(a rest + b rest^2): the distribution nearest to the
// forecast, in relative entropy, that has these moments. No value is moved, so what can come about
// (a whole number of pieces, the sum of some open opportunities, nothing at all) stays what can
// come about.
//
// Both numbers are learnt from replays whose periods had ended before the instant, by kind of
// period, reps and totals apart, and by how much of the period was gone. Such corrections help one
// organization and hurt another; so it is scored on the past first, each past forecast
// corrected by what was known at its own instant, and taken by default only where that was better.

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "simulation/correction_mode.h"
#include "simulation/forecast.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::simulation {

struct Correction {
  double bias = 1;
  double width = 1;
  int period_count = 0;  // Past periods it was learnt from; 0: nothing known, nothing corrected.
};

// The sample, ascending and as large, corrected. `booked` is part of every value. Moments that no
// weights reach are approached.
std::vector<int64_t> Corrected(absl::Span<const int64_t> sorted, int64_t booked,
                               const Correction& correction);

// Corrects a forecast that kept its samples: probability, its errors, mean, quantiles, samples and
// expectations. The errors are scaled by what the correction does to sqrt(p (1 - p)); the 90 %
// interval from parameters moves along with the probability.
void CorrectForecast(const Correction& correction, Forecast& forecast);

// The quantiles at kRememberedValueCount levels (i + 1/2)/n, which a past forecast is remembered
// by.
inline constexpr int kRememberedValueCount = 100;
std::vector<int64_t> Remembered(absl::Span<const int64_t> sorted);

// One past forecast whose period has ended.
struct PastForecast {
  Period period;
  int64_t period_end_us = 0;
  int64_t as_of_us = 0;
  double elapsed_share = 0;  // Of the period, 0 to 1.
  bool several_reps = false;
  int64_t booked = 0;  // As of the instant.
  int64_t actual = 0;
  std::vector<int64_t> values;  // Remembered(the uncorrected forecast).
};

// How the correction did on past forecasts. Better: over at least kLeastPeriods periods, and by
// more than a standard error (over periods) of the difference.
struct CorrectionRecord {
  static constexpr int kLeastPeriods = 4;
  int period_count = 0;  // With something learnt before them.
  double crps = 0;       // Sums over the forecasts of those periods.
  double corrected_crps = 0;
  double standard_error = 0;  // Of the difference of the two.
  bool better() const {
    return period_count >= kLeastPeriods && crps - corrected_crps > standard_error;
  }
};

class LearntCorrections {
 public:
  // Forecasts of one measure.
  explicit LearntCorrections(std::vector<PastForecast> past);

  // What was known strictly before, or at, the instant: periods that had ended by then.
  Correction At(int64_t as_of_us, PeriodKind kind, bool several_reps, double elapsed_share) const;
  CorrectionRecord RecordAt(int64_t as_of_us, PeriodKind kind, bool several_reps) const;

  // What the mode makes of the two: At, or a correction that changes nothing.
  Correction Choose(CorrectionMode mode, int64_t as_of_us, PeriodKind kind, bool several_reps,
                    double elapsed_share) const;

 private:
  // All forecasts of one kind of one period at about one share of it.
  struct Sums {
    double rest_actual = 0, rest_mean = 0;
    double debiased_crps = 0, debiased_expected = 0;
    double crps = 0, corrected_crps = 0;  // Of those with something learnt before them.
    bool judged = false;
  };
  using Key = std::tuple<PeriodKind, bool, int>;  // Kind, several reps, third of the period.
  Correction Learn(const Key& key, int64_t as_of_us) const;
  std::map<Key, std::map<int64_t, Sums>> sums_;  // By end of period.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_CORRECTION_H_
