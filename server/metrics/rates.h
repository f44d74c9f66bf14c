#ifndef QUOTACAST_SERVER_METRICS_RATES_H_
#define QUOTACAST_SERVER_METRICS_RATES_H_

// Rates from counts, with what small counts leave open.
//
// A *proportion* is `count` of `total` (binomial, with a beta prior); an *intensity* is `count`
// over an exposure (Poisson, with a gamma prior). The prior is learnt from the company: its mean is
// the rate of all reps together, its strength comes from how far the reps' rates lie apart beyond
// chance. A small sample is thereby shrunk towards the company; where reps do not differ it is
// shrunk all the way.

#include <vector>

#include "absl/types/span.h"

namespace quotacast::metrics {

struct Counts {
  double count = 0;
  double total = 0;  // Of what: trials, or exposure. 0: nothing is known.
  Counts& operator+=(const Counts& other) {
    count += other.count;
    total += other.total;
    return *this;
  }
  // count / total; 0 where total is 0.
  double Crude() const { return total > 0 ? count / total : 0; }
};

struct Interval {
  double low = 0;
  double high = 0;
};

inline constexpr double kIntervalLevel = 0.9;  // Of every interval of the metrics: 5 % to 95 %.

// Beta(a, b) of a proportion.
struct BetaDistribution {
  double a = 1;
  double b = 1;
  double Mean() const { return a / (a + b); }
  double Below(double x) const;  // P(proportion < x).
  double Quantile(double level) const;
  Interval CentralInterval() const;
};

// Gamma(shape, rate) of an intensity.
struct GammaDistribution {
  double shape = 1;
  double rate = 1;
  double Mean() const { return shape / rate; }
  double Below(double x) const;
  double Quantile(double level) const;
  Interval CentralInterval() const;
};

// Prior of a rep's rate.
struct RatePrior {
  double mean = 0;
  double strength = 0;  // In trials (proportion) or exposure (intensity) that weigh as much.
};

// From each rep's counts; those with total 0 say nothing. The variance between reps is estimated by
// moments: with Q = sum n_i (p_i - p)^2 and v = p (1 - p) (intensity: v = p),
// tau2 = max(0, (Q - (k - 1) v) / (N - sum n_i^2 / N)), strength = v / tau2 - 1 (intensity: p /
// tau2), kept within [lowest, 1e6] where lowest is 4 trials (intensity: the exposure in which 4 are
// expected). With fewer than two reps the strength is 0. A proportion of 0 or 1 is taken half a
// trial inwards.
RatePrior ProportionPrior(absl::Span<const Counts> reps);
RatePrior IntensityPrior(absl::Span<const Counts> reps);

// With strength 0 Jeffreys' prior: Beta(1/2, 1/2), Gamma(1/2, 0).
BetaDistribution Proportion(const Counts& counts, const RatePrior& prior);
GammaDistribution Intensity(const Counts& counts, const RatePrior& prior);

// A rep who may be unlike the others: with prior probability 0.1 the rate comes not from the learnt
// prior but from a wide one with the same mean and a strength of 2 trials (intensity: the exposure
// in which 2 are expected), so that a clear outlier is not shrunk away among reps who are all alike
// (robust mixture prior of Schmidli et al., Biometrics, 2014).
template <typename Distribution>
struct RobustPosterior {
  Distribution usual;
  Distribution unlike;
  double unlike_weight = 0;  // Posterior probability that the rep is unlike the others.
  double Mean() const { return (1 - unlike_weight) * usual.Mean() + unlike_weight * unlike.Mean(); }
  double Below(double x) const {
    return (1 - unlike_weight) * usual.Below(x) + unlike_weight * unlike.Below(x);
  }
  Interval CentralInterval() const;
};
RobustPosterior<BetaDistribution> RobustProportion(const Counts& counts, const RatePrior& prior);
RobustPosterior<GammaDistribution> RobustIntensity(const Counts& counts, const RatePrior& prior);

// P(x > factor * y) for independent x and y, by quadrature over y's distribution; good to 1e-3.
double ChanceAbove(const BetaDistribution& x, const BetaDistribution& y, double factor);
double ChanceAbove(const RobustPosterior<BetaDistribution>& x, const BetaDistribution& y,
                   double factor);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_RATES_H_
