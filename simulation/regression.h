#ifndef QUOTACAST_SIMULATION_REGRESSION_H_
#define QUOTACAST_SIMULATION_REGRESSION_H_

// Least squares.

#include <vector>

#include "absl/types/span.h"

namespace quotacast::simulation {

// The variance of y around its regression on 1 and the predictors (those that add no direction left
// out), by the degrees of freedom that are left; 0 where none are. All have the length of y.
double ResidualVariance(std::vector<double> y, std::vector<std::vector<double>> predictors);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_REGRESSION_H_
