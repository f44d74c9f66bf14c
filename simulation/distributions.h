#ifndef QUOTACAST_SIMULATION_DISTRIBUTIONS_H_
#define QUOTACAST_SIMULATION_DISTRIBUTIONS_H_

// Draws from the distributions of the model, the same bits everywhere.

#include "simulation/lanes.h"
#include "simulation/random.h"

namespace quotacast::simulation {

// The standard normal quantile of p in (0, 1), by Acklam's rational approximation; relative error
// below 1.2e-9.
double NormalQuantile(double p);

// Standard normals of the draws in a block, stratified: each lane in its own of kLanes equally
// likely parts of the line, in an order drawn by the stream (Latin hypercube sampling, McKay et al.
// 1979). Blocks are independent. The normals take the means of 4096 equally likely slices, so that
// mean and variance are right within 3e-4.
Lanes StratifiedNormals(const Stream& stream, uint64_t block);

// A gamma of mean 1 from a standard normal z and a standard exponential e, independent: by the
// approximation of Wilson and Hilferty (1931), (1 - c + z sqrt(c))^3 with c = 1 / (9 shape), whose
// mean and variance are right within 0.1 % from shape 1.5 on; below it by way of Gamma(a) =
// Gamma(a + 1) exp(-e / a). An infinite shape gives 1.
double GammaOf(double shape, double z, double e);

// Stratified draws of a gamma of mean 1; blocks are independent.
Lanes GammaDraws(double shape, const Stream& stream, uint64_t block);

// Stratified draws of exp(Normal(mean_log, variance_log)).
Lanes LogNormalDraws(double mean_log, double variance_log, const Stream& stream, uint64_t block);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_DISTRIBUTIONS_H_
