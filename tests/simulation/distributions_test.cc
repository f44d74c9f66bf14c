#include "simulation/distributions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace quotacast::simulation {
namespace {

TEST(NormalQuantile, AgreesWithBoost) {
  const boost::math::normal_distribution<> normal;
  for (const double p : {1e-9, 1e-4, 0.02, 0.0243, 0.3, 0.5, 0.77, 0.98, 1 - 1e-6}) {
    const double want = boost::math::quantile(normal, p);
    EXPECT_NEAR(NormalQuantile(p), want, 2e-9 * std::max(1.0, std::abs(want))) << p;
  }
}

// Mean and variance over an even grid of normals and exponentials, and the middle quantiles.
TEST(GammaOf, HasTheMomentsOfAGamma) {
  for (const double shape : {0.3, 0.5, 1.0, 1.5, 2.0, 7.5, 40.0, 1000.0}) {
    double mean = 0, square = 0;
    const int n = 400;
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) {
        const double x = GammaOf(shape, NormalQuantile((i + 0.5) / n), -std::log((j + 0.5) / n));
        mean += x / n / n;
        square += x * x / n / n;
      }
    }
    EXPECT_NEAR(mean, 1, 2e-3) << shape;
    // The grid ends at the 99.9th percentile, beyond which lies 1 % of the variance.
    EXPECT_NEAR((square - mean * mean) * shape, 1, 2e-2) << shape;
  }
}

TEST(GammaOf, HasTheQuantilesOfAGamma) {
  for (const double shape : {2.0, 20.0, 40.0}) {
    const boost::math::gamma_distribution<> gamma(shape, 1 / shape);
    for (const double p : {0.1, 0.5, 0.9, 0.99}) {
      EXPECT_NEAR(GammaOf(shape, NormalQuantile(p), 0), boost::math::quantile(gamma, p), 0.012);
    }
  }
}

TEST(GammaOf, AnInfiniteShapeIsCertain) {
  EXPECT_EQ(GammaOf(std::numeric_limits<double>::infinity(), 3, 3), 1);
}

TEST(StratifiedNormals, OneOfEachPartInEveryBlock) {
  const Stream stream(1, Purpose::kRepShock, 42);
  for (uint64_t block = 0; block < 50; ++block) {
    std::vector<double> p;
    for (const float z : StratifiedNormals(stream, block).at) {
      p.push_back(0.5 * std::erfc(-static_cast<double>(z) / std::sqrt(2.0)));
    }
    std::sort(p.begin(), p.end());
    for (int i = 0; i < kLanes; ++i) EXPECT_EQ(static_cast<int>(p[i] * kLanes), i);
  }
}

// 4,000 blocks. Lane 3 alone is a standard normal: the bounds are 4.5 standard errors of mean
// (1 / sqrt(n)), variance (sqrt(2 / n)) and of a correlation between streams (1 / sqrt(n)).
TEST(StratifiedNormals, EveryLaneIsANormalAndStreamsAreIndependent) {
  const Stream one(1, Purpose::kRepShock, 42), two(1, Purpose::kRepShock, 43);
  const int n = 4000;
  double sum = 0, squares = 0, product = 0;
  for (uint64_t block = 0; block < n; ++block) {
    const double x = StratifiedNormals(one, block)[3], y = StratifiedNormals(two, block)[3];
    sum += x;
    squares += x * x;
    product += x * y;
  }
  EXPECT_NEAR(sum / n, 0, 4.5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 4.5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(product / n, 0, 4.5 / std::sqrt(n));
}

TEST(Stream, GoldenWords) {
  const Stream stream(1, Purpose::kWin, NaturalKey("opportunity"));
  EXPECT_EQ(stream.Words(0), Stream(1, Purpose::kWin, NaturalKey("opportunity")).Words(0));
  EXPECT_NE(stream.Words(0), Stream(2, Purpose::kWin, NaturalKey("opportunity")).Words(0));
  EXPECT_NE(stream.Words(0), Stream(1, Purpose::kRunRate, NaturalKey("opportunity")).Words(0));
  EXPECT_NE(stream.Words(0), stream.Words(1));
  EXPECT_NE(CombineKeys(1, 2), CombineKeys(2, 1));
}

}  // namespace
}  // namespace quotacast::simulation
