#include "simulation/scenario/scenario.h"

#include <gtest/gtest.h>

#include "simulation/scenario/conversion.h"
#include "tests/simulation/random_model.h"
#include "tests/simulation/worked_company.h"

namespace quotacast::simulation {
namespace {

// The worked case with deals that can be named, and effects of activity that are known: 10 calls a
// week bring half of the 2.1 opportunities.
class ScenarioTest : public testing::Test {
 protected:
  ScenarioTest() : model_(WorkedCase()) {
    for (size_t i = 0; i < model_.open.size(); ++i) {
      model_.open[i].opportunity = static_cast<int32_t>(i);
    }
    ActivityOfKind& calls = effects_.kinds[static_cast<size_t>(ActivityType::kCall)];
    calls.method = EffectMethod::kLinked;
    calls.found = true;
    calls.weekly = {10};
    calls.per_activity = {.105};
    effects_.creations_weekly = {2.1};
  }

  double Chance(std::vector<Change> changes, Question question = WorkedQuestion()) {
    const auto run = PairedRun::Create(model_, {question}, options_);
    EXPECT_TRUE(run.ok()) << run.status();
    baseline_ = run->baseline()[0];
    const auto variant = ApplyScenario(model_, &effects_, {0}, {"", std::move(changes)});
    EXPECT_TRUE(variant.ok()) << variant.status();
    auto outcomes = run->Run(*variant);
    EXPECT_TRUE(outcomes.ok());
    difference_ = Difference(baseline_, (*outcomes)[0]);
    outcome_ = (*outcomes)[0];
    return outcome_.forecast.attainment_probability;
  }
  absl::Status Refusal(Change change) {
    return ApplyScenario(model_, &effects_, {0}, {"", {std::move(change)}}).status();
  }

  FittedModel model_;
  ActivityEffects effects_;
  ForecastOptions options_ = [] {
    ForecastOptions options;
    options.run_rate_share = 0;
    return options;
  }();
  Outcome baseline_, outcome_;
  ChanceDifference difference_;
};

TEST_F(ScenarioTest, ChangesWithoutEffectGiveExactlyZero) {
  options_.run_rate_share = .1;
  const std::vector<std::vector<Change>> nothing = {
      {},
      {ActivityChange{ActivityType::kCall, true, 1}},
      {ActivityChange{ActivityType::kCall, false, 10}},
      {CreationRateChange{true, 1}},
      {ConversionChange{0, true, 1}},
      {ConversionChange{0, false, 0}},
      {SpeedChange{1, 1}},
      {Slip{2, model_.as_of_day}},
      {HandOver{2, 0}},
      {AmountChange{2, 1}},
      {DaysOff{model_.as_of_day + 6, model_.as_of_day + 7}},    // A Sunday,
      {DaysOff{model_.as_of_day + 10, model_.as_of_day + 20}},  // and after the period.
      {RepLeaves{0, model_.as_of_day + 10}}};
  for (size_t i = 0; i < nothing.size(); ++i) {
    Chance(nothing[i]);
    EXPECT_EQ(difference_.value, 0) << i;
    EXPECT_EQ(difference_.standard_error, 0) << i;
  }
}

TEST_F(ScenarioTest, ChangesMoveTheChanceTheirWay) {
  const Day day = model_.as_of_day;
  const std::vector<Change> better = {ActivityChange{ActivityType::kCall, true, 2},
                                      CreationRateChange{false, 5},
                                      ConversionChange{1, false, .05},
                                      ConversionChange{0, true, 1.2},
                                      SpeedChange{0, 1.5},
                                      Win{2},
                                      NewDeal{1, 0, 1, 1},
                                      AmountChange{3, 2}};
  for (size_t i = 0; i < better.size(); ++i) {
    Chance({better[i]});
    EXPECT_GT(difference_.value, 2 * difference_.standard_error) << i;
  }
  const std::vector<Change> worse = {ActivityChange{ActivityType::kCall, false, 0},
                                     ConversionChange{1, false, -.05},
                                     Loss{3},
                                     Slip{3, day + 5},
                                     DaysOff{day, day + 5},
                                     RepLeaves{0, day + 3}};
  for (size_t i = 0; i < worse.size(); ++i) {
    Chance({worse[i]});
    EXPECT_LT(difference_.value, -2 * difference_.standard_error) << i;
  }
}

TEST_F(ScenarioTest, ADealThatSlipsPastThePeriodIsLostToIt) {
  const double lost = Chance({Loss{3}});
  EXPECT_EQ(Chance({Slip{3, model_.as_of_day + 10}}), lost);
  options_.run_rate_share = .1;
  const double lost_with_pace = Chance({Loss{3}});
  EXPECT_EQ(Chance({Slip{3, model_.as_of_day + 10}}), lost_with_pace);
}

TEST_F(ScenarioTest, EnoughWinsMakeTheQuotaCertain) {
  options_.run_rate_share = .5;
  EXPECT_EQ(Chance({Win{0}, Win{1}, Win{2}}), 1);
  EXPECT_EQ(outcome_.forecast.booked, 4);
}

TEST_F(ScenarioTest, WinsAtAGivenAmountAreExact) {
  model_.ratios.all = {.5, .9};
  Question question = WorkedQuestion();
  question.target = 3;
  EXPECT_EQ(Chance({AmountChange{5, 2}, Win{5}}, question), 1);
}

TEST_F(ScenarioTest, NobodyWinsAfterLeaving) {
  Chance({RepLeaves{0, model_.as_of_day}});
  EXPECT_EQ(outcome_.forecast.mean, 1) << "what is booked stays";
}

TEST_F(ScenarioTest, DatedActivityActsFromItsDay) {
  Chance({ActivityChange{ActivityType::kCall, true, 2, model_.as_of_day + 20}});
  EXPECT_EQ(difference_.value, 0);
  Chance({ActivityChange{ActivityType::kCall, true, 3, model_.as_of_day}});
  const double at_once = difference_.value;
  Chance({ActivityChange{ActivityType::kCall, true, 3, model_.as_of_day + 3}});
  EXPECT_GT(difference_.value, 0);
  EXPECT_LT(difference_.value, at_once);
}

TEST_F(ScenarioTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(Refusal(Win{99}).message(),
            "changes[0] the opportunity is not open as of the time, or was changed already");
  EXPECT_EQ(Refusal(Win{99}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Refusal(ActivityChange{ActivityType::kEmail, true, 2}).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Refusal(ActivityChange{ActivityType::kCall, true, -1}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal(SpeedChange{0, 0}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal(ConversionChange{0, false, 1}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Refusal(QuotaChange{0}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Refusal(DaysOff{5, 5}).code(), absl::StatusCode::kInvalidArgument);
}

TEST(ConversionTest, ReachesTheTargetAndKeepsTheSpeed) {
  FittedModel model = RandomModel({.skips = true, .backward = true}, 4);
  const auto total = [&](const FittedModel& m, size_t bucket) {
    double sum = 0;
    for (const Cause& cause : m.cells[1].causes) {
      sum += cause.hazards[bucket].shape / cause.hazards[bucket].rate;
    }
    return sum;
  };
  const double now = ConversionOf(model, 1);
  FittedModel changed = model;
  ASSERT_TRUE(SetConversion(1, now + .07, changed).ok());
  EXPECT_NEAR(ConversionOf(changed, 1), now + .07, 1e-9);
  for (size_t b = 0; b < model.bucket_starts.size(); ++b) {
    EXPECT_NEAR(total(changed, b), total(model, b), 1e-12 * total(model, b));
  }
  EXPECT_EQ(ConversionOf(changed, 0), ConversionOf(model, 0));
}

}  // namespace
}  // namespace quotacast::simulation
