#ifndef QUOTACAST_SIMULATION_REGRESSION_H_
#define QUOTACAST_SIMULATION_REGRESSION_H_

// Least squares on two predictors and their squares and product.

#include "absl/types/span.h"

namespace quotacast::simulation {

// The variance of y around its regression on 1, x1, x2, x1^2, x1 x2, x2^2 (predictors without
// variance left out), divided by what degrees of freedom are left; 0 where none are. All spans have
// one length.
double ResidualVariance(absl::Span<const double> y, absl::Span<const double> x1,
                        absl::Span<const double> x2);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_REGRESSION_H_
