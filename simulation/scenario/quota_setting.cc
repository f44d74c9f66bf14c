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
  // What rounding left over, one by one.
  const auto count = static_cast<int64_t>(split.targets.size());
  for (int64_t i = 0; i < count; ++i) {
    split.targets[static_cast<size_t>(i)] += left / count + (i < left % count ? 1 : 0);
    if (left < 0 && i < -(left % count)) --split.targets[static_cast<size_t>(i)];
  }
  for (size_t r = 0; r < sorted.size(); ++r) {
    split.chances.push_back(ChanceOfQuota(sorted[r], split.targets[r]));
  }
  return split;
}

}  // namespace quotacast::simulation
