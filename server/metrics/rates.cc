#include "server/metrics/rates.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

namespace quotacast::metrics {
namespace {

constexpr double kTail = (1 - kIntervalLevel) / 2;
constexpr double kLeastEvents = 4;
constexpr double kGreatestStrength = 1e6;
constexpr int kQuadraturePoints = 200;
constexpr double kUnlikeShare = .1;
constexpr double kUnlikeEvents = 2;
constexpr int kBisections = 40;

// Logarithm of the beta-binomial probability of the counts, but for the binomial coefficient.
double LogMarginal(const Counts& counts, const RatePrior& prior) {
  const double a = prior.mean * prior.strength, b = (1 - prior.mean) * prior.strength;
  const auto log_beta = [](double x, double y) {
    return std::lgamma(x) + std::lgamma(y) - std::lgamma(x + y);
  };
  return log_beta(a + counts.count, b + std::max(0., counts.total - counts.count)) - log_beta(a, b);
}

// Posterior probability of the wide prior from the logarithm of its Bayes factor.
double WeightOf(double log_bayes_factor) {
  return 1 / (1 + (1 - kUnlikeShare) / kUnlikeShare * std::exp(-log_bayes_factor));
}

// Between-rep variance of rates with sampling variance `unit_variance` / n_i.
double VarianceBetween(absl::Span<const Counts> reps, double mean, double unit_variance) {
  double q = 0, sum = 0, squares = 0, groups = 0;
  for (const Counts& rep : reps) {
    if (rep.total <= 0) continue;
    const double off = rep.Crude() - mean;
    q += rep.total * off * off;
    sum += rep.total;
    squares += rep.total * rep.total;
    groups += 1;
  }
  const double spread = sum - squares / sum;
  return spread > 0 ? std::max(0., (q - (groups - 1) * unit_variance) / spread) : 0;
}

Counts Sum(absl::Span<const Counts> reps, int& known) {
  Counts all;
  for (const Counts& rep : reps) {
    if (rep.total <= 0) continue;
    all += rep;
    ++known;
  }
  return all;
}

}  // namespace

double BetaDistribution::Below(double x) const {
  return x <= 0 ? 0 : x >= 1 ? 1 : boost::math::ibeta(a, b, x);
}
double BetaDistribution::Quantile(double level) const {
  return boost::math::ibeta_inv(a, b, level);
}
Interval BetaDistribution::CentralInterval() const {
  return {Quantile(kTail), Quantile(1 - kTail)};
}

double GammaDistribution::Below(double x) const {
  return x <= 0 ? 0 : boost::math::gamma_p(shape, rate * x);
}
double GammaDistribution::Quantile(double level) const {
  return rate > 0 ? boost::math::gamma_p_inv(shape, level) / rate
                  : std::numeric_limits<double>::infinity();
}
Interval GammaDistribution::CentralInterval() const {
  return {Quantile(kTail), Quantile(1 - kTail)};
}

RatePrior ProportionPrior(absl::Span<const Counts> reps) {
  int known = 0;
  const Counts all = Sum(reps, known);
  if (known < 2) return {};
  const double mean = std::clamp(all.Crude(), .5 / (all.total + 1), 1 - .5 / (all.total + 1));
  const double variance = mean * (1 - mean);
  const double between = VarianceBetween(reps, mean, variance);
  const double strength = between > 0 ? variance / between - 1 : kGreatestStrength;
  return {mean, std::clamp(strength, kLeastEvents, kGreatestStrength)};
}

RatePrior IntensityPrior(absl::Span<const Counts> reps) {
  int known = 0;
  const Counts all = Sum(reps, known);
  if (known < 2) return {};
  const double mean = std::max(all.count, .5) / all.total;
  const double between = VarianceBetween(reps, mean, mean);
  const double least = kLeastEvents / mean;
  const double strength = between > 0 ? mean / between : kGreatestStrength / mean;
  return {mean, std::clamp(strength, least, kGreatestStrength / mean)};
}

BetaDistribution Proportion(const Counts& counts, const RatePrior& prior) {
  const bool learnt = prior.strength > 0;
  const double misses = std::max(0., counts.total - counts.count);
  return {counts.count + (learnt ? prior.strength * prior.mean : .5),
          misses + (learnt ? prior.strength * (1 - prior.mean) : .5)};
}

GammaDistribution Intensity(const Counts& counts, const RatePrior& prior) {
  const bool learnt = prior.strength > 0;
  return {counts.count + (learnt ? prior.strength * prior.mean : .5),
          counts.total + (learnt ? prior.strength : 0)};
}

template <typename Distribution>
Interval RobustPosterior<Distribution>::CentralInterval() const {
  const Interval a = usual.CentralInterval(), b = unlike.CentralInterval();
  const auto quantile = [this](double level, double low, double high) {
    for (int i = 0; i < kBisections; ++i) {
      const double middle = (low + high) / 2;
      (Below(middle) < level ? low : high) = middle;
    }
    return (low + high) / 2;
  };
  return {quantile(kTail, std::min(a.low, b.low), std::max(a.low, b.low)),
          quantile(1 - kTail, std::min(a.high, b.high), std::max(a.high, b.high))};
}
template struct RobustPosterior<BetaDistribution>;
template struct RobustPosterior<GammaDistribution>;

RobustPosterior<BetaDistribution> RobustProportion(const Counts& counts, const RatePrior& prior) {
  const RatePrior wide = {prior.mean, kUnlikeEvents};
  const double usual = prior.strength > 0 ? LogMarginal(counts, prior) : 0;
  const double unlike = prior.strength > 0 ? LogMarginal(counts, wide) : 0;
  return {Proportion(counts, prior), Proportion(counts, prior.strength > 0 ? wide : prior),
          WeightOf(unlike - usual)};
}

RobustPosterior<GammaDistribution> RobustIntensity(const Counts& counts, const RatePrior& prior) {
  const RatePrior wide = {prior.mean, prior.mean > 0 ? kUnlikeEvents / prior.mean : 0};
  const auto log_marginal = [&counts](const RatePrior& p) {
    const double shape = p.mean * p.strength;
    return std::lgamma(shape + counts.count) - std::lgamma(shape) +
           shape * std::log(p.strength / (p.strength + counts.total)) -
           counts.count * std::log(p.strength + counts.total);
  };
  const bool learnt = prior.strength > 0;
  return {Intensity(counts, prior), Intensity(counts, learnt ? wide : prior),
          WeightOf(learnt ? log_marginal(wide) - log_marginal(prior) : 0)};
}

namespace {

template <typename X>
double ChanceAboveOf(const X& x, const BetaDistribution& y, double factor) {
  double above = 0;
  for (int i = 0; i < kQuadraturePoints; ++i) {
    above += 1 - x.Below(factor * y.Quantile((i + .5) / kQuadraturePoints));
  }
  return above / kQuadraturePoints;
}

}  // namespace

double ChanceAbove(const BetaDistribution& x, const BetaDistribution& y, double factor) {
  return ChanceAboveOf(x, y, factor);
}

double ChanceAbove(const RobustPosterior<BetaDistribution>& x, const BetaDistribution& y,
                   double factor) {
  return ChanceAboveOf(x, y, factor);
}

}  // namespace quotacast::metrics
