#include "simulation/scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace quotacast::simulation {
namespace {

const std::vector<int64_t> kSix = {0, 1, 1, 2, 3, 5};

TEST(Crps, WorkedCase) { EXPECT_NEAR(Crps(kSix, 2), 0.444444, 5e-7); }

TEST(Crps, IsTwiceTheMeanPinballLoss) {
  for (int64_t actual = -2; actual <= 7; ++actual) {
    double pinball = 0;
    for (size_t i = 0; i < kSix.size(); ++i) {
      const double level = (static_cast<double>(i) + 0.5) / 6;
      const double miss = static_cast<double>(actual - kSix[i]);
      pinball += miss >= 0 ? level * miss : (level - 1) * miss;
    }
    EXPECT_NEAR(Crps(kSix, actual), 2 * pinball / 6, 1e-12) << actual;
  }
}

TEST(Crps, OfACertainForecastIsTheDistance) {
  EXPECT_EQ(Crps({4, 4, 4}, 9), 5);
  EXPECT_EQ(Crps({7}, 7), 0);
}

TEST(ExpectedCrps, IsTheMeanOverTheForecastsOwnOutcomes) {
  double sum = 0;
  for (const int64_t actual : kSix) sum += Crps(kSix, actual);
  EXPECT_NEAR(ExpectedCrps(kSix), sum / 6, 1e-12);
}

TEST(ExpectedCrps, KeepsTheDigitsOfLargeValues) {
  EXPECT_EQ(ExpectedCrps({9'000'000'000'000'000, 9'000'000'000'000'002}), 0.5);
}

TEST(BrierAndLogLoss, Values) {
  EXPECT_NEAR(BrierScore(0.7, true), 0.09, 1e-15);
  EXPECT_NEAR(BrierScore(0.7, false), 0.49, 1e-15);
  EXPECT_NEAR(LogLoss(0.7, false), -std::log(0.3), 1e-15);
  EXPECT_NEAR(LogLoss(0, true), -std::log(kLogLossClamp), 1e-15);
  EXPECT_NEAR(LogLoss(1, true), -std::log(1 - kLogLossClamp), 1e-15);
}

TEST(Sample, SharesAndQuantiles) {
  EXPECT_EQ(Mean(kSix), 2);
  EXPECT_EQ(ShareAtLeast(kSix, 2), 0.5);
  EXPECT_EQ(ShareAtLeast(kSix, 2.5), 2.0 / 6);
  EXPECT_EQ(ShareAtLeast(kSix, 6), 0);
  EXPECT_EQ(QuantileOf(kSix, 0), 0);
  EXPECT_EQ(QuantileOf(kSix, 0.5), 1);
  EXPECT_EQ(QuantileOf(kSix, 0.51), 2);
  EXPECT_EQ(QuantileOf(kSix, 1), 5);
}

TEST(RandomizedPit, SpreadsATieOverItsShare) {
  EXPECT_NEAR(RandomizedPit(kSix, 1, 0), 1.0 / 6, 1e-15);
  EXPECT_NEAR(RandomizedPit(kSix, 1, 0.5), 2.0 / 6, 1e-15);
  EXPECT_NEAR(RandomizedPit(kSix, 4, 0.5), 5.0 / 6, 1e-15);
  EXPECT_EQ(RandomizedPit(kSix, -1, 0.5), 0);
  EXPECT_EQ(RandomizedPit(kSix, 6, 0.5), 1);
}

// Outcomes drawn from the forecast itself, nearly all of them tied. With n = 20,000 the coverage
// has a standard error of at most .0036; the three bounds of 4.5 of them fail a right
// implementation once in 50,000 choices of the seed (the seed is fixed).
TEST(RandomizedPit, CoversAsOftenAsItShouldAtTies) {
  std::mt19937_64 random(7);
  const int n = 20'000;
  std::vector<int> inside(3);
  const double shares[] = {0.5, 0.8, 0.95};
  for (int i = 0; i < n; ++i) {
    const int64_t actual = kSix[random() % 6];
    const double pit = RandomizedPit(kSix, actual, UniformOf(3, {i}));
    for (int k = 0; k < 3; ++k) inside[k] += InsideCentral(pit, shares[k]);
  }
  for (int k = 0; k < 3; ++k) {
    const double error = std::sqrt(shares[k] * (1 - shares[k]) / n);
    EXPECT_NEAR(inside[k] / static_cast<double>(n), shares[k], 4.5 * error);
  }
}

TEST(UniformOf, DependsOnEveryWordOfTheKey) {
  EXPECT_EQ(UniformOf(1, {2, 3}), UniformOf(1, {2, 3}));
  EXPECT_NE(UniformOf(1, {2, 3}), UniformOf(2, {2, 3}));
  EXPECT_NE(UniformOf(1, {2, 3}), UniformOf(1, {3, 2}));
  EXPECT_NE(UniformOf(1, {0}), UniformOf(1, {0, 0}));
}

TEST(ReliabilityTable, CountsMeansAndError) {
  const std::vector<Chance> chances = {{0.62, true}, {0.68, false}, {1, true}, {0, false}};
  const std::vector<ReliabilityBin> bins = ReliabilityTable(chances);
  ASSERT_EQ(bins.size(), 10u);
  EXPECT_EQ(bins[6].count, 2);
  EXPECT_NEAR(bins[6].mean_forecast, 0.65, 1e-12);
  EXPECT_EQ(bins[6].observed_share, 0.5);
  EXPECT_EQ(bins[9].count, 1);
  EXPECT_EQ(bins[0].count, 1);
  EXPECT_NEAR(ExpectedCalibrationError(bins), 2 * 0.15 / 4, 1e-12);
  EXPECT_EQ(ExpectedCalibrationError({}), 0);
}

}  // namespace
}  // namespace quotacast::simulation
