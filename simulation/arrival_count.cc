#include "simulation/arrival_count.h"

#include <algorithm>
#include <cmath>

#include "simulation/distributions.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kLargestInvertedMean = 500;
// Ends the search where rounding keeps the sum of probabilities below the last uniform.
constexpr int32_t kMostCounts = 1'000'000;

// Deals evenly spaced uniforms to the trials of a draw, in a random order.
struct Deal {
  explicit Deal(const std::array<uint32_t, 4>& words)
      : first(OpenUniform(words[0])), factor(2 * words[1] + 1), shift(words[2]), mask(words[3]) {}
  // The trial whose uniform is (j + first) / kTrialsPerDraw: a bijection, since the factor is odd
  // and the number of trials a power of two.
  uint32_t TrialOf(uint32_t j) const { return ((j * factor + shift) ^ mask) % kTrialsPerDraw; }
  double first;
  uint32_t factor, shift, mask;
};

// Each count takes the uniforms below the sum of probabilities so far. First how many counts end
// before each uniform, then the sum of these: without a branch that a processor could not foresee.
void Invert(double mean, double shape, const Deal& deal, ArrivalCounts& counts) {
  const bool poisson = std::isinf(shape);
  const double ratio = poisson ? mean : mean / (shape + mean);
  const double base = poisson ? 1 : shape, slope = poisson ? 0 : 1;
  double p = poisson ? Exp(-mean) : Exp(shape * Log(shape / (shape + mean)));
  double cumulative = p;
  std::array<int32_t, kTrialsPerDraw> ended{};
  for (int32_t count = 0; count < kMostCounts; ++count) {
    const double below = cumulative * kTrialsPerDraw - deal.first;
    const auto whole = static_cast<size_t>(std::max(0.0, below));
    const size_t end = whole + (below > static_cast<double>(whole) ? 1 : 0);
    if (end >= kTrialsPerDraw) break;
    ++ended[end];
    const double n = count;
    p *= ratio * (base + slope * n) / (n + 1);
    cumulative += p;
  }
  int64_t count = 0;
  for (uint32_t j = 0; j < kTrialsPerDraw; ++j) {
    count += ended[j];
    counts[deal.TrialOf(j)] = count;
  }
}

}  // namespace

ArrivalCounts DrawArrivalCounts(double mean, double shape, const Stream& stream, uint64_t draw) {
  ArrivalCounts counts;
  const Deal deal(stream.Words(draw));
  if (mean <= kLargestInvertedMean) {
    Invert(mean, shape, deal, counts);
    return counts;
  }
  const Stream own(stream.key(), Purpose::kArrivalCount, draw);
  for (uint32_t j = 0; j < kTrialsPerDraw; ++j) {
    const std::array<uint32_t, 4> more = own.Words(j);
    const double exponential = -Log(OpenUniform(more[1]));
    const double uniform = (j + deal.first) / kTrialsPerDraw;
    const double rate = mean * GammaOf(shape, NormalQuantile(uniform), exponential);
    const double count = rate + std::sqrt(rate) * NormalQuantile(OpenUniform(more[0]));
    counts[deal.TrialOf(j)] = std::llround(std::clamp(count, 0.0, 1e12));
  }
  return counts;
}

}  // namespace quotacast::simulation
