#include "simulation/arrival_shock_fit.h"

#include <gtest/gtest.h>

#include <boost/random/gamma_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <cmath>
#include <limits>

namespace quotacast::simulation {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Day kStretchDays = 28;

struct Company {
  FittedModel model;
  Observation observation;
};

// Reps that create some `mean` opportunities in each of `stretches` stretches of four weeks, under
// shocks of the given shapes.
Company Create(int reps, int stretches, double mean, double rep_shape, double company_shape) {
  Company company;
  company.model.options.shock_days = kStretchDays;
  company.model.first_day = 20'000;
  company.model.as_of_day = 20'000 + stretches * kStretchDays;
  company.model.pipelines.resize(1);
  company.model.reps.resize(static_cast<size_t>(reps));
  for (FittedRep& rep : company.model.reps) rep.first_seen = company.model.first_day;
  boost::random::mt19937_64 random(7);
  const auto shock = [&](double shape) {
    if (std::isinf(shape)) return 1.0;
    return boost::random::gamma_distribution<double>(shape, 1 / shape)(random);
  };
  for (int s = 0; s < stretches; ++s) {
    const double of_company = shock(company_shape);
    for (int32_t r = 0; r < reps; ++r) {
      const double rate = mean * of_company * shock(rep_shape);
      const int count = boost::random::poisson_distribution<int>(rate)(random);
      const Day day = company.model.first_day + s * kStretchDays + s % kStretchDays;
      for (int i = 0; i < count; ++i) company.observation.creations.push_back({r, 0, 0, day});
    }
  }
  return company;
}

ArrivalShockShapes Shapes(const Company& company) {
  const FittedModel& model = company.model;
  StretchCounts counts(model.reps.size(), model.first_day, model.as_of_day,
                       model.options.shock_days);
  for (const Creation& creation : company.observation.creations) counts.Count(creation, 1);
  return FitArrivalShocks(model, {&counts, 1});
}

// 26 stretches of 200 reps who create 20: the variance of the rep's shock has the relative standard
// error sqrt(2 / 5000) (1 + 1 / (20 v)), at most 8 % for shapes up to 6, four of which are allowed
// (false positives below 1 in 10,000, for this seed none); that of the company sqrt(2 / 25) = 28 %.
TEST(ArrivalShockFitTest, FindsTheShocksThatWere) {
  for (const double shape : {1.0, 2.0, 6.0}) {
    Company company = Create(200, 26, 20, shape, 10);
    company.model.options.arrival_shock_prior_stretches = 1e-3;
    const ArrivalShockShapes shapes = Shapes(company);
    EXPECT_NEAR(shapes.rep / shape, 1, 0.32);
    EXPECT_GT(shapes.company, 10 / 2.2);
    EXPECT_LT(shapes.company, 10 * 2.2);
  }
}

TEST(ArrivalShockFitTest, FindsThatThereWereNone) {
  const Company company = Create(200, 26, 20, kInfinity, kInfinity);
  const ArrivalShockShapes shapes = Shapes(company);
  // The given shapes still weigh as much as 20 of 5,000 stretches: variance .5 / 250.
  EXPECT_GT(shapes.rep, 100);
  EXPECT_GT(shapes.company, 60);
}

TEST(ArrivalShockFitTest, LittleHistoryLeavesTheGivenShapes) {
  for (const int stretches : {0, 1}) {
    const Company company = Create(5, stretches, 3, kInfinity, kInfinity);
    const ArrivalShockShapes shapes = Shapes(company);
    EXPECT_EQ(shapes.rep, 2);
    EXPECT_EQ(shapes.company, 30);
  }
  const Company company = Create(2, 3, 3, kInfinity, kInfinity);
  const ArrivalShockShapes shapes = Shapes(company);
  EXPECT_NEAR(shapes.rep, 2, 0.5);
  EXPECT_NEAR(shapes.company, 30, 3);
}

TEST(ArrivalShockFitTest, InfiniteShapesStaySo) {
  Company company = Create(20, 10, 5, 2, 5);
  company.model.options.arrival_rep_shock_shape = kInfinity;
  ArrivalShockShapes shapes = Shapes(company);
  EXPECT_TRUE(std::isinf(shapes.rep));
  EXPECT_FALSE(std::isinf(shapes.company));
  company.model.options.arrival_company_shock_shape = kInfinity;
  shapes = Shapes(company);
  EXPECT_TRUE(std::isinf(shapes.company));
}

TEST(ArrivalShockFitTest, InfiniteWeightKeepsTheGivenShapes) {
  Company company = Create(20, 10, 5, 2, 5);
  company.model.options.arrival_shock_prior_stretches = kInfinity;
  const ArrivalShockShapes shapes = Shapes(company);
  EXPECT_EQ(shapes.rep, 2);
  EXPECT_EQ(shapes.company, 30);
}

// A rep's stretches before their first day and after their last are none in which they created
// nothing.
TEST(ArrivalShockFitTest, ReadsOnlyStretchesAtWork) {
  Company company = Create(100, 10, 20, kInfinity, kInfinity);
  FittedModel& model = company.model;
  model.first_day -= 10 * kStretchDays;
  const ArrivalShockShapes shapes = Shapes(company);
  EXPECT_GT(shapes.rep, 30);
  model.as_of_day += 5 * kStretchDays;
  for (FittedRep& rep : model.reps) rep.end_day = model.as_of_day - 5 * kStretchDays;
  EXPECT_GT(Shapes(company).rep, 30);
  for (FittedRep& rep : model.reps) rep.end_day = INT32_MAX;
  EXPECT_LT(Shapes(company).rep, 10);
}

}  // namespace
}  // namespace quotacast::simulation
