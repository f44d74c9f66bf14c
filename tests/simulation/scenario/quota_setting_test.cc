#include "simulation/scenario/quota_setting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "simulation/forecast.h"
#include "tests/simulation/random_model.h"

namespace quotacast::simulation {
namespace {

TEST(QuotaSettingTest, QuotaAtChanceIsTheHighestThatHasIt) {
  const std::vector<int64_t> trials = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90};
  EXPECT_EQ(QuotaAtChance(trials, .5), 50);
  EXPECT_EQ(QuotaAtChance(trials, 1), 0);
  EXPECT_EQ(QuotaAtChance(trials, .05), 90);
  for (const double chance : {.1, .35, .5, .8}) {
    const int64_t quota = QuotaAtChance(trials, chance);
    EXPECT_GE(ChanceOfQuota(trials, quota), chance);
    EXPECT_LT(ChanceOfQuota(trials, quota + 1), chance);
  }
}

TEST(QuotaSettingTest, SplitsToEqualChances) {
  CompanyShape shape;
  shape.arrivals_per_day = 1;
  const FittedModel model = RandomModel(shape, 8);
  std::vector<Question> questions;
  for (int32_t rep = 0; rep < 3; ++rep) {
    questions.push_back({.owner = rep,
                         .period_start = model.as_of_day,
                         .period_end = model.as_of_day + 90,
                         .target = 1});
  }
  ForecastOptions options;
  options.keep_samples = true;
  const auto forecasts = ForecastAttainment(model, questions, options);
  ASSERT_TRUE(forecasts.ok());
  std::vector<absl::Span<const int64_t>> samples;
  double mean = 0;
  for (const Forecast& forecast : *forecasts) {
    samples.push_back(forecast.samples);
    mean += forecast.mean;
  }
  for (const double scale : {.8, 1.0, 1.15}) {
    const auto total = static_cast<int64_t>(scale * mean);
    const auto split = SplitQuota(total, samples);
    ASSERT_TRUE(split.ok()) << split.status();
    EXPECT_EQ(std::accumulate(split->targets.begin(), split->targets.end(), int64_t{0}), total);
    // Amounts take few values where a rep wins little: neighbours in the sample are some trials
    // apart.
    for (const double chance : split->chances) EXPECT_NEAR(chance, split->chance, .02);
  }
  EXPECT_EQ(SplitQuota(0, samples).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SplitQuota(int64_t{1} << 60, samples).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SplitQuota(1, {}).status().code(), absl::StatusCode::kInvalidArgument);
}

// In pieces, what is left over goes where it costs the least: no rep could give one to another and
// the lower of their chances rise.
TEST(QuotaSettingTest, SharesPiecesOutFairly) {
  std::vector<std::vector<int64_t>> trials(3);
  for (int64_t t = 0; t < 1'000; ++t) {
    trials[0].push_back(t / 100);
    trials[1].push_back(3 + t / 250);
    trials[2].push_back(t / 37);
  }
  const std::vector<absl::Span<const int64_t>> samples(trials.begin(), trials.end());
  for (int64_t total = 8; total <= 30; ++total) {
    const auto split = SplitQuota(total, samples);
    ASSERT_TRUE(split.ok()) << split.status();
    const std::vector<int64_t>& targets = split->targets;
    EXPECT_EQ(std::accumulate(targets.begin(), targets.end(), int64_t{0}), total);
    for (size_t from = 0; from < 3; ++from) {
      for (size_t to = 0; to < 3; ++to) {
        if (from == to || targets[from] == 0) continue;
        const double now = std::min(split->chances[from], split->chances[to]);
        const double then = std::min(ChanceOfQuota(samples[from], targets[from] - 1),
                                     ChanceOfQuota(samples[to], targets[to] + 1));
        EXPECT_LE(then, now) << total << ": " << from << " to " << to;
      }
    }
  }
}

}  // namespace
}  // namespace quotacast::simulation
