#ifndef QUOTACAST_SIMULATION_ARRIVAL_COUNT_H_
#define QUOTACAST_SIMULATION_ARRIVAL_COUNT_H_

// How many opportunities not yet created are won, in the trials of one parameter draw.

#include <array>
#include <cstdint>

#include "simulation/random.h"

namespace quotacast::simulation {

inline constexpr int kArrivalCountsPerDraw = 32;
using ArrivalCounts = std::array<int64_t, kArrivalCountsPerDraw>;

// Counts of a Poisson whose mean is `mean` (> 0) times a Gamma(shape, shape): negative binomial,
//
//   p(0) = (k / (k + m))^k,   p(n + 1) = p(n) (n + k) / (n + 1) m / (k + m),
//
// or Poisson where the shape is infinite; by inversion, stratified over the trials of the draw. Means
// above 200: a gamma draw, then the normal approximation of the Poisson.
ArrivalCounts DrawArrivalCounts(double mean, double shape, const Stream& stream, uint64_t draw);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ARRIVAL_COUNT_H_
