// Counts of future wins, their sizes, and what is read from trials.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "simulation/arrival_count.h"
#include "simulation/order_statistics.h"
#include "simulation/resampling.h"

namespace quotacast::simulation {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// 500 draws of 128 evenly spread counts. An even spread only makes the error of the mean smaller
// than that of independent counts, whose 4.5 standard errors bound it; the variance, whose error
// depends on the fourth moment, is right within 5 %.
TEST(DrawArrivalCounts, HasTheMomentsOfItsDistribution) {
  const Stream stream(1, Purpose::kArrivalCount, 5);
  for (const double shape : {2.0, 40.0, kInfinity}) {
    for (const double mean : {0.05, 3.0, 60.0, 2000.0}) {
      double sum = 0, squares = 0;
      const double n = 500 * kTrialsPerDraw;
      for (uint64_t draw = 0; draw < 500; ++draw) {
        for (const int64_t count : DrawArrivalCounts(mean, shape, stream, draw)) {
          sum += static_cast<double>(count);
          squares += static_cast<double>(count) * static_cast<double>(count);
        }
      }
      const double variance = mean + (std::isinf(shape) ? 0 : mean * mean / shape);
      EXPECT_NEAR(sum / n, mean, 4.5 * std::sqrt(variance / n) + 2e-3 * mean) << shape;
      EXPECT_NEAR(squares / n - sum * sum / n / n, variance, 0.05 * variance) << shape << mean;
    }
  }
}

TEST(DrawArrivalCounts, TheProbabilityOfNone) {
  const Stream stream(1, Purpose::kArrivalCount, 5);
  double none = 0;
  for (uint64_t draw = 0; draw < 500; ++draw) {
    const ArrivalCounts counts = DrawArrivalCounts(1.5, 2, stream, draw);
    none += static_cast<double>(std::count(counts.begin(), counts.end(), 0));
  }
  // (2 / 3.5)^2; each draw has it within one trial of 128.
  EXPECT_NEAR(none / 500 / kTrialsPerDraw, 4 / 12.25, 1.0 / kTrialsPerDraw);
}

Arrivals SomeArrivals() {
  Arrivals arrivals;
  arrivals.company_sizes = {{10, 1}, {20, 1}, {30, 2}, {100, 4}};
  arrivals.rep_sizes = {{{50, 1}, {70, 3}}};
  return arrivals;
}

TEST(SizeSampler, MixesOwnAndCompany) {
  const Arrivals arrivals = SomeArrivals();
  const SizeSampler sampler(arrivals, 0, Measure::kAmount, 2);
  EXPECT_NEAR(sampler.mean(), 0.5 * 60 + 0.5 * 40, 1e-12);
  EXPECT_FALSE(sampler.equal());
  EXPECT_EQ(sampler.At(0.1), 50);
  EXPECT_EQ(sampler.At(0.4), 70);
  EXPECT_EQ(sampler.At(0.51), 10);
  EXPECT_EQ(sampler.At(0.99), 100);
}

TEST(SizePool, SumsRunsAroundTheEnd) {
  const Arrivals arrivals = SomeArrivals();
  const SizeSampler sampler(arrivals, 0, Measure::kAmount, 2);
  const SizePool pool(sampler, {1, Purpose::kArrivalSize, 9}, 4);
  EXPECT_EQ(pool.Sum(0, 77), 0);
  const int64_t all = pool.Sum(SizePool::kPoolSize, 0);
  EXPECT_NEAR(static_cast<double>(all) / SizePool::kPoolSize, sampler.mean(), 0.2);
  EXPECT_EQ(pool.Sum(SizePool::kPoolSize, 1000), all);
  EXPECT_EQ(pool.Sum(3 * SizePool::kPoolSize + 5, 1022), 3 * all + pool.Sum(5, 1022));
  EXPECT_EQ(pool.Sum(2, 1023), pool.Sum(1, 1023) + pool.Sum(1, 0));
}

TEST(AmountSampler, TakesTheRatiosOfTheLabel) {
  FittedModel model;
  model.options.own_amount_wins = 2;
  model.ratios.all = {0.5, 0.8, 1.1, 1.2};
  model.ratios.by_label = {{0.5, 0.8}};
  OpenOpportunity open;
  open.amount_micros = 1000;
  open.label = 0;
  const AmountSampler sampler(model, open);
  EXPECT_FALSE(sampler.fixed());
  EXPECT_NEAR(sampler.mean(), 1000 * (0.5 * 0.65 + 0.5 * 0.9), 1e-9);
  EXPECT_EQ(sampler.Draw(0), 500);
  EXPECT_EQ(sampler.Draw(UINT32_MAX), 1200);
  model.ratios.all = {1, 1};
  EXPECT_TRUE(AmountSampler(model, open).fixed());
}

TEST(ValuesAtRanks, AreThoseOfTheSortedValues) {
  std::mt19937_64 random(3);
  for (const int64_t range : {int64_t{1}, int64_t{3}, int64_t{1000}, int64_t{1} << 40, INT64_MAX}) {
    std::vector<int64_t> values(1001);
    for (int64_t& value : values) value = static_cast<int64_t>(random() % range) - range / 2;
    std::vector<int64_t> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const std::vector<size_t> ranks = {0, 0, 1, 500, 999, 1000};
    const std::vector<int64_t> got = ValuesAtRanks(values, ranks);
    for (size_t i = 0; i < ranks.size(); ++i) EXPECT_EQ(got[i], sorted[ranks[i]]) << range;
  }
}

}  // namespace
}  // namespace quotacast::simulation
