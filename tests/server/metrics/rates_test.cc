#include "server/metrics/rates.h"

#include <gtest/gtest.h>

#include <boost/random/binomial_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_01.hpp>
#include <cmath>

namespace quotacast::metrics {
namespace {

TEST(Rates, BetaQuantilesAreThoseOfTables) {
  // Beta(1, 1) is uniform; Beta(2, 1) has the distribution function x^2.
  EXPECT_NEAR((BetaDistribution{1, 1}).Quantile(.05), .05, 1e-12);
  EXPECT_NEAR((BetaDistribution{2, 1}).Quantile(.81), .9, 1e-12);
  EXPECT_NEAR((BetaDistribution{2, 1}).Below(.5), .25, 1e-12);
  // Gamma(1, 2) is exponential with mean 1/2.
  EXPECT_NEAR((GammaDistribution{1, 2}).Below(1), 1 - std::exp(-2.), 1e-12);
  EXPECT_NEAR((GammaDistribution{1, 2}).Quantile(.5), std::log(2.) / 2, 1e-12);
}

TEST(Rates, SmallSamplesAreShrunkAndLargeOnesAreNot) {
  const RatePrior prior{.2, 50};
  EXPECT_NEAR(Proportion({2, 2}, prior).Mean(), (2 + 10) / 52., 1e-12);
  EXPECT_NEAR(Proportion({5000, 10000}, prior).Mean(), .5, .002);
  EXPECT_NEAR(Intensity({0, 0}, {3, 10}).Mean(), 3, 1e-12);
  const Interval nothing = Proportion({0, 0}, {}).CentralInterval();
  EXPECT_LT(nothing.low, .01);
  EXPECT_GT(nothing.high, .99);
}

TEST(Rates, SpreadBetweenRepsByHand) {
  // p = .2, v = .16: two reps, each with sampling variance .0032. Rates .1 and .3: the derivative
  // -1 / s + .01 / s^2 + 1 / (2 tau2), s = tau2 + .0032, is 0 where tau2^2 - .02 tau2 - .0032^2 =
  // 0.
  const std::vector<Counts> apart = {{5, 50}, {15, 50}, {0, 0}};
  EXPECT_NEAR(LearnProportions(apart).between_variance,
              (.02 + std::sqrt(.0004 + 4 * .0032 * .0032)) / 2, 1e-9);
  // Equal rates of k reps with as many trials: tau2 = sampling variance / (k - 1).
  const std::vector<Counts> same = {{10, 50}, {10, 50}, {10, 50}};
  EXPECT_NEAR(LearnProportions(same).between_variance, .16 / 50 / 2, 1e-9);
  EXPECT_NEAR(LearnIntensities(same).between_variance, .2 / 50 / 2, 1e-9);
  EXPECT_FALSE(LearnProportions(absl::MakeConstSpan(same).first(1)).known);
}

TEST(Rates, PriorIsWhatTheOthersSay) {
  const std::vector<Counts> same = {{10, 50}, {10, 50}, {10, 50}};
  // Of the other two: 20 of 100. Between reps .0016, of their mean .0016 / 2 and .16 / 100.
  const RatePrior prior = LearnProportions(same).PriorFor({10, 50});
  EXPECT_NEAR(prior.mean, .2, 1e-12);
  EXPECT_NEAR(prior.strength, .16 / (.0016 * 1.5 + .0016) - 1, 1e-6);
  EXPECT_NEAR(LearnIntensities(same).PriorFor({10, 50}).strength, .2 / (.002 * 1.5 + .002), 1e-6);
  // Two reps together differ by half as much from one other.
  EXPECT_NEAR(LearnProportions(same).PriorFor({20, 100}, 2).strength,
              .16 / (.0016 * (.5 + 1) + .16 / 50) - 1, 1e-6);
  EXPECT_EQ(LearnProportions(same).PriorFor({30, 150}, 3).strength, 0);
  EXPECT_EQ(LearnProportions(absl::MakeConstSpan(same).first(1)).PriorFor({10, 50}).strength, 0);
  // The others' rate, not one that the rep's own counts are part of.
  const std::vector<Counts> apart = {{5, 50}, {15, 50}};
  EXPECT_NEAR(LearnProportions(apart).PriorFor({5, 50}).mean, .3, 1e-12);
}

TEST(Rates, ChanceAboveIsExactForUniforms) {
  // P(x > f y) for uniform x and y: 1 - f / 2.
  const BetaDistribution uniform{1, 1};
  EXPECT_NEAR(ChanceAbove(uniform, uniform, .5), .75, 1e-3);
  EXPECT_NEAR(ChanceAbove(uniform, uniform, 1), .5, 1e-3);
}

TEST(Rates, AnOutlierIsNotShrunkAway) {
  // Reps are known to be all alike at 1/2: what weighs is 0.1 P(counts | uniform) against 0.9
  // P(counts | 1/2). Of 9 trials all of 10 outcomes are equally likely under the uniform prior:
  // 1/10 against 1/512.
  const auto none = RobustProportion({0, 9}, {.5, 1e6});
  EXPECT_NEAR(none.unlike_weight, .01 / (.01 + .9 / 512), 1e-4);
  EXPECT_NEAR(none.Mean(), (1 - none.unlike_weight) * .5 + none.unlike_weight / 11, 1e-6);
  const Interval interval = none.CentralInterval();
  EXPECT_NEAR(none.Below(interval.low), .05, 1e-9);
  EXPECT_NEAR(none.Below(interval.high), .95, 1e-9);
  EXPECT_LT(RobustProportion({5, 9}, {.5, 1e6}).unlike_weight, .06);
  // 5 where 20 are expected, by gamma-Poisson: the wide prior is Gamma(2, 2 / .02); (negative
  // binomial at 5) / (Poisson of 20 at 5), the prior weight 1 to 9.
  const double wide = 6 * std::pow(100. / 1100, 2) * std::pow(1000. / 1100, 5);
  const double usual = std::exp(-20.) * std::pow(20., 5) / 120;
  EXPECT_NEAR(RobustIntensity({5, 1000}, {.02, 5e7}).unlike_weight, wide / (wide + 9 * usual),
              1e-4);
}

TEST(Rates, IntervalsHoldTheTruthAsOftenAsTheySay) {
  // 4,000 reps whose rates follow Beta(6, 14), each with 5 to 60 trials, so 90 % of intervals hold
  // the true rate. The standard error of the share is sqrt(.9 * .1 / 4000) = .0047; four of them
  // (and the learnt prior's error, about as much) are exceeded with probability below 1e-4 on a
  // fresh seed; the seed is fixed.
  boost::random::mt19937_64 random(7);
  boost::random::gamma_distribution<double> first(6), second(14);
  std::vector<double> truth;
  std::vector<Counts> reps;
  for (int i = 0; i < 4000; ++i) {
    const double a = first(random), b = second(random);
    const int trials = 5 + i % 56;
    truth.push_back(a / (a + b));
    boost::random::binomial_distribution<int, double> wins(trials, truth.back());
    reps.push_back({static_cast<double>(wins(random)), static_cast<double>(trials)});
  }
  const RatePopulation population = LearnProportions(reps);
  const RatePrior prior = population.PriorFor(reps[0]);
  EXPECT_NEAR(prior.mean, .3, .01);
  EXPECT_NEAR(prior.strength, 20, 4);
  int inside = 0;
  for (size_t i = 0; i < reps.size(); ++i) {
    const Interval interval = Proportion(reps[i], population.PriorFor(reps[i])).CentralInterval();
    inside += interval.low <= truth[i] && truth[i] <= interval.high;
  }
  EXPECT_NEAR(inside / 4000., .9, .02);
}

// Companies of ten reps with 40 to 160 calls each, whose contact rates are .06 times
// Gamma(shape, 1 / shape), all .06 for shape 0. Returns the share of intervals that hold the truth.
double CoverageInSmallCompanies(double shape, double& least_width) {
  constexpr int kCompanies = 400, kReps = 10;
  boost::random::mt19937_64 random(11);
  int inside = 0;
  for (int company = 0; company < kCompanies; ++company) {
    std::vector<double> truth;
    std::vector<Counts> reps;
    for (int rep = 0; rep < kReps; ++rep) {
      const double factor =
          shape > 0 ? boost::random::gamma_distribution<double>(shape, 1 / shape)(random) : 1;
      const int calls = 40 + 120 * rep / (kReps - 1);
      truth.push_back(.06 * factor);
      boost::random::binomial_distribution<int, double> found(calls, truth.back());
      reps.push_back({static_cast<double>(found(random)), static_cast<double>(calls)});
    }
    const RatePopulation population = LearnIntensities(reps);
    for (int rep = 0; rep < kReps; ++rep) {
      const Interval interval =
          Intensity(reps[rep], population.PriorFor(reps[rep])).CentralInterval();
      inside += interval.low <= truth[rep] && truth[rep] <= interval.high;
      least_width = std::min(least_width, interval.high - interval.low);
    }
  }
  return inside / static_cast<double>(kCompanies * kReps);
}

TEST(Rates, NobodysRateIsKnownExactlyInASmallCompany) {
  // 4,000 intervals at 90 %, ten of a company sharing what was learnt: with a correlation of at
  // most .2 between them the standard error of the share is at most .0047 * sqrt(1 + 9 * .2) =
  // .008; four of them are exceeded with probability below 1e-4 on a fresh seed. Above .9 is
  // allowed: the spread between reps is never taken for 0. Where they differ much (shape 6: by 41
  // %) ten reps tell too little of by how much, and intervals hold the truth in .87 to .88 of
  // cases.
  double least_width = 1;
  for (const auto& [shape, least] : {std::pair(0., .9), std::pair(20., .9), std::pair(6., .87)}) {
    const double share = CoverageInSmallCompanies(shape, least_width);
    EXPECT_GE(share, least - .032) << "shape " << shape;
    EXPECT_LE(share, .995) << "shape " << shape;
  }
  // Nine others with 900 calls: the standard error of their rate is sqrt(.06 / 900) = .008, and an
  // interval is 3.3 of those.
  EXPECT_GT(least_width, .01);
}

}  // namespace
}  // namespace quotacast::metrics
