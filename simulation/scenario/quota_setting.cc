#include "simulation/scenario/quota_setting.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace quotacast::simulation {
namespace {

constexpr int kBisections = 60;

// The quantile at `level` from 0 to 1, linear between the trials.
double QuantileAt(absl::Span<const int64_t> sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double share = place - static_cast<double>(below);
  return static_cast<double>(sorted[below]) * (1 - share) +
         static_cast<double>(sorted[above]) * share;
}

double SumAt(absl::Span<const absl::Span<const int64_t>> sorted, double level) {
  double sum = 0;
  for (const auto& trials : sorted) sum += QuantileAt(trials, level);
  return sum;
}

// Gives what rounding left over to those whose chance stays highest with it, or takes it from those
// whose chance is lowest.
void ShareOut(int64_t left, absl::Span<const absl::Span<const int64_t>> sorted,
              std::vector<int64_t>& targets) {
  const auto count = static_cast<int64_t>(targets.size());
  while (left != 0) {
    const int64_t step = left / count != 0 ? left / count : (left > 0 ? 1 : -1);
    size_t chosen = 0;
    double best = -2;
    for (size_t r = 0; r < targets.size(); ++r) {
      const double chance = step > 0 ? ChanceOfQuota(sorted[r], targets[r] + step)
                                     : -ChanceOfQuota(sorted[r], targets[r]);
      if (targets[r] + step < 0 || chance <= best) continue;
      best = chance;
      chosen = r;
    }
    targets[chosen] += step;
    left -= step;
  }
}

}  // namespace

int64_t QuotaAtChance(absl::Span<const int64_t> sorted, double chance) {
  const auto n = static_cast<double>(sorted.size());
  const auto reaching = static_cast<size_t>(std::clamp(std::ceil(chance * n), 1.0, n));
  return sorted[sorted.size() - reaching];
}

double ChanceOfQuota(absl::Span<const int64_t> sorted, int64_t target) {
  const auto first = std::lower_bound(sorted.begin(), sorted.end(), target);
  return static_cast<double>(sorted.end() - first) / static_cast<double>(sorted.size());
}

absl::StatusOr<QuotaSplit> SplitQuota(int64_t total,
                                      absl::Span<const absl::Span<const int64_t>> sorted) {
  if (sorted.empty()) return absl::InvalidArgumentError("there is no rep to split a quota among");
  const double wanted = static_cast<double>(total);
  const double least = SumAt(sorted, 0), most = SumAt(sorted, 1);
  if (total <= 0 || wanted < least || wanted > most) {
    return absl::InvalidArgumentError(
        absl::StrCat("total must be > 0 and within what the reps may book together, ", least,
                     " to ", most, "; got ", total));
  }
  double low = 0, high = 1;
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    (SumAt(sorted, middle) < wanted ? low : high) = middle;
  }
  QuotaSplit split;
  split.chance = 1 - high;
  int64_t left = total;
  for (const auto& trials : sorted) {
    split.targets.push_back(static_cast<int64_t>(std::floor(QuantileAt(trials, high))));
    left -= split.targets.back();
  }
  ShareOut(left, sorted, split.targets);
  for (size_t r = 0; r < sorted.size(); ++r) {
    split.chances.push_back(ChanceOfQuota(sorted[r], split.targets[r]));
  }
  return split;
}

}  // namespace quotacast::simulation
