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

// Walks up the counts as the uniforms go up.
class Inversion {
 public:
  Inversion(double mean, double shape)
      : poisson_(std::isinf(shape)),
        shape_(shape),
        ratio_(poisson_ ? mean : mean / (shape + mean)),
        p_(poisson_ ? Exp(-mean) : Exp(shape * Log(shape / (shape + mean)))),
        cumulative_(p_) {}

  int64_t UpTo(double uniform) {
    while (cumulative_ <= uniform && count_ < kMostCounts) {
      const double n = static_cast<double>(count_);
      p_ *= ratio_ * ((poisson_ ? 1 : n + shape_) / (n + 1));
      cumulative_ += p_;
      ++count_;
    }
    return count_;
  }

 private:
  bool poisson_;
  double shape_, ratio_, p_, cumulative_;
  int64_t count_ = 0;
};

}  // namespace

ArrivalCounts DrawArrivalCounts(double mean, double shape, const Stream& stream, uint64_t draw) {
  ArrivalCounts counts;
  const std::array<uint32_t, 4> words = stream.Words(draw);
  const uint32_t factor = 2 * words[1] + 1, shift = words[2], mask = words[3];
  const double first = OpenUniform(words[0]);
  Inversion inversion(mean, shape);
  for (uint32_t j = 0; j < kTrialsPerDraw; ++j) {
    const double uniform = (j + first) / kTrialsPerDraw;
    // A bijection, since the factor is odd and the number of trials a power of two.
    const uint32_t trial = ((j * factor + shift) ^ mask) % kTrialsPerDraw;
    if (mean <= kLargestInvertedMean) {
      counts[trial] = inversion.UpTo(uniform);
      continue;
    }
    const Stream own(stream.key(), Purpose::kArrivalCount, draw);
    const std::array<uint32_t, 4> more = own.Words(j);
    const double exponential = -Log(OpenUniform(more[1]));
    const double rate = mean * GammaOf(shape, NormalQuantile(uniform), exponential);
    const double count = rate + std::sqrt(rate) * NormalQuantile(OpenUniform(more[0]));
    counts[trial] = std::llround(std::clamp(count, 0.0, 1e12));
  }
  return counts;
}

}  // namespace quotacast::simulation
