#include "simulation/scenario/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "simulation/scenario/scenario.h"
#include "tests/simulation/random_model.h"

namespace quotacast::simulation {
namespace {

// Three reps who make 20 calls a week; what comes of them is most of what they create.
class PlanTest : public testing::Test {
 protected:
  PlanTest() : model_(RandomModel({.arrivals_per_day = .5}, 11)) {
    ActivityOfKind& calls = effects_.kinds[static_cast<size_t>(ActivityType::kCall)];
    calls.method = EffectMethod::kLinked;
    calls.found = true;
    calls.weekly = {20, 20, 20};
    calls.per_activity = {.1, .1, .1};
    calls.range = {5, 40};
    effects_.creations_weekly = {3.5, 3.5, 3.5};
    effects_.creations_range = {1, 8};
    question_ = {.owner = 0,
                 .measure = Measure::kUnits,
                 .period_start = model_.as_of_day,
                 .period_end = model_.as_of_day + 60,
                 .target = 1};
    // The chance at the present level is about a half.
    const auto run = PairedRun::Create(model_, {question_}, options_);
    question_.target = static_cast<int64_t>(run->baseline()[0].forecast.mean) + 1;
  }

  absl::StatusOr<Plan> Make(const PlanRequest& request) {
    const auto run = PairedRun::Create(model_, {question_}, options_);
    if (!run.ok()) return run.status();
    return PlanActivity(*run, effects_, 0, request);
  }

  FittedModel model_;
  ActivityEffects effects_;
  Question question_;
  ForecastOptions options_;
};

TEST_F(PlanTest, FindsTheSmallestNumberThatReachesTheTarget) {
  PlanRequest request;
  request.target_probability = .65;
  const auto plan = Make(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_TRUE(plan->attainable) << plan->reason;
  EXPECT_EQ(plan->current, 20);
  EXPECT_GE(plan->probability, .65);
  EXPECT_EQ(plan->required, std::floor(plan->required));
  EXPECT_GT(plan->required, plan->current) << plan->current_probability;
  EXPECT_GT(plan->one_more.value, 0);
  EXPECT_EQ(plan->extrapolated, plan->required > 40);
  for (size_t i = 1; i < plan->curve.size(); ++i) {
    EXPECT_GE(plan->curve[i].probability, plan->curve[i - 1].probability);
    EXPECT_EQ(plan->curve[i].extrapolated, plan->curve[i].weekly > 40 || plan->curve[i].weekly < 5);
  }
  // One less does not do.
  const auto run = PairedRun::Create(model_, {question_}, options_);
  ASSERT_TRUE(run.ok());
  const auto less =
      ApplyScenario(model_, &effects_, {0},
                    {"", {ActivityChange{ActivityType::kCall, false, plan->required - 1}}});
  ASSERT_TRUE(less.ok());
  EXPECT_LT((*run->Run(*less))[0].forecast.attainment_probability, .65);
}

TEST_F(PlanTest, FindsWhatALookAtEveryLevelFinds) {
  const auto run = PairedRun::Create(model_, {question_}, options_);
  ASSERT_TRUE(run.ok());
  const CreationRun creations(*run, 0);
  std::vector<double> chances;  // By level, up to twice the most observed.
  for (int level = 0; level <= 80; ++level) {
    const double factor = CreationFactor(effects_, ActivityType::kCall, 0, level);
    const auto outcome = creations.Run({factor, 1, 1});
    ASSERT_TRUE(outcome.ok());
    chances.push_back(outcome->forecast.attainment_probability);
  }
  EXPECT_TRUE(std::is_sorted(chances.begin(), chances.end()));
  int attainable = 0;
  for (double target = .02; target < 1; target += .02) {
    PlanRequest request;
    request.target_probability = target;
    request.with_curve = false;
    const auto plan = PlanActivity(*run, effects_, 0, request);
    ASSERT_TRUE(plan.ok());
    const auto least = std::lower_bound(chances.begin(), chances.end(), target);
    EXPECT_EQ(plan->attainable, least != chances.end()) << target;
    if (!plan->attainable) continue;
    ++attainable;
    EXPECT_EQ(plan->required, least - chances.begin()) << target;
    EXPECT_EQ(plan->probability, *least) << target;
  }
  EXPECT_GT(attainable, 20);
  EXPECT_LT(attainable, 49);
}

TEST_F(PlanTest, RequiresTheSameWithoutACurve) {
  PlanRequest request;
  request.target_probability = .7;
  const auto plan = Make(request);
  request.with_curve = false;
  const auto bare = Make(request);
  ASSERT_TRUE(plan.ok() && bare.ok());
  EXPECT_FALSE(plan->curve.empty());
  EXPECT_TRUE(bare->curve.empty());
  EXPECT_EQ(bare->required, plan->required);
  EXPECT_EQ(bare->probability, plan->probability);
}

// With a new seed the chance lies within 4.5 standard errors of the difference of two independent
// runs of the target, and above it by no more than what a step brings: a false-positive rate below
// 1e-5 for each of 10 seeds.
TEST_F(PlanTest, MeetsItsTargetWithFreshSeeds) {
  PlanRequest request;
  request.target_probability = .7;
  const auto plan = Make(request);
  ASSERT_TRUE(plan.ok());
  ASSERT_TRUE(plan->attainable);
  for (uint64_t seed = 100; seed < 110; ++seed) {
    options_.seed = seed;
    const auto run = PairedRun::Create(model_, {question_}, options_);
    ASSERT_TRUE(run.ok());
    const auto variant = ApplyScenario(
        model_, &effects_, {0}, {"", {ActivityChange{ActivityType::kCall, false, plan->required}}});
    ASSERT_TRUE(variant.ok());
    const Forecast forecast = (*run->Run(*variant))[0].forecast;
    const double error = std::hypot(forecast.standard_error, plan->standard_error);
    EXPECT_GT(forecast.attainment_probability, .7 - 4.5 * error) << seed;
  }
}

TEST_F(PlanTest, SaysWhyATargetIsOutOfReach) {
  PlanRequest request;
  request.target_probability = .999;
  question_.target *= 5;
  auto plan = Make(request);
  ASSERT_TRUE(plan.ok());
  EXPECT_FALSE(plan->attainable);
  EXPECT_EQ(plan->required, 80) << "twice the most that was seen";
  EXPECT_TRUE(plan->extrapolated);
  EXPECT_NE(plan->reason.find("at 80 a week"), std::string::npos) << plan->reason;

  ActivityOfKind& calls = effects_.kinds[static_cast<size_t>(ActivityType::kCall)];
  calls.found = false;
  plan = Make(request);
  ASSERT_TRUE(plan.ok());
  EXPECT_FALSE(plan->attainable);
  EXPECT_EQ(plan->one_more.value, 0);
  EXPECT_NE(plan->reason.find("no effect"), std::string::npos) << plan->reason;

  request.type = ActivityType::kMeeting;
  EXPECT_EQ(Make(request).status().code(), absl::StatusCode::kFailedPrecondition);
  request.target_probability = 1;
  EXPECT_EQ(Make(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(PlanTest, PlansNewOpportunitiesForATeam) {
  question_.owner_type = OwnerType::kTeam;
  question_.owner = 0;
  question_.target *= 3;
  PlanRequest request;
  request.lever = Lever::kCreations;
  request.target_probability = .7;
  const auto plan = Make(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_TRUE(plan->attainable) << plan->reason;
  EXPECT_NEAR(plan->current, 3.5, 1e-12);
  EXPECT_GE(plan->probability, .7);
}

TEST_F(PlanTest, PlansFollowUps) {
  FollowUpEffect& follow_ups = effects_.follow_ups[static_cast<size_t>(ActivityType::kFollowUp)];
  follow_ups.recorded = true;
  follow_ups.weekly_per_deal = {.4, .4, .4};
  follow_ups.recent_share = {.3, .3, .3};
  follow_ups.range = {.2, 1.5};
  follow_ups.lost.ratio = {1, .9, 1.1};
  follow_ups.advance.ratio = {1.6, 1.5, 1.7};
  PlanRequest request;
  request.lever = Lever::kFollowUps;
  request.type = ActivityType::kFollowUp;
  request.target_probability = .999;
  auto plan = Make(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_FALSE(plan->attainable) << "no effect was found";
  EXPECT_NE(plan->reason.find("no effect"), std::string::npos) << plan->reason;
  for (const CurvePoint& point : plan->curve) {
    EXPECT_EQ(point.probability, plan->current_probability);
  }

  follow_ups.advance.found = true;
  request.target_probability = .01 + plan->current_probability;
  plan = Make(request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_TRUE(plan->attainable) << plan->reason;
  EXPECT_GT(plan->required, plan->current);
  EXPECT_EQ(plan->extrapolated, plan->required > 1.5);
  EXPECT_GT(plan->one_more.value, 0);
  EXPECT_GT(plan->curve.back().probability, plan->curve.front().probability);
}

}  // namespace
}  // namespace quotacast::simulation
