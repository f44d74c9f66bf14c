#ifndef QUOTACAST_SIMULATION_ARRIVAL_SHOCK_FIT_H_
#define QUOTACAST_SIMULATION_ARRIVAL_SHOCK_FIT_H_

// How much creations vary from stretch to stretch beyond what chance explains.

#include "simulation/fitted_model.h"
#include "simulation/observation.h"

namespace quotacast::simulation {

// Shapes of the Gamma(k, k) shocks on creations; infinite: none.
struct ArrivalShockShapes {
  double rep = 0;
  double company = 0;
};

// Moments of the creations n[r,s] of reps r in stretches s of whole weeks (shock_days, rounded)
// before the instant, at most 26 of them and only those that a rep was at work throughout. With m
// a rep's mean over S stretches, T the variance about it (S - 1 in the denominator) and the
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
// Reads of `model` its options, reps, pipelines, first_day and as_of_day. The order of the
// observation does not matter.
ArrivalShockShapes FitArrivalShocks(const FittedModel& model, const Observation& observation);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ARRIVAL_SHOCK_FIT_H_
