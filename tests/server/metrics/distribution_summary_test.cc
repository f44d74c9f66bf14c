// Summaries of few and of many values against a plain sort.

#include "server/metrics/distribution_summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace quotacast::metrics {
namespace {

double SortedQuantile(std::vector<float> values, double level) {
  std::sort(values.begin(), values.end());
  const double place = level * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const double low = values[below];
  const double high = values[std::min(below + 1, values.size() - 1)];
  return low + (place - static_cast<double>(below)) * (high - low);
}

void ExpectRight(const std::vector<float>& values) {
  std::vector<float> room = values;
  const DistributionSummary summary = Summarize(absl::MakeSpan(room));
  EXPECT_EQ(summary.count, static_cast<int64_t>(values.size()));
  EXPECT_EQ(summary.median, SortedQuantile(values, .5)) << values.size();
  EXPECT_EQ(summary.p90, SortedQuantile(values, .9)) << values.size();
}

TEST(DistributionSummary, IsThatOfTheSortedValues) {
  std::mt19937 random(7);
  for (const size_t count : {1, 2, 3, 10, 1023, 1024, 1025, 1026, 5000, 20'001}) {
    std::vector<float> days(count), whole(count), mirrored(count);
    for (size_t i = 0; i < count; ++i) {
      const double uniform = static_cast<double>(random()) / 4294967296.;
      days[i] = static_cast<float>(std::exp(12 * uniform - 6));  // 0.0025 to 400.
      whole[i] = static_cast<float>(std::floor(4 * uniform));    // Mostly the same, and 0.
      mirrored[i] = -days[i];
    }
    ExpectRight(days);
    ExpectRight(whole);
    ExpectRight(mirrored);
    ExpectRight(std::vector<float>(count, 0.f));
  }
}

}  // namespace
}  // namespace quotacast::metrics
