#include "simulation/cure_fit.h"

#include <algorithm>
#include <numeric>

#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kNoEvent = 0.5;
constexpr double kMostCured = 0.98;

// The first bucket from which on no event worth the name was seen.
size_t FirstQuiet(absl::Span<const double> events) {
  size_t first = events.size();
  for (double seen = 0; first > 0 && seen + events[first - 1] < kNoEvent; --first) {
    seen += events[first - 1];
  }
  return first;
}

double RateOf(double events, double exposure) { return exposure > 0 ? events / exposure : 0; }

}  // namespace

std::vector<double> CureFractions(absl::Span<const double> events,
                                  absl::Span<const double> exposure,
                                  const std::vector<int>& bucket_starts, double prior_events) {
  const size_t quiet = FirstQuiet(events);
  if (quiet == 0 || quiet == events.size()) return {};
  const double beyond = std::accumulate(exposure.begin() + quiet, exposure.end(), 0.0);
  const double unseen = beyond * RateOf(events[quiet - 1], exposure[quiet - 1]);
  if (unseen <= 0) return {};
  // By bucket, the chance to be there still at its middle age.
  std::vector<double> there(events.size());
  double at_start = 1;
  for (size_t b = 0; b < quiet; ++b) {
    const int days = bucket_starts[b + 1] - bucket_starts[b];
    const double rate = RateOf(events[b], exposure[b]);
    // In whole days: of a bucket of one day the middle is its start.
    const int middle = days / 2;
    there[b] = at_start * Exp(-rate * middle);
    at_start *= Exp(-rate * days);
  }
  std::fill(there.begin() + static_cast<int64_t>(quiet), there.end(), at_start);
  const double cured = at_start * unseen / (unseen + prior_events);
  if (cured <= 0) return {};
  std::vector<double> fractions;
  for (const double still : there) fractions.push_back(std::min(kMostCured, cured / still));
  return fractions;
}

}  // namespace quotacast::simulation
