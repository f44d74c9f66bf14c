#include "server/metrics/rates.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "server/metrics/portable_real.h"

namespace quotacast::metrics {
namespace {

// Without the detour over long double, which costs most of the time.
using Fast = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

// Quantiles to ten digits, which is less than half the work of sixteen.
using Rounded = boost::math::policies::policy<boost::math::policies::promote_double<false>,
                                              boost::math::policies::digits10<10>>;

constexpr double kTail = (1 - kIntervalLevel) / 2;
constexpr double kLeastEvents = 1;
constexpr int kQuadraturePoints = 200;
constexpr int kRoughPoints = 10;
constexpr double kUnlikeShare = .1;
constexpr double kUnlikeEvents = 2;
constexpr int kBisections = 40;
constexpr double kSpreadPower = 3;
constexpr double kBendStep = .25;
constexpr double kLeastBend = .1;

double LogGamma(double x) {
  return static_cast<double>(boost::math::lgamma(PortableReal(x), Fast()));
}

// Logarithm of the beta-binomial probability of the counts, but for the binomial coefficient.
double LogMarginal(const Counts& counts, const RatePrior& prior) {
  const double a = prior.mean * prior.strength, b = (1 - prior.mean) * prior.strength;
  const auto log_beta = [](double x, double y) {
    return LogGamma(x) + LogGamma(y) - LogGamma(x + y);
  };
  return log_beta(a + counts.count, b + std::max(0., counts.total - counts.count)) - log_beta(a, b);
}

// Posterior probability of the wide prior from the logarithm of its Bayes factor.
double WeightOf(double log_bayes_factor) {
  return 1 / (1 + (1 - kUnlikeShare) / kUnlikeShare * simulation::Exp(-log_bayes_factor));
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

// The root in tau2 of the derivative of log likelihood + power log tau, by bisection on its
// logarithm. The derivative is positive towards 0 and, with two reps or more, negative for large
// tau2.
double BetweenVariance(absl::Span<const Counts> reps, double mean, double unit_variance,
                       double power) {
  const auto rises = [&](double tau2) {
    double slope = power / tau2;
    for (const Counts& rep : reps) {
      if (rep.total <= 0) continue;
      const double off = rep.Crude() - mean;
      const double precision = 1 / (unit_variance / rep.total + tau2);
      slope += precision * (off * off * precision - 1);
    }
    return slope > 0;
  };
  double low = simulation::Log(unit_variance * 1e-12);
  double high = simulation::Log(unit_variance * 1e3 + mean * mean);
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    (rises(simulation::Exp(middle)) ? low : high) = middle;
  }
  return simulation::Exp((low + high) / 2);
}

// Logarithm of the normal likelihood times tau to the power.
double LogPosterior(absl::Span<const Counts> reps, double mean, double unit_variance, double power,
                    double tau2) {
  double squares = 0, product = 1, logs = 0;
  for (const Counts& rep : reps) {
    if (rep.total <= 0) continue;
    const double off = rep.Crude() - mean;
    const double variance = unit_variance / rep.total + tau2;
    squares += off * off / variance;
    // Logarithms cost most: one for many factors.
    product *= variance / unit_variance;
    if (product < 1e-200 || product > 1e200) {
      logs += simulation::Log(product);
      product = 1;
    }
  }
  return (power * simulation::Log(tau2) - squares - logs - simulation::Log(product)) / 2;
}

// Points around the mode, a standard deviation of log tau2 apart.
void LearnSpreads(absl::Span<const Counts> reps, double mean, double unit_variance, int rep_count,
                  RatePopulation& population) {
  const double power = std::clamp(rep_count - 2., 1., kSpreadPower);
  const double mode = simulation::Log(BetweenVariance(reps, mean, unit_variance, power));
  const auto at = [&](double log_tau2) {
    return LogPosterior(reps, mean, unit_variance, power, simulation::Exp(log_tau2));
  };
  const double top = at(mode);
  const double bend =
      (2 * top - at(mode - kBendStep) - at(mode + kBendStep)) / (kBendStep * kBendStep);
  const double step = 1 / std::sqrt(std::max(bend, kLeastBend));
  double sum = 0;
  constexpr int kMiddle = kSpreadCount / 2;
  for (int i = 0; i < kSpreadCount; ++i) {
    const double log_tau2 = mode + (i - kMiddle) * step;
    population.between_variances[i] = simulation::Exp(log_tau2);
    population.weights[i] = simulation::Exp(at(log_tau2) - top);
    sum += population.weights[i];
  }
  for (double& weight : population.weights) weight /= sum;
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
  const double unit_variance = UnitVariance(kind, mean);
  population.between_variance = BetweenVariance(reps, mean, unit_variance, 1);
  LearnSpreads(reps, mean, unit_variance, known, population);
  return population;
}

}  // namespace

double BetaDistribution::Below(double x) const {
  return x <= 0   ? 0
         : x >= 1 ? 1
                  : static_cast<double>(boost::math::ibeta(PortableReal(a), PortableReal(b),
                                                           PortableReal(x), Fast()));
}
double BetaDistribution::Quantile(double level) const {
  return static_cast<double>(
      boost::math::ibeta_inv(PortableReal(a), PortableReal(b), PortableReal(level), Rounded()));
}
Interval BetaDistribution::CentralInterval() const {
  return {Quantile(kTail), Quantile(1 - kTail)};
}

double GammaDistribution::Below(double x) const {
  return x <= 0 ? 0
                : static_cast<double>(
                      boost::math::gamma_p(PortableReal(shape), PortableReal(rate * x), Fast()));
}
double GammaDistribution::Quantile(double level) const {
  if (rate <= 0) return std::numeric_limits<double>::infinity();
  const PortableReal quantile =
      boost::math::gamma_p_inv(PortableReal(shape), PortableReal(level), Rounded());
  return static_cast<double>(quantile) / rate;
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
  const double sampling = UnitVariance(kind, mean) / others.total;
  const auto strength_of = [&](double between) {
    return StrengthOf(kind, mean, between * (1 / rep_count + others_squares) + sampling);
  };
  RatePrior prior = {mean, strength_of(between_variance)};
  for (int i = 0; i < kSpreadCount; ++i) prior.strengths[i] = strength_of(between_variances[i]);
  prior.weights = weights;
  return prior;
}

RatePopulation LearnProportions(absl::Span<const Counts> reps) {
  return Learn(RatePopulation::Kind::kProportion, reps);
}

RatePopulation LearnIntensities(absl::Span<const Counts> reps) {
  return Learn(RatePopulation::Kind::kIntensity, reps);
}

namespace {

// With the one strength of the prior.
BetaDistribution UsualProportion(const Counts& counts, const RatePrior& prior) {
  const bool learnt = prior.strength > 0;
  const double misses = std::max(0., counts.total - counts.count);
  return {counts.count + (learnt ? prior.strength * prior.mean : .5),
          misses + (learnt ? prior.strength * (1 - prior.mean) : .5)};
}
GammaDistribution UsualIntensity(const Counts& counts, const RatePrior& prior) {
  const bool learnt = prior.strength > 0;
  return {counts.count + (learnt ? prior.strength * prior.mean : .5),
          counts.total + (learnt ? prior.strength : 0)};
}

double VarianceOf(const BetaDistribution& beta) {
  return beta.Mean() * (1 - beta.Mean()) / (beta.a + beta.b + 1);
}
double VarianceOf(const GammaDistribution& gamma) { return gamma.Mean() / gamma.rate; }

struct Moments {
  double mean = 0, variance = 0;
};

// Of the mixture of what `posterior(counts, prior)` gives for each strength.
template <typename Posterior>
Moments MixtureMoments(const Counts& counts, const RatePrior& prior, const Posterior& posterior) {
  double mean = 0, square = 0, variance = 0;
  // Around the prior's mean, so that no digits are lost.
  for (int i = 0; i < kSpreadCount; ++i) {
    const auto given = posterior(counts, RatePrior{prior.mean, prior.strengths[i]});
    const double off = given.Mean() - prior.mean;
    mean += prior.weights[i] * off;
    square += prior.weights[i] * off * off;
    variance += prior.weights[i] * VarianceOf(given);
  }
  return {prior.mean + mean, variance + square - mean * mean};
}

bool IsMixture(const RatePrior& prior) {
  return prior.strength > 0 && prior.weights[kSpreadCount / 2] > 0;
}

}  // namespace

BetaDistribution Proportion(const Counts& counts, const RatePrior& prior) {
  if (!IsMixture(prior)) return UsualProportion(counts, prior);
  const Moments moments = MixtureMoments(counts, prior, &UsualProportion);
  const double total = moments.mean * (1 - moments.mean) / moments.variance - 1;
  return {moments.mean * total, (1 - moments.mean) * total};
}

GammaDistribution Intensity(const Counts& counts, const RatePrior& prior) {
  if (!IsMixture(prior)) return UsualIntensity(counts, prior);
  const Moments moments = MixtureMoments(counts, prior, &UsualIntensity);
  const double rate = moments.mean / moments.variance;
  return {moments.mean * rate, rate};
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
  return {UsualProportion(counts, prior),
          UsualProportion(counts, prior.strength > 0 ? wide : prior), WeightOf(unlike - usual)};
}

RobustPosterior<GammaDistribution> RobustIntensity(const Counts& counts, const RatePrior& prior) {
  const RatePrior wide = {prior.mean, prior.mean > 0 ? kUnlikeEvents / prior.mean : 0};
  const auto log_marginal = [&counts](const RatePrior& p) {
    const double shape = p.mean * p.strength;
    return LogGamma(shape + counts.count) - LogGamma(shape) +
           shape * simulation::Log(p.strength / (p.strength + counts.total)) -
           counts.count * simulation::Log(p.strength + counts.total);
  };
  const bool learnt = prior.strength > 0;
  return {UsualIntensity(counts, prior), UsualIntensity(counts, learnt ? wide : prior),
          WeightOf(learnt ? log_marginal(wide) - log_marginal(prior) : 0)};
}

namespace {

// The midpoint rule over the quantiles of y: within 1 / (2 points) of the integral, as the chance
// falls from quantile to quantile and lies in [0, 1].
template <typename X>
double ChanceAboveOf(const X& x, const BetaDistribution& y, double factor,
                     int points = kQuadraturePoints) {
  double above = 0;
  for (int i = 0; i < points; ++i) {
    above += 1 - x.Below(factor * y.Quantile((i + .5) / points));
  }
  return above / points;
}

}  // namespace

double ChanceAbove(const BetaDistribution& x, const BetaDistribution& y, double factor) {
  return ChanceAboveOf(x, y, factor);
}

double ChanceAbove(const RobustPosterior<BetaDistribution>& x, const BetaDistribution& y,
                   double factor) {
  return ChanceAboveOf(x, y, factor);
}

bool MayBeAtMost(double chance, const RobustPosterior<BetaDistribution>& x,
                 const BetaDistribution& y, double factor) {
  constexpr double kErrors = .5 / kRoughPoints + .5 / kQuadraturePoints;
  return ChanceAboveOf(x, y, factor, kRoughPoints) <= chance + kErrors;
}

}  // namespace quotacast::metrics
