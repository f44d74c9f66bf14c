#ifndef QUOTACAST_SIMULATION_CONVOLUTION_H_
#define QUOTACAST_SIMULATION_CONVOLUTION_H_

// The exact distribution of a period's bookings under given parameters, for small cases: the open
// opportunities are independent then, and the wins of those not yet created a compound Poisson sum.

#include <cstdint>
#include <limits>
#include <map>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "simulation/forecast.h"
#include "simulation/point_parameters.h"

namespace quotacast::simulation {

// Probability by value; sums to 1.
using ValueDistribution = std::map<int64_t, double>;

// Chances of one rep's opportunities to be won in a period, by the backward recursion over days
//
//   V[s](a, t) = sum_k P_k(s, a, t) V[next(k)] + P_stay(s, a, t) V[s](a + 1, t + 1)
//
// with V[won](t) = 1 on the days of the period, V = 0 from its end, and V[next(k)] taken at age 0
// of the same day where k leads forward, at age 1 of the next day where it leads backward, times
// the share of what enters that may leave again.
class ExactChances {
 public:
  // The arguments must outlive it. The period is [start, end).
  ExactChances(const FittedModel& model, const PointParameters& draw, int32_t rep, Day start,
               Day end)
      : model_(model), draw_(draw), rep_(rep), start_(start), end_(end) {}

  // Of an opportunity in a cell at an age, on a day from the as-of day on, that may leave it.
  double At(int32_t cell, int age_days, Day day);

  // The expected wins in the period of what the rep creates in a pipeline from the as-of day on.
  double ExpectedNewWins(int32_t pipeline);

 private:
  double Stage(int32_t pipeline, int16_t stage, int age_days, Day day);

  const FittedModel& model_;
  const PointParameters& draw_;
  int32_t rep_;
  Day start_;
  Day end_;
  std::unordered_map<uint64_t, double> known_;
};

struct ConvolutionOptions {
  // Wins of opportunities not yet created: negative binomial of this shape (a Gamma(k, k) shock on
  // each rep's rate in a pipeline) where finite, else Poisson.
  double arrival_shape = std::numeric_limits<double>::infinity();
  // Counts of new wins are cut where less than this is left.
  double tail = 1e-13;
  size_t max_values = size_t{1} << 20;
};

// The bookings of the question's period, what is booked so far included. RESOURCE_EXHAUSTED where
// more than max_values different values are possible.
absl::StatusOr<ValueDistribution> ExactBookings(const FittedModel& model,
                                                const PointParameters& draw,
                                                const Question& question,
                                                const ConvolutionOptions& options = {});

// P(value >= target).
double ChanceAtLeast(const ValueDistribution& distribution, int64_t target);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_CONVOLUTION_H_
