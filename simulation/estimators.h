#ifndef QUOTACAST_SIMULATION_ESTIMATORS_H_
#define QUOTACAST_SIMULATION_ESTIMATORS_H_

// The small estimates that a fit is made of: events against exposure, shrunk to what is known of
// their kind.

#include <vector>

#include "absl/types/span.h"
#include "simulation/fitted_model.h"

namespace quotacast::simulation {

// Daily hazards by bucket from events D and days of exposure X: Gamma(D_b + c, X_b + c / m) with
// c = prior_events and m = (D + c) / (X + prior_exposure_days) over all buckets. Its mean is the
// bucket's own rate where it has events, the rate of all ages where it has none.
std::vector<GammaPosterior> BucketHazards(absl::Span<const double> events,
                                          absl::Span<const double> exposure, double prior_events,
                                          double prior_exposure_days);

struct LogFactor {
  double mean = 0;
  double variance = 0;
};

// Log factors of classes from events observed O and expected E without them: y = log((O + .5) / (E
// + .5)), v = 1 / (E + .5) + extra_variance; the variance between classes tau2 by DerSimonian and
// Laird (1986); mean y tau2 / (tau2 + v), variance tau2 v / (tau2 + v). Classes without anything
// expected say nothing of tau2.
std::vector<LogFactor> ClassFactors(absl::Span<const double> observed,
                                    absl::Span<const double> expected,
                                    absl::Span<const double> extra_variance);

// A rep's multiplier of a hazard by gamma-Poisson credibility: Gamma(c + O, c + E), c = credibility
// in events (an infinite one: 1 for certain).
GammaPosterior RepEffect(double observed, double expected, double credibility_events);

// By what share events over exposure fall short of a cause's mean hazard because of shocks: a slow
// period keeps opportunities longer, so that more of the exposure is of slow periods than of fast
// ones. Opportunities come evenly and leave at the total rate h, of which the cause is `share`;
// shocks of the given variance last L days, and `exits` = h L. Then exposure X goes with a shock g
// as d log X / d log g = -share (1 - (1 - exp(-exits)) / exits), and to first order in the variance
//
//   E[events] / E[exposure] = hazard (1 - variance share (1 - (1 - exp(-exits)) / exits)).
double SlowPeriodBias(double variance, double share, double exits);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ESTIMATORS_H_
