#include "simulation/estimators.h"

#include <algorithm>
#include <numeric>

#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

double Sum(absl::Span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double BetweenClassVariance(const std::vector<LogFactor>& raw) {
  double weights = 0, squares = 0, mean = 0;
  for (const LogFactor& y : raw) {
    const double w = 1 / y.variance;
    weights += w;
    squares += w * w;
    mean += w * y.mean;
  }
  if (raw.size() < 2) return 0;
  mean /= weights;
  double q = 0;
  for (const LogFactor& y : raw) q += (y.mean - mean) * (y.mean - mean) / y.variance;
  const double degrees = static_cast<double>(raw.size()) - 1;
  return std::max(0.0, (q - degrees) / (weights - squares / weights));
}

}  // namespace

std::vector<GammaPosterior> BucketHazards(absl::Span<const double> events,
                                          absl::Span<const double> exposure, double prior_events,
                                          double prior_exposure_days) {
  const double mean = (Sum(events) + prior_events) / (Sum(exposure) + prior_exposure_days);
  std::vector<GammaPosterior> hazards(events.size());
  for (size_t b = 0; b < events.size(); ++b) {
    hazards[b] = {events[b] + prior_events, exposure[b] + prior_events / mean};
  }
  return hazards;
}

std::vector<LogFactor> ClassFactors(absl::Span<const double> observed,
                                    absl::Span<const double> expected,
                                    absl::Span<const double> extra_variance) {
  std::vector<LogFactor> factors(observed.size()), seen;
  for (size_t c = 0; c < observed.size(); ++c) {
    factors[c] = {Log((observed[c] + 0.5) / (expected[c] + 0.5)),
                  1 / (expected[c] + 0.5) + extra_variance[c]};
    if (expected[c] > 0) seen.push_back(factors[c]);
  }
  const double tau2 = BetweenClassVariance(seen);
  for (LogFactor& factor : factors) {
    const double weight = tau2 / (tau2 + factor.variance);
    factor = {factor.mean * weight, factor.variance * weight};
  }
  return factors;
}

GammaPosterior RepEffect(double observed, double expected, double credibility_events) {
  // Far beyond any count of events: the same as infinite, and arithmetic stays finite.
  const double prior = std::min(credibility_events, 1e12);
  return {prior + observed, prior + expected};
}

double SlowPeriodBias(double variance, double share, double exits) {
  // Below, the difference would be lost to rounding.
  const double elasticity = exits < 1e-6 ? exits / 2 : 1 - (1 - Exp(-exits)) / exits;
  return variance * share * elasticity;
}

}  // namespace quotacast::simulation
