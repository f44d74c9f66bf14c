#ifndef QUOTACAST_SIMULATION_BASELINES_H_
#define QUOTACAST_SIMULATION_BASELINES_H_

// What anybody would forecast without a model of the sales process: the measure of whether the
// model earns its place. Each baseline is a full predictive distribution, so that it can be scored
// alike.

#include <array>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "simulation/daily_bookings.h"
#include "simulation/forecast.h"
#include "simulation/history.h"
#include "simulation/periods.h"
#include "simulation/run_rate.h"

namespace quotacast::simulation {

enum class Baseline {
  // Booked + max(0, Normal) with the mean and variance of RestOfPeriodPace.
  kRunRate,
  // The same, scaled by what this month of a quarter usually brings.
  kSeasonalRunRate,
  // Booked + the open opportunities, each won with the share of those once open in its stage that
  // were won within as many days as are left. Nothing for what is not yet created.
  kWeightedPipeline,
  // Booked + the open opportunities, each won with the odds of those closed so far: (won/lost)
  // times
  // the likelihood ratios of having reached its stage and of its owner, as if independent (naive
  // Bayes). No thought of time.
  kStageOdds,
  // Target x what the owners of earlier quotas of the same kind booked in shares of them (0, 1 and
  // 2
  // where there are none yet); at least what is booked.
  kBaseRate,
};

inline constexpr std::array<Baseline, 5> kBaselines = {
    Baseline::kRunRate, Baseline::kSeasonalRunRate, Baseline::kWeightedPipeline,
    Baseline::kStageOdds, Baseline::kBaseRate};

// "run rate", "seasonal run rate", "weighted pipeline", "stage odds", "base rate".
absl::string_view NameOf(Baseline baseline);

// The reps whose bookings a question is about, ascending.
std::vector<int32_t> RepsOf(const History& history, const Question& question);

class BaselineForecaster {
 public:
  static constexpr int kSampleCount = 400;

  // Reads nothing of `history` from `as_of_us` on. The history must outlive the forecaster.
  BaselineForecaster(const History& history, int64_t as_of_us, Measure measure);

  // For each question, kSampleCount equally weighted values of the period's bookings, ascending, in
  // micro units or units: quantiles of the distributions above where they are known in closed form,
  // else a sample whose numbers depend on `seed` and the question alone. The periods must end after
  // as_of. A question of several reps is about their sum; the paces of reps asked about the same
  // period are shrunk towards each other.
  std::vector<std::vector<int64_t>> Predict(Baseline baseline, absl::Span<const Question> questions,
                                            uint64_t seed) const;

 private:
  // A stay of an opportunity in an open stage, with what became of the opportunity.
  struct Visit {
    int32_t opportunity = 0;
    int32_t pipeline = 0;
    int32_t stage = 0;
    int32_t rep = kNone;  // Its owner as of the instant.
    Day enter = 0;
    Day leave = INT32_MAX;  // INT32_MAX while it is still open.
    Day won = INT32_MAX;    // INT32_MAX where it is not won.
    bool lost = false;
    int64_t value = 0;
  };
  void ReadVisits();
  // Of questions of one period.
  std::vector<Pace> Paces(absl::Span<const Question> questions, bool seasonal) const;
  std::vector<int64_t> RunRate(const Question& question, Pace pace) const;
  std::vector<int64_t> BaseRate(const Question& question) const;
  std::vector<int64_t> SumOfOpen(const Question& question, absl::Span<const double> chances,
                                 uint64_t seed) const;
  // Chance of a win by visit of visits_ (of those still open), within so many days or ever.
  std::vector<double> ChancesWithin(int days) const;
  std::vector<double> ChancesEver() const;
  int64_t Booked(const Question& question) const;

  const History& history_;
  int64_t as_of_us_;
  Measure measure_;
  Day today_;  // The day on which as_of falls.
  DailyBookings bookings_;
  std::vector<Visit> visits_;
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_BASELINES_H_
