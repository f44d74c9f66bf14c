#ifndef QUOTACAST_SIMULATION_DISTRIBUTIONS_H_
#define QUOTACAST_SIMULATION_DISTRIBUTIONS_H_

// Draws from the distributions of the model, the same bits everywhere.

#include "simulation/lanes.h"
#include "simulation/random.h"

namespace quotacast::simulation {

// The standard normal quantile of p in (0, 1), by Acklam's rational approximation; relative error
// below 1.2e-9.
double NormalQuantile(double p);

// Uniforms of draws in a block, stratified: `count` of them (8 or 16, the first lanes), each in its own of
// `count` equal parts of (0, 1), in an order drawn by the stream (Latin hypercube sampling, McKay et
// al. 1979). Blocks are independent.
Lanes StratifiedUniforms(const Stream& stream, uint64_t block, int count);

// `count` draws of a gamma of mean 1, independent over blocks. Shapes of 10 and more: stratified, by
// the approximation of Wilson and Hilferty (1931), whose quantiles are right within 0.2 % from the
// 0.1st to the 99.9th percentile. Smaller shapes: exact, by Marsaglia and Tsang (2000). An infinite
// shape gives 1.
Lanes GammaDraws(double shape, const Stream& stream, uint64_t block, int count);

// One exact draw of a gamma of mean 1 from a stream of its own.
double ExactGammaDraw(double shape, const Stream& stream);

// `count` stratified draws of exp(Normal(mean_log, variance_log)).
Lanes LogNormalDraws(double mean_log, double variance_log, const Stream& stream, uint64_t block,
                     int count);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_DISTRIBUTIONS_H_
