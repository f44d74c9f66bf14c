#ifndef QUOTACAST_SIMULATION_ARRIVAL_FIT_H_
#define QUOTACAST_SIMULATION_ARRIVAL_FIT_H_

// How fast each rep creates opportunities.

#include "simulation/fitted_model.h"
#include "simulation/observation.h"
#include "simulation/statistics.h"

namespace quotacast::simulation {

// The creation rates, weekday factors and entry stages of one pipeline, from the creations recorded
// in it: nu[rep] ~ Gamma(c + n, c / nu0 + x), n the rep's recency-weighted creations, x their
// weighted days at work times the weekday factors, nu0 the company's rate per rep, c =
// arrival_prior_events. `model` must have its reps, calendar, first_day and as_of_day; sizes of
// wins are not filled.
Arrivals FitArrivals(const FittedModel& model, const Observation& observation, int32_t pipeline,
                     size_t stage_count, const RecencyWeights& weights);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ARRIVAL_FIT_H_
