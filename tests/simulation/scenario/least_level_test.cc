#include "simulation/scenario/least_level.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <vector>

namespace quotacast::simulation {
namespace {

struct Found {
  int64_t level = 0;
  int looks = 0;
};

Found Find(const std::vector<double>& chances, double target, LevelGuess guess) {
  Found found;
  const auto level = FindLeastLevel(static_cast<int64_t>(chances.size()) - 1, target, guess,
                                    [&](int64_t at) -> absl::StatusOr<double> {
                                      ++found.looks;
                                      return chances.at(static_cast<size_t>(at));
                                    });
  EXPECT_TRUE(level.ok());
  found.level = *level;
  return found;
}

int64_t Scan(const std::vector<double>& chances, double target) {
  return std::lower_bound(chances.begin(), chances.end(), target) - chances.begin();
}

// The chance that a Poisson count of mean `base + slope * level` reaches `need`.
std::vector<double> PoissonChances(double base, double slope, int need, int64_t most) {
  std::vector<double> chances;
  for (int64_t level = 0; level <= most; ++level) {
    const double mean = base + slope * static_cast<double>(level);
    double term = std::exp(-mean), below = 0;
    for (int k = 0; k < need; ++k) {
      below += term;
      term *= mean / (k + 1);
    }
    chances.push_back(1 - below);
  }
  for (size_t i = 1; i < chances.size(); ++i) chances[i] = std::max(chances[i], chances[i - 1]);
  return chances;
}

TEST(FindLeastLevelTest, FindsWhatAFullScanFindsInChancesOfAnyShape) {
  boost::random::mt19937 random(5);
  boost::random::uniform_01<double> unit;
  for (int round = 0; round < 5'000; ++round) {
    const int most = boost::random::uniform_int_distribution<int>(0, 300)(random);
    std::vector<double> chances;
    for (int i = 0; i <= most; ++i) {
      const double chance = unit(random);
      chances.push_back(round % 3 == 0 ? std::round(chance) : chance);
    }
    std::sort(chances.begin(), chances.end());
    const double target =
        round % 5 == 0 && chances[0] > 0 && chances[0] < 1 ? chances[0] : unit(random);
    const Found found = Find(chances, target, {most * unit(random), unit(random)});
    ASSERT_EQ(found.level, Scan(chances, target)) << "round " << round;
    EXPECT_LE(found.looks, 3 * std::log2(most + 2) + 2) << "round " << round;
  }
}

TEST(FindLeastLevelTest, LooksLittleWhereTheChanceIsThatOfACount) {
  int looks = 0, searches = 0;
  for (const double slope : {.01, .03, .1}) {
    for (const int need : {2, 6, 15}) {
      for (const double base : {.5, 3., 8.}) {
        const std::vector<double> chances = PoissonChances(base, slope, need, 200);
        for (const double target : {.3, .5, .8, .95}) {
          const int64_t now = 60;
          const Found found =
              Find(chances, target, {static_cast<double>(now), chances[static_cast<size_t>(now)]});
          ASSERT_EQ(found.level, Scan(chances, target));
          looks += found.looks;
          ++searches;
        }
      }
    }
  }
  EXPECT_LE(looks, 4 * searches);
}

TEST(FindLeastLevelTest, PassesErrorsOn) {
  const auto found = FindLeastLevel(10, .5, {5, .4}, [](int64_t) -> absl::StatusOr<double> {
    return absl::CancelledError("enough");
  });
  EXPECT_EQ(found.status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace quotacast::simulation
