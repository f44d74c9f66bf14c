#include "simulation/distributions.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "simulation/kernels.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

// From this shape on the approximation needs no help.
constexpr double kSmallestApproximatedShape = 1.5;

// The mean of each of kSlices equally likely slices of the standard normal.
constexpr int kSlices = 4096;

std::vector<float> NormalSlices() {
  const auto density = [](double z) {
    return Exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846);
  };
  std::vector<float> means;
  double below = 0;
  for (int i = 1; i <= kSlices; ++i) {
    const double above =
        i == kSlices ? 0 : density(NormalQuantile(i / static_cast<double>(kSlices)));
    means.push_back(static_cast<float>((below - above) * kSlices));
    below = above;
  }
  return means;
}

// The same of the standard exponential: the mean of -log(u) over a slice of u.
std::vector<float> ExponentialSlices() {
  const auto integral = [](double u) { return u > 0 ? u - u * Log(u) : 0; };
  std::vector<float> means;
  for (int i = 1; i <= kSlices; ++i) {
    const double high = i / static_cast<double>(kSlices),
                 low = (i - 1) / static_cast<double>(kSlices);
    means.push_back(static_cast<float>((integral(high) - integral(low)) * kSlices));
  }
  return means;
}

Lanes Stratified(const std::vector<float>& slices, const Stream& stream, uint64_t block) {
  std::array<uint32_t, kLanes> words;
  for (int i = 0; i < kLanes; i += 4) {
    const uint64_t index = (block * kLanes + static_cast<uint64_t>(i)) / 4;
    const std::array<uint32_t, 4> four = stream.Words(index);
    std::copy(four.begin(), four.end(), words.begin() + i);
  }
  const std::array<int, kLanes> ranks = RanksOf(words);
  constexpr uint32_t slices_per_part = kSlices / kLanes;
  Lanes values = Broadcast(0);
  for (int i = 0; i < kLanes; ++i) {
    // The rank of a word orders the parts; its low bits, which a rank hardly depends on, choose
    // within.
    const uint32_t within = words[i] % slices_per_part;
    values[i] = slices[static_cast<uint32_t>(ranks[i]) * slices_per_part + within];
  }
  return values;
}

Lanes StratifiedExponentials(const Stream& stream, uint64_t block) {
  static const std::vector<float>& slices = *new std::vector<float>(ExponentialSlices());
  return Stratified(slices, stream, block);
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
  const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
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

Lanes StratifiedNormals(const Stream& stream, uint64_t block) {
  static const std::vector<float>& slices = *new std::vector<float>(NormalSlices());
  return Stratified(slices, stream, block);
}

double GammaOf(double shape, double z, double e) {
  if (std::isinf(shape)) return 1;
  const bool small = shape < kSmallestApproximatedShape;
  const double base = small ? shape + 1 : shape;
  const double variance = 1 / (9 * base);
  const double root = std::max(0.0, 1 - variance + std::sqrt(variance) * z);
  const double gamma = root * root * root;
  return small ? gamma * base / shape * Exp(-e / shape) : gamma;
}

Lanes GammaDraws(double shape, const Stream& stream, uint64_t block) {
  Lanes draws = Broadcast(1);
  if (std::isinf(shape)) return draws;
  const Lanes normals = StratifiedNormals(stream, block);
  Lanes exponentials = Broadcast(0);
  if (shape < kSmallestApproximatedShape) {
    const Stream own(stream.key(), Purpose::kSmallShape, 0);
    exponentials = StratifiedExponentials(own, block);
  }
  for (int i = 0; i < kLanes; ++i) {
    draws[i] = static_cast<float>(GammaOf(shape, normals[i], exponentials[i]));
  }
  return draws;
}

Lanes LogNormalDraws(double mean_log, double variance_log, const Stream& stream, uint64_t block) {
  const Lanes normals = StratifiedNormals(stream, block);
  const double deviation = std::sqrt(variance_log);
  Lanes draws = Broadcast(0);
  for (int i = 0; i < kLanes; ++i) {
    draws[i] = static_cast<float>(Exp(mean_log + deviation * static_cast<double>(normals[i])));
  }
  return draws;
}

}  // namespace quotacast::simulation
