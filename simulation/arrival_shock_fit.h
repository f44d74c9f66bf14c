#ifndef QUOTACAST_SIMULATION_ARRIVAL_SHOCK_FIT_H_
#define QUOTACAST_SIMULATION_ARRIVAL_SHOCK_FIT_H_

// How much creations vary from stretch to stretch beyond what chance explains.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/observation.h"

namespace quotacast::simulation {

// How many opportunities each rep created in one pipeline in stretches of whole weeks (shock_days,
// rounded) before the day of as-of, at most 26 of them, as far back as the first day.
class StretchCounts {
 public:
  StretchCounts() = default;
  StretchCounts(size_t rep_count, Day first_day, Day as_of_day, double shock_days);
  // Adds a creation, or takes it back (a `sign` of -1).
  void Count(const Creation& creation, int32_t sign);
  void Add(const StretchCounts& other);

  int stretch_count() const { return stretch_count_; }
  // [start, end) of a stretch; 0 is the latest.
  Day StartOf(int stretch) const { return EndOf(stretch + 1); }
  Day EndOf(int stretch) const { return end_ - stretch * length_; }
  const int32_t* OfRep(size_t rep) const {
    return counts_.data() + rep * static_cast<size_t>(stretch_count_);
  }

 private:
  Day end_ = 0;
  Day length_ = 7;
  int stretch_count_ = 0;
  std::vector<int32_t> counts_;  // [rep][stretch].
};

// Shapes of the Gamma(k, k) shocks on creations; infinite: none.
struct ArrivalShockShapes {
  double rep = 0;
  double company = 0;
};

// Moments of the creations n[r,s] of reps r in the stretches s that they were at work throughout.
// With m a rep's mean over S stretches, T the variance about it (S - 1 in the denominator) and the
// variances v of a shock of the rep and c of the company,
//
//   E[T] = m + u m^2,  u = (1 + v)(1 + c) - 1,   Cov(n[r,s], n[q,s]) = c m_r m_q;
//
// u = sum w (S - 1)(T - m) / sum w (S - 1)(m^2 - T/S) with w = 1/(1 + u0 m)^2, the best weights
// where u = u0; c from the sum over stretches and pairs of reps. Both are averaged with the
// variances of the given shapes, v0 and c0, which weigh as much as arrival_shock_prior_stretches
// stretches without the noise of counts: a rep's stretch counts (u0 m / (1 + u0 m))^2, one of the
// company alike. So little history leaves the given shapes as they are. A given shape that is
// infinite stays so. Pipelines are taken together, each with shocks of its own.
//
// `counts` are by pipeline, all of the same stretches. Reads of `model` its options and reps.
ArrivalShockShapes FitArrivalShocks(const FittedModel& model,
                                    absl::Span<const StretchCounts> counts);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ARRIVAL_SHOCK_FIT_H_
