#include "simulation/correction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "simulation/scores.h"

namespace quotacast::simulation {
namespace {

double DeviationOf(const std::vector<int64_t>& values) {
  const double mean = Mean(values);
  double squares = 0;
  for (const int64_t value : values) squares += std::pow(static_cast<double>(value) - mean, 2);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

// Nothing, or one or two of three deals: few values, many ties.
std::vector<int64_t> Deals() {
  std::vector<int64_t> values(400, 1'000);
  for (int i = 0; i < 600; ++i) values.push_back(1'000 + std::vector{250, 400, 650}[i % 3]);
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Corrected, ReachesTheMomentsWithoutMovingAValue) {
  const std::vector<int64_t> before = Deals();
  for (const double bias : {0.8, 1.0, 1.3}) {
    for (const double width : {0.85, 1.0, 1.1}) {
      const std::vector<int64_t> after = Corrected(before, 1'000, {bias, width, 9});
      ASSERT_EQ(after.size(), before.size());
      EXPECT_TRUE(std::is_sorted(after.begin(), after.end()));
      // A thousand trials tell a mean to about one of them.
      EXPECT_NEAR(Mean(after) - 1'000, bias * (Mean(before) - 1'000), 2);
      // Values from 0 to 650 cannot have a wider spread than that of the two ends.
      const double most = std::sqrt((Mean(after) - 1'000) * (1'650 - Mean(after)));
      EXPECT_NEAR(DeviationOf(after), std::min(bias * width * DeviationOf(before), most),
                  0.03 * most);
      for (const int64_t value : after) {
        EXPECT_TRUE(std::binary_search(before.begin(), before.end(), value));
      }
    }
  }
}

TEST(Corrected, NothingToCorrect) {
  const std::vector<int64_t> certain(50, 7);
  EXPECT_EQ(Corrected(certain, 7, {2, 1.4, 9}), certain);
  EXPECT_EQ(Corrected(Deals(), 1'000, {}), Deals());
}

TEST(Corrected, StaysFiniteWhereTheMomentsAreOutOfReach) {
  const std::vector<int64_t> two = {0, 0, 0, 10};
  for (const int64_t value : Corrected(two, 0, {2, 1.4, 9})) EXPECT_TRUE(value == 0 || value == 10);
  EXPECT_GE(Mean(Corrected(two, 0, {2, 1, 9})), Mean(two));
}

TEST(CorrectForecast, EverythingFollowsTheSample) {
  Forecast forecast;
  forecast.question.target = 1'400;
  forecast.booked = 1'000;
  forecast.samples = Deals();
  forecast.mean = Mean(forecast.samples);
  forecast.attainment_probability = ShareAtLeast(forecast.samples, 1'400);
  forecast.standard_error = 0.01;
  forecast.probability_low = 0.3;
  forecast.probability_high = 0.9;
  forecast.expected_from_open = forecast.mean - 1'000;
  forecast.quantiles = {{0.5, 1'250}};
  Forecast corrected = forecast;
  CorrectForecast({1.3, 1, 9}, corrected);
  EXPECT_GT(corrected.attainment_probability, forecast.attainment_probability);
  EXPECT_EQ(corrected.attainment_probability, ShareAtLeast(corrected.samples, 1'400));
  EXPECT_NEAR(corrected.mean, Mean(corrected.samples), 1e-9);
  EXPECT_NEAR(corrected.expected_from_open, corrected.mean - 1'000, 1e-6);
  EXPECT_EQ(corrected.quantiles[0].value, static_cast<double>(QuantileOf(corrected.samples, 0.5)));
  EXPECT_GT(corrected.standard_error, 0);
  EXPECT_GT(corrected.probability_low, forecast.probability_low);
  EXPECT_LE(corrected.probability_high, 1);
  const Forecast untouched = forecast;
  CorrectForecast({}, forecast);
  EXPECT_EQ(forecast.samples, untouched.samples);
  EXPECT_EQ(forecast.attainment_probability, untouched.attainment_probability);
}

// Forecasts of Normal(100, 20) for ten reps in each of `periods` weeks, of which `of` says what
// came of it.
template <typename F>
LearntCorrections Past(int periods, F of) {
  std::mt19937_64 random(4);
  std::normal_distribution<double> normal(100, 20);
  std::vector<int64_t> sample;
  for (int i = 0; i < 2'000; ++i) sample.push_back(std::llround(std::max(0.0, normal(random))));
  std::sort(sample.begin(), sample.end());
  std::vector<PastForecast> past;
  for (int period = 0; period < periods; ++period) {
    for (int rep = 0; rep < 10; ++rep) {
      PastForecast forecast;
      forecast.period = {7 * period, 7 * period + 7};
      forecast.as_of_us = 7 * period;
      forecast.period_end_us = 7 * period + 7;
      forecast.actual = of(std::llround(std::max(0.0, normal(random))));
      forecast.values = Remembered(sample);
      past.push_back(forecast);
    }
  }
  return LearntCorrections(past);
}

TEST(LearntCorrections, FindsABiasAndIsBetter) {
  const LearntCorrections learnt = Past(20, [](int64_t value) { return value * 3 / 2; });
  const Correction correction = learnt.At(140, PeriodKind::kWeek, false, 0);
  EXPECT_EQ(correction.period_count, 20);
  // 20 periods against a prior of 4: 1.5^(20/24) = 1.40.
  EXPECT_NEAR(correction.bias, 1.40, 0.03);
  EXPECT_TRUE(learnt.RecordAt(140, PeriodKind::kWeek, false).better());
  EXPECT_NEAR(learnt.Choose(CorrectionMode::kWhereBetter, 140, PeriodKind::kWeek, false, 0).bias,
              correction.bias, 0);
}

TEST(LearntCorrections, FindsAWidth) {
  const LearntCorrections wide = Past(30, [](int64_t value) { return 100 + (value - 100) / 2; });
  const LearntCorrections narrow = Past(30, [](int64_t value) { return 100 + 2 * (value - 100); });
  EXPECT_LT(wide.At(210, PeriodKind::kWeek, false, 0).width, 0.8);
  EXPECT_GT(narrow.At(210, PeriodKind::kWeek, false, 0).width, 1.3);
}

// Right forecasts: what is learnt from them is noise, and is not taken.
TEST(LearntCorrections, LeavesRightForecastsAlone) {
  const LearntCorrections learnt = Past(20, [](int64_t value) { return value; });
  EXPECT_NEAR(learnt.At(140, PeriodKind::kWeek, false, 0).bias, 1, 0.05);
  EXPECT_FALSE(learnt.RecordAt(140, PeriodKind::kWeek, false).better());
  EXPECT_EQ(learnt.Choose(CorrectionMode::kWhereBetter, 140, PeriodKind::kWeek, false, 0).bias, 1);
}

TEST(LearntCorrections, KnowsOnlyPeriodsThatHadEnded) {
  const LearntCorrections learnt = Past(20, [](int64_t value) { return value * 3 / 2; });
  EXPECT_EQ(learnt.At(34, PeriodKind::kWeek, false, 0).period_count, 4);
  EXPECT_EQ(learnt.At(35, PeriodKind::kWeek, false, 0).period_count, 5);
  EXPECT_EQ(learnt.At(6, PeriodKind::kWeek, false, 0).bias, 1);
  EXPECT_EQ(learnt.At(140, PeriodKind::kMonth, false, 0).period_count, 0);
  EXPECT_EQ(learnt.At(140, PeriodKind::kWeek, true, 0).period_count, 0);
  EXPECT_EQ(learnt.At(140, PeriodKind::kWeek, false, 0.6).period_count, 0);
  // The same as if nothing later had been.
  const LearntCorrections earlier = Past(5, [](int64_t value) { return value * 3 / 2; });
  EXPECT_EQ(learnt.At(35, PeriodKind::kWeek, false, 0).bias,
            earlier.At(140, PeriodKind::kWeek, false, 0).bias);
  EXPECT_EQ(learnt.RecordAt(35, PeriodKind::kWeek, false).corrected_crps,
            earlier.RecordAt(140, PeriodKind::kWeek, false).corrected_crps);
}

TEST(LearntCorrections, Off) {
  const LearntCorrections learnt = Past(20, [](int64_t value) { return value * 2; });
  EXPECT_EQ(learnt.Choose(CorrectionMode::kOff, 140, PeriodKind::kWeek, false, 0).bias, 1);
  EXPECT_GT(learnt.Choose(CorrectionMode::kOn, 140, PeriodKind::kWeek, false, 0).bias, 1.5);
}

}  // namespace
}  // namespace quotacast::simulation
