#include "simulation/distributions.h"

#include <cmath>

#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kSmallestApproximatedShape = 10;

// Words of a block; a block uses the same part of the counter whatever `count` is.
std::array<uint32_t, kLanes> BlockWords(const Stream& stream, uint64_t block) {
  std::array<uint32_t, kLanes> words;
  for (size_t i = 0; i < kLanes; i += 4) {
    const std::array<uint32_t, 4> four = stream.Words(block * kLanes / 4 + i / 4);
    for (size_t k = 0; k < 4; ++k) words[i + k] = four[k];
  }
  return words;
}

// The uniforms that one exact gamma draw may need, one after the other.
class Source {
 public:
  Source(const Stream& stream, uint64_t draw) : stream_(stream), next_(draw << 20) {}
  double Uniform() {
    if (used_ == 4) {
      words_ = stream_.Words(next_++);
      used_ = 0;
    }
    return OpenUniform(words_[used_++]);
  }

 private:
  const Stream& stream_;
  uint64_t next_;
  std::array<uint32_t, 4> words_{};
  size_t used_ = 4;
};

double ExactGamma(double shape, Source& source) {
  // Gamma(a) = Gamma(a + 1) U^(1/a).
  const double boost = shape < 1 ? Pow(source.Uniform(), 1 / shape) : 1;
  const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = NormalQuantile(source.Uniform());
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (Log(source.Uniform()) < 0.5 * x * x + d - d * v + d * Log(v)) return boost * d * v;
  }
}

double Tail(double q) {
  const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                      -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                      3.754408661907416e+00};
  return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
         ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
}

}  // namespace

double NormalQuantile(double p) {
  const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
                      1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                      6.680131188771972e+01, -1.328068155288572e+01};
  const double low = 0.02425;
  if (p < low) return Tail(std::sqrt(-2 * Log(p)));
  if (p > 1 - low) return -Tail(std::sqrt(-2 * Log(1 - p)));
  const double q = p - 0.5, r = q * q;
  return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
         (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

Lanes StratifiedUniforms(const Stream& stream, uint64_t block, int count) {
  const std::array<uint32_t, kLanes> words = BlockWords(stream, block);
  Lanes uniforms = Broadcast(0);
  for (int i = 0; i < count; ++i) {
    // The rank of a word orders the parts; its low bits, which a rank hardly depends on, place it
    // within.
    int rank = 0;
    for (int k = 0; k < count; ++k) {
      rank += words[k] < words[i] || (words[k] == words[i] && k < i) ? 1 : 0;
    }
    uniforms[i] = (rank + ((words[i] & 0xffff) + 0.5) * 0x1p-16) / count;
  }
  return uniforms;
}

Lanes GammaDraws(double shape, const Stream& stream, uint64_t block, int count) {
  Lanes draws = Broadcast(1);
  if (std::isinf(shape)) return draws;
  if (shape < kSmallestApproximatedShape) {
    for (int i = 0; i < count; ++i) {
      Source source(stream, block * kLanes + static_cast<uint64_t>(i));
      draws[i] = ExactGamma(shape, source) / shape;
    }
    return draws;
  }
  const Lanes uniforms = StratifiedUniforms(stream, block, count);
  const double variance = 1 / (9 * shape), deviation = std::sqrt(variance);
  for (int i = 0; i < count; ++i) {
    const double root = 1 - variance + deviation * NormalQuantile(uniforms[i]);
    draws[i] = root * root * root;
  }
  return draws;
}

double ExactGammaDraw(double shape, const Stream& stream) {
  if (std::isinf(shape)) return 1;
  Source source(stream, 0);
  return ExactGamma(shape, source) / shape;
}

Lanes LogNormalDraws(double mean_log, double variance_log, const Stream& stream, uint64_t block,
                     int count) {
  const Lanes uniforms = StratifiedUniforms(stream, block, count);
  const double deviation = std::sqrt(variance_log);
  Lanes draws = Broadcast(0);
  for (int i = 0; i < count; ++i) {
    draws[i] = Exp(mean_log + deviation * NormalQuantile(uniforms[i]));
  }
  return draws;
}

}  // namespace quotacast::simulation
