#ifndef QUOTACAST_SERVER_METRICS_RATES_H_
#define QUOTACAST_SERVER_METRICS_RATES_H_

// Rates from counts, with what small counts leave open.
//
// A *proportion* is `count` of `total` (binomial, with a beta prior); an *intensity* is `count`
// over an exposure (Poisson, with a gamma prior). The prior of a rep is learnt from the other reps:
// its mean is their rate, its strength comes from how far reps' rates lie apart beyond chance and
// from how well that mean is known. A small sample is thereby shrunk towards the others. The
// organization's own rate is not shrunk.

#include <array>
#include <cstdint>
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

inline constexpr int kSpreadCount = 9;

// Prior of a rate.
struct RatePrior {
  double mean = 0;
  double strength = 0;  // In trials (proportion) or exposure (intensity) that weigh as much; 0: no
                        // prior is known.
  // How far reps lie apart is not known for sure: strengths that it points to, with weights that
  // add up to 1. All of weight 0: `strength` alone.
  std::array<double, kSpreadCount> strengths{};
  std::array<double, kSpreadCount> weights{};
};

// How reps' true rates lie around their mean, learnt from each rep's counts.
struct RatePopulation {
  enum class Kind : uint8_t { kProportion, kIntensity };
  Kind kind = Kind::kProportion;
  Counts all;                   // Of the reps together.
  double total_squares = 0;     // Sum of the squares of their totals.
  double between_variance = 0;  // Of true rates, between reps: the likeliest.
  // What else it may be, and how likely that is.
  std::array<double, kSpreadCount> between_variances{};
  std::array<double, kSpreadCount> weights{};
  bool known = false;  // Whether there were two reps to learn from.

  // What the others say of the rate of somebody with the counts `own`, which are part of `all`: of
  // a rep, or of `rep_count` reps together. Mean: the others' rate. Variance: between_variance /
  // rep_count, and the variance of that mean, from sampling and from who the others are: where reps
  // are all alike, nobody's rate is known better than that. The strength is the one with that
  // variance, at least 1 trial (intensity: the exposure in which 1 is expected); 0 where there
  // are no others, as for all reps together.
  RatePrior PriorFor(const Counts& own, double rep_count = 1) const;
};

// From each rep's counts; those with total 0 say nothing. With p the rate of all and v = p (1 - p)
// (intensity: v = p), counts of n_i have the rate p_i with variance v / n_i + tau2. tau2, the
// variance between reps, is the mode of the normal likelihood times tau (Chung, Rabe-Hesketh and
// Choi, Statistics in Medicine, 2013): unlike the plain mode it is never 0, which would say that
// reps are known to be all alike. `between_variances` are nine points of the posterior of tau2, a
// standard deviation of its logarithm apart, under a prior of tau in proportion to tau^2 (of fewer
// than five reps a lower power, so that the posterior exists). Flat priors of tau or tau^2 (Morris)
// leave intervals too narrow where few reps differ much. A rate of 0 or 1 is taken half a trial
// inwards.
RatePopulation LearnProportions(absl::Span<const Counts> reps);
RatePopulation LearnIntensities(absl::Span<const Counts> reps);

// With strength 0 Jeffreys' prior: Beta(1/2, 1/2), Gamma(1/2, 0). With several strengths the
// distribution that has the mean and the variance of the mixture of posteriors, so that what is not
// known of the spread between reps widens the interval (Morris, Journal of the American Statistical
// Association, 1983).
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

// False only where ChanceAbove is greater than `chance`; takes a tenth of its time at most.
bool MayBeAtMost(double chance, const RobustPosterior<BetaDistribution>& x,
                 const BetaDistribution& y, double factor);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_RATES_H_
