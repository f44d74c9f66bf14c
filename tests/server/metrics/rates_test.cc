#include "server/metrics/rates.h"

#include <gtest/gtest.h>

#include <boost/random/binomial_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_01.hpp>

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

TEST(Rates, PriorByMomentsByHand) {
  // p = 20/100, Q = 2 * 50 * 0.1^2 = 1, v = .16, spread = 100 - 50 = 50, tau2 = (1 - .16) / 50 =
  // .0168, strength = .16 / .0168 - 1.
  const std::vector<Counts> reps = {{5, 50}, {15, 50}, {0, 0}};
  const RatePrior prior = ProportionPrior(reps);
  EXPECT_NEAR(prior.mean, .2, 1e-12);
  EXPECT_NEAR(prior.strength, .16 / .0168 - 1, 1e-9);
  // Intensity: v = .2, tau2 = (1 - .2) / 50 = .016, strength = .2 / .016.
  EXPECT_NEAR(IntensityPrior(reps).strength, 20, 1e-9);  // Raised to four events: 4 / .2.
  const std::vector<Counts> same = {{10, 50}, {10, 50}};
  EXPECT_EQ(ProportionPrior(same).strength, 1e6);
  EXPECT_EQ(ProportionPrior(absl::MakeConstSpan(same).first(1)).strength, 0);
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
  const RatePrior prior = ProportionPrior(reps);
  EXPECT_NEAR(prior.mean, .3, .01);
  EXPECT_NEAR(prior.strength, 20, 4);
  int inside = 0;
  for (size_t i = 0; i < reps.size(); ++i) {
    const Interval interval = Proportion(reps[i], prior).CentralInterval();
    inside += interval.low <= truth[i] && truth[i] <= interval.high;
  }
  EXPECT_NEAR(inside / 4000., .9, .02);
}

}  // namespace
}  // namespace quotacast::metrics
