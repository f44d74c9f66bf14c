#ifndef QUOTACAST_SIMULATION_ARRIVAL_FIT_H_
#define QUOTACAST_SIMULATION_ARRIVAL_FIT_H_

// How fast each rep creates opportunities.

#include "simulation/fitted_model.h"
#include "simulation/observation.h"
#include "simulation/statistics.h"

namespace quotacast::simulation {

// The creation rates, weekday factors and entry stages of one pipeline, from the creations recorded
// in it: nu[rep] ~ Gamma(c + i n, c / nu0 + i x), n the rep's recency-weighted creations, x their
// weighted days at work times the weekday factors, nu0 the company's rate per rep, c =
// arrival_prior_events. The past had its shocks too, so counts say less of the rate than Poisson
// ones would: i = 1 / (1 + m v / S), the information of a negative binomial count in shares of that
// of a Poisson one, with m = x (c + n) / (c / nu0 + x) what was to be expected, v the variance of
// the rep's shock times the company's, and S = (sum w)^2 / sum w^2 over stretches of
// shock_days, w their weighted days at work: so many shocks average out. `model` must have
// its reps, calendar, first_day and as_of_day; sizes of wins are not filled.
Arrivals FitArrivals(const FittedModel& model, const Observation& observation, int32_t pipeline,
                     size_t stage_count, const RecencyWeights& weights);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ARRIVAL_FIT_H_
