#ifndef QUOTACAST_SIMULATION_ARRIVAL_FIT_H_
#define QUOTACAST_SIMULATION_ARRIVAL_FIT_H_

// How fast each rep creates opportunities.

#include "simulation/fitted_model.h"
#include "simulation/observation.h"
#include "simulation/statistics.h"

namespace quotacast::simulation {

// Recency-weighted creations in one pipeline by reps, in steps of 1 / kWeightOne.
struct CreationCounts {
  CreationCounts(size_t rep_count, size_t stage_count)
      : by_rep(rep_count), by_weekday(kWeekdayCount), by_stage(stage_count) {}
  // Adds a creation, or takes it back (a `sign` of -1).
  void Count(const Creation& creation, int64_t sign, const RecencyWeights& weights);

  void Add(const CreationCounts& other);

  std::vector<int64_t> by_rep, by_weekday, by_stage;
  int64_t total = 0;
};

// The creation rates, weekday factors and entry stages of one pipeline, from the creations recorded
// in it: nu[rep] ~ Gamma(c + i n, c / nu0 + i x), n the rep's recency-weighted creations, x their
// weighted days at work times the weekday factors, nu0 the company's rate per rep, c =
// arrival_prior_events. The past had its shocks too, so counts say less of the rate than Poisson
// ones would: i = 1 / (1 + m v / S), the information of a negative binomial count in shares of that
// of a Poisson one, with m = x (c + n) / (c / nu0 + x) what was to be expected, v the variance of
// the rep's shock times the company's, and S = (sum w)^2 / sum w^2 over stretches of
// shock_days, w their weighted days at work: so many shocks average out. `model` must have
// its reps, calendar, first_day and as_of_day; sizes of wins are not filled.
Arrivals FitArrivals(const FittedModel& model, const CreationCounts& counts,
                     const RecencyWeights& weights);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ARRIVAL_FIT_H_
