#include "server/metrics/rates.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

namespace quotacast::metrics {
namespace {

// Without the detour over long double, which costs most of the time.
using Fast = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

constexpr double kTail = (1 - kIntervalLevel) / 2;
constexpr double kLeastEvents = 1;
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

// The variance of the rate of somebody with `total`, before any difference between reps.
double UnitVariance(RatePopulation::Kind kind, double rate) {
  return kind == RatePopulation::Kind::kProportion ? rate * (1 - rate) : rate;
}

// A rate that is neither 0 nor, as a proportion, 1.
double InwardRate(RatePopulation::Kind kind, const Counts& counts) {
  if (kind == RatePopulation::Kind::kIntensity) return std::max(counts.count, .5) / counts.total;
  const double edge = .5 / (counts.total + 1);
  return std::clamp(counts.Crude(), edge, 1 - edge);
}

// The strength of a prior with this mean and variance.
double StrengthOf(RatePopulation::Kind kind, double mean, double variance) {
  if (kind == RatePopulation::Kind::kIntensity) {
    return std::max(mean / variance, kLeastEvents / mean);
  }
  return std::max(mean * (1 - mean) / variance - 1, kLeastEvents);
}

// The root in tau2 of the derivative of log likelihood + log tau, by bisection on its logarithm.
// The derivative is positive towards 0 and, with two reps or more, negative for large tau2.
double BetweenVariance(absl::Span<const Counts> reps, double mean, double unit_variance) {
  const auto rises = [&](double tau2) {
    double slope = 1 / tau2;
    for (const Counts& rep : reps) {
      if (rep.total <= 0) continue;
      const double off = rep.Crude() - mean;
      const double precision = 1 / (unit_variance / rep.total + tau2);
      slope += precision * (off * off * precision - 1);
    }
    return slope > 0;
  };
  double low = std::log(unit_variance * 1e-12), high = std::log(unit_variance * 1e3 + mean * mean);
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    (rises(std::exp(middle)) ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

RatePopulation Learn(RatePopulation::Kind kind, absl::Span<const Counts> reps) {
  RatePopulation population;
  population.kind = kind;
  int known = 0;
  for (const Counts& rep : reps) {
    if (rep.total <= 0) continue;
    population.all += rep;
    population.total_squares += rep.total * rep.total;
    ++known;
  }
  population.known = known >= 2;
  if (!population.known) return population;
  const double mean = InwardRate(kind, population.all);
  population.between_variance = BetweenVariance(reps, mean, UnitVariance(kind, mean));
  return population;
}

}  // namespace

double BetaDistribution::Below(double x) const {
  return x <= 0 ? 0 : x >= 1 ? 1 : boost::math::ibeta(a, b, x, Fast());
}
double BetaDistribution::Quantile(double level) const {
  return boost::math::ibeta_inv(a, b, level, Fast());
}
Interval BetaDistribution::CentralInterval() const {
  return {Quantile(kTail), Quantile(1 - kTail)};
}

double GammaDistribution::Below(double x) const {
  return x <= 0 ? 0 : boost::math::gamma_p(shape, rate * x, Fast());
}
double GammaDistribution::Quantile(double level) const {
  return rate > 0 ? boost::math::gamma_p_inv(shape, level, Fast()) / rate
                  : std::numeric_limits<double>::infinity();
}
Interval GammaDistribution::CentralInterval() const {
  return {Quantile(kTail), Quantile(1 - kTail)};
}

RatePrior RatePopulation::PriorFor(const Counts& own, double rep_count) const {
  const Counts others = {std::max(0., all.count - own.count), all.total - own.total};
  // Totals may be sums of fractions.
  if (!known || rep_count <= 0 || others.total <= 1e-9 * all.total) return {};
  const double mean = InwardRate(kind, others);
  // Of a group as if its reps had equal totals.
  const double others_squares = std::max(0., total_squares - own.total * own.total / rep_count) /
                                (others.total * others.total);
  const double variance =
      between_variance * (1 / rep_count + others_squares) + UnitVariance(kind, mean) / others.total;
  return {mean, StrengthOf(kind, mean, variance)};
}

RatePopulation LearnProportions(absl::Span<const Counts> reps) {
  return Learn(RatePopulation::Kind::kProportion, reps);
}

RatePopulation LearnIntensities(absl::Span<const Counts> reps) {
  return Learn(RatePopulation::Kind::kIntensity, reps);
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
