#include "server/metrics/rates.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <limits>

namespace quotacast::metrics {
namespace {

constexpr double kTail = (1 - kIntervalLevel) / 2;
constexpr double kLeastEvents = 4;
constexpr double kGreatestStrength = 1e6;
constexpr int kQuadraturePoints = 200;

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

double ChanceAbove(const BetaDistribution& x, const BetaDistribution& y, double factor) {
  double above = 0;
  for (int i = 0; i < kQuadraturePoints; ++i) {
    above += 1 - x.Below(factor * y.Quantile((i + .5) / kQuadraturePoints));
  }
  return above / kQuadraturePoints;
}

}  // namespace quotacast::metrics
