#include "simulation/score_summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace quotacast::simulation {
namespace {

// Forecasts of `count` periods, whose outcomes are drawn from the forecast and then changed.
template <typename F>
ScoreSummary Replay(int count, F change) {
  std::mt19937_64 random(11);
  std::vector<int64_t> sample;
  for (int i = 0; i < 400; ++i) sample.push_back(static_cast<int64_t>(random() % 1000));
  std::sort(sample.begin(), sample.end());
  std::vector<ForecastScore> scores;
  for (int i = 0; i < count; ++i) {
    const int64_t actual = change(sample[random() % sample.size()]);
    const int64_t target = 200 + static_cast<int64_t>(random() % 600);
    scores.push_back(ScoreForecast(sample, ShareAtLeast(sample, static_cast<double>(target)),
                                   target, actual, i, UniformOf(1, {i})));
  }
  return Summarize(scores);
}

// Calibrated forecasts. Bounds are 4.5 standard errors of 4,000 independent outcomes (the
// calibration error's is the value expected by chance times two): false alarms once in 40,000
// choices of the seed.
TEST(Summarize, CalibratedForecasts) {
  const ScoreSummary summary = Replay(4000, [](int64_t actual) { return actual; });
  EXPECT_EQ(summary.count, 4000);
  EXPECT_NEAR(summary.coverage_50, 0.5, 4.5 * 0.0079);
  EXPECT_NEAR(summary.coverage_80, 0.8, 4.5 * 0.0063);
  EXPECT_NEAR(summary.coverage_95, 0.95, 4.5 * 0.0034);
  EXPECT_NEAR(summary.bias.value, 0, 4.5 * summary.bias.standard_error);
  EXPECT_NEAR(summary.width.value, 1, 4.5 * summary.width.standard_error);
  EXPECT_LT(summary.calibration_error, 0.03);
  EXPECT_TRUE(Findings(summary, "Reps").empty());
  int64_t total = 0;
  for (const int64_t bin : summary.pit_histogram) total += bin;
  EXPECT_EQ(total, 4000);
}

TEST(Summarize, SaysThatOutcomesCameInHigher) {
  const ScoreSummary summary = Replay(400, [](int64_t actual) { return actual + 150; });
  const std::vector<std::string> findings = Findings(summary, "Reps");
  ASSERT_FALSE(findings.empty());
  EXPECT_NE(findings[0].find("above the forecast mean"), std::string::npos) << findings[0];
}

TEST(Summarize, SaysThatIntervalsAreTooNarrowOrTooWide) {
  const ScoreSummary narrow = Replay(400, [](int64_t actual) { return 500 + 2 * (actual - 500); });
  const ScoreSummary wide = Replay(400, [](int64_t actual) { return 500 + (actual - 500) / 2; });
  EXPECT_GT(narrow.width.value, 1.3);
  EXPECT_LT(wide.width.value, 0.8);
  EXPECT_NE(Findings(narrow, "Reps").back().find("too narrow"), std::string::npos);
  EXPECT_NE(Findings(wide, "Reps").back().find("too wide"), std::string::npos);
}

// The same error in all forecasts of a period is one observation, however many reps it hits.
TEST(Summarize, ForecastsOfOnePeriodAreOneObservation) {
  std::vector<ForecastScore> scores;
  for (int period = 0; period < 4; ++period) {
    for (int rep = 0; rep < 100; ++rep) {
      ForecastScore score;
      score.period_start = period;
      score.quota = 1;
      score.error = period % 2 == 0 ? 1 : -1;
      scores.push_back(score);
    }
  }
  EXPECT_NEAR(Summarize(scores).bias.standard_error, std::sqrt(4.0 / 3 / 4), 1e-12);
}

TEST(Summarize, NoForecasts) {
  const ScoreSummary summary = Summarize({});
  EXPECT_EQ(summary.count, 0);
  EXPECT_EQ(summary.crps, 0);
  EXPECT_EQ(summary.width.value, 1);
  EXPECT_TRUE(Findings(summary, "Reps").empty());
}

TEST(ScoreForecast, WorkedCase) {
  const ForecastScore score = ScoreForecast({0, 1, 1, 2, 3, 5}, 0.5, 2, 2, 7, 0);
  EXPECT_NEAR(score.crps, .444444, 5e-7);
  EXPECT_NEAR(score.brier, 0.25, 1e-12);
  EXPECT_EQ(score.error, 0);
  EXPECT_NEAR(score.pit, 0.5, 1e-12);
  EXPECT_EQ(score.chances[0].probability, 0.5);  // P(>= 1.5)
  EXPECT_NEAR(score.chances[2].probability, 2.0 / 6, 1e-12);
  EXPECT_FALSE(score.chances[2].hit);
}

}  // namespace
}  // namespace quotacast::simulation
