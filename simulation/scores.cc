#include "simulation/scores.h"

#include <algorithm>
#include <cmath>

#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

double AsDouble(int64_t value) { return static_cast<double>(value); }

}  // namespace

double BrierScore(double probability, bool hit) {
  const double miss = probability - (hit ? 1 : 0);
  return miss * miss;
}

double LogLoss(double probability, bool hit) {
  const double given = hit ? probability : 1 - probability;
  return -Log(std::clamp(given, kLogLossClamp, 1 - kLogLossClamp));
}

double Crps(absl::Span<const int64_t> sorted, int64_t actual) {
  double distance = 0;
  for (const int64_t value : sorted) distance += std::abs(AsDouble(value) - AsDouble(actual));
  return distance / AsDouble(sorted.size()) - ExpectedCrps(sorted);
}

double ExpectedCrps(absl::Span<const int64_t> sorted) {
  // E|X - X'| = 2/n^2 sum (2i - n + 1) x_i; taking x_0 off first keeps the digits of large values
  // that lie close together.
  const double n = AsDouble(sorted.size());
  double sum = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    sum += (2 * AsDouble(i) - n + 1) * AsDouble(sorted[i] - sorted[0]);
  }
  return sum / (n * n);
}

double Mean(absl::Span<const int64_t> sorted) {
  double sum = 0;
  for (const int64_t value : sorted) sum += AsDouble(value);
  return sum / AsDouble(sorted.size());
}

double ShareAtLeast(absl::Span<const int64_t> sorted, double target) {
  const auto first = std::partition_point(
      sorted.begin(), sorted.end(), [target](int64_t value) { return AsDouble(value) < target; });
  return AsDouble(sorted.end() - first) / AsDouble(sorted.size());
}

int64_t QuantileOf(absl::Span<const int64_t> sorted, double level) {
  const double rank = std::ceil(level * AsDouble(sorted.size()));
  const auto index = static_cast<size_t>(std::max(rank, 1.0)) - 1;
  return sorted[std::min(index, sorted.size() - 1)];
}

double RandomizedPit(absl::Span<const int64_t> sorted, int64_t actual, double uniform) {
  const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), actual);
  const double below = AsDouble(low - sorted.begin()), equal = AsDouble(high - low);
  return (below + uniform * equal) / AsDouble(sorted.size());
}

bool InsideCentral(double pit, double share) { return std::abs(pit - 0.5) <= share / 2; }

double UniformOf(uint64_t seed, absl::Span<const int64_t> key) {
  uint64_t state = seed;
  const auto mix = [&state](uint64_t word) {
    uint64_t z = (state ^ word) + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    state = z ^ (z >> 31);
  };
  mix(0);
  for (const int64_t word : key) mix(static_cast<uint64_t>(word));
  return static_cast<double>(state >> 11) * 0x1p-53;
}

std::vector<ReliabilityBin> ReliabilityTable(absl::Span<const Chance> chances, int bin_count) {
  std::vector<ReliabilityBin> bins(bin_count);
  for (int i = 0; i < bin_count; ++i) {
    bins[i].low = static_cast<double>(i) / bin_count;
    bins[i].high = static_cast<double>(i + 1) / bin_count;
  }
  for (const Chance& chance : chances) {
    const int index =
        std::clamp(static_cast<int>(chance.probability * bin_count), 0, bin_count - 1);
    ++bins[index].count;
    bins[index].mean_forecast += chance.probability;
    bins[index].observed_share += chance.hit ? 1 : 0;
  }
  for (ReliabilityBin& bin : bins) {
    if (bin.count == 0) continue;
    bin.mean_forecast /= AsDouble(bin.count);
    bin.observed_share /= AsDouble(bin.count);
  }
  return bins;
}

double ExpectedCalibrationError(absl::Span<const ReliabilityBin> bins) {
  double gap = 0;
  int64_t count = 0;
  for (const ReliabilityBin& bin : bins) {
    gap += AsDouble(bin.count) * std::abs(bin.mean_forecast - bin.observed_share);
    count += bin.count;
  }
  return count == 0 ? 0 : gap / AsDouble(count);
}

}  // namespace quotacast::simulation
