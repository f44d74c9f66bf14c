#ifndef QUOTACAST_SIMULATION_ARRIVAL_COUNT_H_
#define QUOTACAST_SIMULATION_ARRIVAL_COUNT_H_

// How many opportunities not yet created are won, in the trials of one parameter draw.

#include <array>
#include <cstdint>

#include "simulation/kernels.h"
#include "simulation/random.h"

namespace quotacast::simulation {

using ArrivalCounts = std::array<int64_t, kTrialsPerDraw>;

// Counts of a Poisson whose mean is `mean` (> 0) times a Gamma(shape, shape): negative binomial,
//
//   p(0) = (k / (k + m))^k,   p(n + 1) = p(n) (n + k) / (n + 1) m / (k + m),
//
// or Poisson where the shape is infinite; by inversion of evenly spaced uniforms with one random
// shift, dealt to the trials in a random order. Means above 500: a gamma draw for each trial, then
// the normal approximation of the Poisson.
ArrivalCounts DrawArrivalCounts(double mean, double shape, const Stream& stream, uint64_t draw);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ARRIVAL_COUNT_H_
