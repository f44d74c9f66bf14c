#include "simulation/arrival_count.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "simulation/distributions.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kLargestInvertedMean = 200;
// Where the distribution function cannot tell one 32-bit uniform from the next.
constexpr double kEnough = 1 - 0x1p-34;
constexpr size_t kMostCounts = 20'000;

std::array<double, kArrivalCountsPerDraw> Uniforms(const Stream& stream, uint64_t draw) {
  constexpr size_t kCount = kArrivalCountsPerDraw;
  std::array<uint32_t, kCount> words;
  for (size_t i = 0; i < kCount; i += 4) {
    const std::array<uint32_t, 4> four = stream.Words((draw * kCount + i) / 4);
    std::copy(four.begin(), four.end(), words.begin() + i);
  }
  std::array<double, kCount> uniforms;
  for (size_t i = 0; i < kCount; ++i) {
    int rank = 0;
    for (size_t k = 0; k < kCount; ++k) {
      rank += words[k] < words[i] || (words[k] == words[i] && k < i) ? 1 : 0;
    }
    uniforms[i] = (rank + ((words[i] & 0xffff) + 0.5) * 0x1p-16) / kCount;
  }
  return uniforms;
}

std::vector<double> DistributionFunction(double mean, double shape) {
  const bool poisson = std::isinf(shape);
  const double ratio = poisson ? mean : mean / (shape + mean);
  double p = poisson ? Exp(-mean) : Exp(shape * Log(shape / (shape + mean)));
  std::vector<double> cumulative = {p};
  for (size_t n = 0; cumulative.back() < kEnough && n < kMostCounts; ++n) {
    const double count = static_cast<double>(n);
    p *= poisson ? ratio / (count + 1) : ratio * (count + shape) / (count + 1);
    cumulative.push_back(cumulative.back() + p);
  }
  return cumulative;
}

}  // namespace

ArrivalCounts DrawArrivalCounts(double mean, double shape, const Stream& stream, uint64_t draw) {
  ArrivalCounts counts;
  const auto uniforms = Uniforms(stream, draw);
  if (mean > kLargestInvertedMean) {
    for (size_t i = 0; i < counts.size(); ++i) {
      const uint64_t trial = draw * kArrivalCountsPerDraw + i;
      const double rate =
          mean * ExactGammaDraw(shape, {stream.key(), Purpose::kArrivalCount, trial});
      const double count = rate + std::sqrt(rate) * NormalQuantile(uniforms[i]);
      counts[i] = std::llround(std::clamp(count, 0.0, 1e12));
    }
    return counts;
  }
  const std::vector<double> cumulative = DistributionFunction(mean, shape);
  for (size_t i = 0; i < counts.size(); ++i) {
    counts[i] = std::upper_bound(cumulative.begin(), cumulative.end(), uniforms[i]) -
                cumulative.begin();
  }
  return counts;
}

}  // namespace quotacast::simulation
