#include "simulation/arrival_count.h"

#include <algorithm>
#include <cmath>

#include "simulation/distributions.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kLargestInvertedMean = 500;
// Ends the search where rounding keeps the sum of probabilities below the last uniform.
constexpr int64_t kMostCounts = 1'000'000;

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

// Walks up the counts, each of which takes the uniforms below the sum of probabilities so far.
void Invert(double mean, double shape, const Deal& deal, ArrivalCounts& counts) {
  const bool poisson = std::isinf(shape);
  const double ratio = poisson ? mean : mean / (shape + mean);
  const double base = poisson ? 1 : shape, slope = poisson ? 0 : 1;
  double p = poisson ? Exp(-mean) : Exp(shape * Log(shape / (shape + mean)));
  double cumulative = p;
  uint32_t j = 0;
  for (int64_t count = 0; j < kTrialsPerDraw; ++count) {
    const double below =
        count < kMostCounts ? cumulative * kTrialsPerDraw - deal.first : kTrialsPerDraw;
    for (; j < kTrialsPerDraw && j < below; ++j) counts[deal.TrialOf(j)] = count;
    const double n = static_cast<double>(count);
    p *= ratio * (base + slope * n) / (n + 1);
    cumulative += p;
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
