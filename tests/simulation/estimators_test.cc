// The worked case of the model: every digit of its estimates.

#include "simulation/estimators.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace quotacast::simulation {
namespace {

void ExpectMeans(const std::vector<GammaPosterior>& got, const std::vector<double>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i].shape / got[i].rate, want[i], 5e-7);
}

TEST(BucketHazards, WorkedCase) {
  const std::vector<double> first = {1000, 600, 800}, second = {400, 300, 100};
  ExpectMeans(BucketHazards({30, 36, 20}, first, 0.5, 15), {.030080, .059450, .025186});
  ExpectMeans(BucketHazards({48, 30, 5}, second, 0.5, 15), {.119789, .100039, .052441});
  ExpectMeans(BucketHazards({5, 12, 40}, first, 0.5, 15), {.005387, .020129, .049330});
  ExpectMeans(BucketHazards({8, 6, 5}, second, 0.5, 15), {.020195, .020256, .045493});
}

TEST(BucketHazards, NothingSeenIsFiniteAndSmall) {
  for (const GammaPosterior& hazard : BucketHazards({0, 0}, {0, 0}, 0.5, 15)) {
    EXPECT_GT(hazard.shape, 0);
    EXPECT_NEAR(hazard.shape / hazard.rate, 0.5 / 15, 1e-12);
  }
}

TEST(RepEffect, WorkedCase) {
  const double want[] = {1.122807, .877863, .980392}, observed[] = {12, 3, 30},
               expected[] = {8.5, 6.2, 31};
  for (int i = 0; i < 3; ++i) {
    const GammaPosterior effect = RepEffect(observed[i], expected[i], 20);
    EXPECT_NEAR(effect.shape / effect.rate, want[i], 5e-7);
  }
}

TEST(RepEffect, InfiniteCredibilityMeansNoEffect) {
  const GammaPosterior effect = RepEffect(30, 3, std::numeric_limits<double>::infinity());
  EXPECT_NEAR(effect.shape / effect.rate, 1, 1e-9);
}

TEST(ClassFactors, WorkedCase) {
  const std::vector<LogFactor> factors = ClassFactors(
      {40, 46, 38, 35, 30, 4, 1}, {28, 27, 28, 27, 28, 28, 28}, std::vector<double>(7, 0));
  const double want[] = {1.411653, 1.673625, 1.343226, 1.284478, 1.068805, .163496, .055641};
  for (int i = 0; i < 7; ++i) EXPECT_NEAR(std::exp(factors[i].mean), want[i], 5e-7);
  // tau2 = variance v / (v - variance), with v = 1 / 28.5 on Monday.
  const double v = 1 / 28.5;
  EXPECT_NEAR(factors[0].variance * v / (v - factors[0].variance), 1.822713, 5e-6);
}

TEST(ClassFactors, EqualClassesShrinkToOne) {
  for (const LogFactor& factor : ClassFactors({10, 10, 0}, {10, 10, 0}, {0, 0, 0})) {
    EXPECT_EQ(factor.mean, 0);
    EXPECT_EQ(factor.variance, 0);
  }
}

// Days that opportunities spend in a stage during 30 days in which they leave at g times their
// usual rate; they come at a rate of one a day, and at the start as many are there as usually are.
double ExposureOfStretch(double rate, double g) {
  constexpr double kDays = 30;
  constexpr int kSteps = 100'000;
  double there = 1 / rate, exposure = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double step = kDays / kSteps;
    const double next = there + step * (1 - g * rate * there);
    exposure += step * (there + next) / 2;
    there = next;
  }
  return exposure;
}

TEST(SlowPeriodBiasTest, IsHowExposureGoesWithAShock) {
  for (const double rate : {0.01, 0.1, 0.5}) {
    const double up = ExposureOfStretch(rate, 1.001), down = ExposureOfStretch(rate, 0.999);
    const double elasticity = (std::log(up) - std::log(down)) / (std::log(1.001) - std::log(0.999));
    // The step of the integration leaves an error of about 1e-4.
    EXPECT_NEAR(SlowPeriodBias(1, 1, 30 * rate), -elasticity, 1e-3) << rate;
    EXPECT_NEAR(SlowPeriodBias(0.05, 0.7, 30 * rate), -0.05 * 0.7 * elasticity, 1e-4) << rate;
  }
}

TEST(SlowPeriodBiasTest, IsNothingWhereNothingLeaves) {
  EXPECT_EQ(SlowPeriodBias(0.05, 1, 0), 0);
  EXPECT_NEAR(SlowPeriodBias(1, 1, 0.999e-6), SlowPeriodBias(1, 1, 1.001e-6), 1e-8);
}

}  // namespace
}  // namespace quotacast::simulation
