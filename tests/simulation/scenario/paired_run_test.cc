#include "simulation/scenario/paired_run.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simulation/scenario/leverage.h"
#include "simulation/scenario/scenario.h"
#include "simulation/scenario/team_outlook.h"
#include "tests/simulation/random_model.h"
#include "tests/simulation/worked_company.h"

namespace quotacast::simulation {
namespace {

CompanyShape Shape() {
  CompanyShape shape;
  shape.ratios = true;
  shape.backward = true;
  return shape;
}

// In pieces: each of the shape's 12 open deals of a rep is one.
std::vector<Question> Questions(const FittedModel& model) {
  std::vector<Question> questions;
  for (int32_t rep = 0; rep < 3; ++rep) {
    questions.push_back({.owner = rep,
                         .measure = Measure::kUnits,
                         .period_start = model.as_of_day,
                         .period_end = model.as_of_day + 40,
                         .target = 8});
  }
  questions.push_back(questions.front());
  questions.back().owner_type = OwnerType::kTeam;
  questions.back().owner = 0;
  questions.back().target = 24;
  return questions;
}

// Also with fewer trials than the fewest that are run.
class PairedRunOf : public testing::TestWithParam<int64_t> {};

TEST_P(PairedRunOf, BaselineIsTheForecast) {
  const FittedModel model = RandomModel(Shape(), 3);
  std::vector<Question> questions = Questions(model);
  // One that has begun: fewer of its trials take the pace.
  questions[1].period_start -= 20;
  ForecastOptions options;
  options.trial_count = GetParam();
  options.thread_count = 2;
  const auto expected = ForecastAttainment(model, questions, options);
  ASSERT_TRUE(expected.ok());
  const auto run = PairedRun::Create(model, questions, options);
  ASSERT_TRUE(run.ok()) << run.status();
  for (size_t q = 0; q < questions.size(); ++q) {
    const Forecast& forecast = run->baseline()[q].forecast;
    EXPECT_EQ(forecast.attainment_probability, (*expected)[q].attainment_probability) << q;
    EXPECT_EQ(forecast.standard_error, (*expected)[q].standard_error) << q;
    EXPECT_EQ(forecast.probability_low, (*expected)[q].probability_low) << q;
    EXPECT_EQ(forecast.mean, (*expected)[q].mean) << q;
    EXPECT_EQ(forecast.booked, (*expected)[q].booked) << q;
    EXPECT_EQ(forecast.open_opportunity_count, (*expected)[q].open_opportunity_count) << q;
    EXPECT_EQ(AttainedShare(run->baseline()[q]), forecast.attainment_probability) << q;
  }
}

INSTANTIATE_TEST_SUITE_P(Trials, PairedRunOf, testing::Values(1'000, 10'000));

TEST(PairedRunTest, NothingChangedIsNoDifference) {
  const FittedModel model = RandomModel(Shape(), 3);
  ForecastOptions options;
  const auto run = PairedRun::Create(model, Questions(model), options);
  ASSERT_TRUE(run.ok());
  // A deal of rep 1 means nothing to rep 0, and redrawing the company the same way nothing to any.
  Scenario scenario;
  for (const OpenOpportunity& open : model.open) {
    if (open.rep == 1 && scenario.changes.empty()) scenario.changes = {Loss{open.opportunity}};
  }
  auto variant = ApplyScenario(model, nullptr, {0, 1, 2}, scenario);
  ASSERT_TRUE(variant.ok()) << variant.status();
  variant->company_changed = true;
  const auto outcomes = run->Run(*variant);
  ASSERT_TRUE(outcomes.ok());
  const ChanceDifference same = Difference(run->baseline()[0], (*outcomes)[0]);
  EXPECT_EQ(same.value, 0);
  EXPECT_EQ(same.standard_error, 0);
  const ChanceDifference changed = Difference(run->baseline()[1], (*outcomes)[1]);
  EXPECT_GT(changed.standard_error, 0);
  EXPECT_LE(changed.value, 0);
}

// The error of a difference is that of its spread over seeds: 40 seeds give the standard deviation
// within a factor of 1 +- 4 / sqrt(80) = 1 +- 0.45 with a false-positive rate below 1e-4. It is an
// upper estimate, so only the upper side of the spread is checked, and that it is no more than
// three times too large.
TEST(PairedRunTest, ErrorOfADifferenceIsTrue) {
  const FittedModel model = RandomModel(Shape(), 5);
  const std::vector<Question> questions = {Questions(model).front()};
  const Scenario scenario = {"", {SpeedChange{0, 1.1}}};
  const auto variant = ApplyScenario(model, nullptr, {0}, scenario);
  ASSERT_TRUE(variant.ok());
  double sum = 0, squares = 0, errors = 0, independent = 0;
  constexpr int kSeeds = 40;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    ForecastOptions options;
    options.seed = static_cast<uint64_t>(seed);
    const auto run = PairedRun::Create(model, questions, options);
    ASSERT_TRUE(run.ok());
    const auto outcomes = run->Run(*variant);
    ASSERT_TRUE(outcomes.ok());
    const ChanceDifference difference = Difference(run->baseline()[0], (*outcomes)[0]);
    sum += difference.value;
    squares += difference.value * difference.value;
    errors += difference.standard_error / kSeeds;
    independent += std::hypot(run->baseline()[0].forecast.standard_error,
                              (*outcomes)[0].forecast.standard_error) /
                   kSeeds;
  }
  const double spread = std::sqrt((squares - sum * sum / kSeeds) / (kSeeds - 1));
  EXPECT_LT(spread, 1.45 * errors);
  EXPECT_GT(3 * spread, errors);
  EXPECT_LT(errors, independent) << "common random numbers must help";
}

TEST(LeverageTest, EqualsRunningAgain) {
  const FittedModel model = RandomModel(Shape(), 9);
  ForecastOptions options;
  for (const Measure measure : {Measure::kAmount, Measure::kUnits}) {
    std::vector<Question> questions = Questions(model);
    for (Question& question : questions) question.measure = measure;
    const auto scale = PairedRun::Create(model, questions, options);
    ASSERT_TRUE(scale.ok());
    // A target near the mean, so that there is something to tell apart.
    for (size_t q = 0; q < questions.size(); ++q) {
      questions[q].target =
          std::max<int64_t>(1, static_cast<int64_t>(scale->baseline()[q].forecast.mean));
    }
    const auto run = PairedRun::Create(model, questions, options);
    ASSERT_TRUE(run.ok());
    const auto deals = Leverage(*run, 1);
    ASSERT_TRUE(deals.ok());
    ASSERT_EQ(deals->size(), 12u);
    for (const DealLeverage& deal : *deals) {
      const int32_t opportunity = model.open[deal.open].opportunity;
      for (const bool won : {false, true}) {
        Scenario scenario;
        if (won) {
          scenario.changes = {Win{opportunity}};
        } else {
          scenario.changes = {Loss{opportunity}};
        }
        const auto variant = ApplyScenario(model, nullptr, {1}, scenario);
        ASSERT_TRUE(variant.ok()) << variant.status();
        const auto outcomes = run->Run(*variant);
        ASSERT_TRUE(outcomes.ok());
        EXPECT_EQ((*outcomes)[1].forecast.attainment_probability,
                  won ? deal.chance_if_won : deal.chance_if_lost)
            << deal.open << won;
      }
      EXPECT_GE(deal.difference.value, 0);
      EXPECT_NEAR(deal.difference.value, deal.chance_if_won - deal.chance_if_lost, 1e-12);
    }
  }
}

// Six deals whose chances and those of the quota are known exactly (the model's worked case): four
// wins of six and what comes new, one booked. The chance is .380945; the exact chances given a deal
// average to it, P = w P(won) + (1 - w) P(lost). Trials: 100,000 of even draws; tolerance of 5
// standard errors of a share, 5 sqrt(.25 / 1e5) = .008, a false-positive rate below 1e-6 a deal.
TEST(LeverageTest, ChancesGivenADealAverageToTheChance) {
  const WorkedCaseOptions options;
  FittedModel model = WorkedCase(options);
  for (size_t i = 0; i < model.open.size(); ++i) {
    model.open[i].opportunity = static_cast<int32_t>(i);
  }
  ForecastOptions forecast_options;
  forecast_options.trial_count = 100'000;
  forecast_options.run_rate_share = 0;
  const auto run = PairedRun::Create(model, {WorkedQuestion(options)}, forecast_options);
  ASSERT_TRUE(run.ok()) << run.status();
  const auto deals = Leverage(*run, 0);
  ASSERT_TRUE(deals.ok());
  ASSERT_EQ(deals->size(), 6u);
  const double win_chances[] = {.159592, .190973, .097267, .663201, .553506, .360640};
  for (size_t i = 0; i < deals->size(); ++i) {
    const DealLeverage& deal = (*deals)[i];
    EXPECT_NEAR(deal.win_chance, win_chances[i], .008);
    EXPECT_NEAR(deal.win_chance * deal.chance_if_won + (1 - deal.win_chance) * deal.chance_if_lost,
                .380945, .008);
    EXPECT_GT(deal.difference.value, .1);
  }
}

TEST(PairedRunTest, OneQuestionAloneIsTheSame) {
  const FittedModel model = RandomModel(Shape(), 3);
  ForecastOptions options;
  const std::vector<Question> questions = Questions(model);
  const auto run = PairedRun::Create(model, questions, options);
  ASSERT_TRUE(run.ok());
  const auto variant = ApplyScenario(model, nullptr, {0, 1, 2}, {"", {SpeedChange{0, 1.1}}});
  ASSERT_TRUE(variant.ok());
  const auto all = run->Run(*variant);
  ASSERT_TRUE(all.ok());
  for (size_t q = 0; q < questions.size(); ++q) {
    const auto one = run->RunOne(*variant, q);
    ASSERT_TRUE(one.ok());
    EXPECT_EQ(one->fingerprint, (*all)[q].fingerprint) << q;
    EXPECT_EQ(one->forecast.attainment_probability, (*all)[q].forecast.attainment_probability);
  }
}

TEST(PairedRunTest, OtherCreationsNeedNoVariant) {
  const FittedModel model = RandomModel(Shape(), 3);
  ForecastOptions options;
  const std::vector<Question> questions = Questions(model);
  const auto run = PairedRun::Create(model, questions, options);
  ASSERT_TRUE(run.ok());
  const std::vector<double> factors = {0, 1.7, 1};
  ASSERT_EQ(model.reps.size(), factors.size());
  Variant variant;
  variant.model = model;
  for (int32_t rep = 0; rep < 3; ++rep) {
    ScaleCreations(rep, factors[rep], INT32_MIN, variant.model);
  }
  const auto bare = PairedRun::Prepare(model, questions, options);
  ASSERT_TRUE(bare.ok());
  for (size_t q = 0; q < questions.size(); ++q) {
    const CreationRun creations(*bare, q);
    const auto baseline = creations.Run({1, 1, 1});
    ASSERT_TRUE(baseline.ok());
    EXPECT_EQ(baseline->fingerprint, run->baseline()[q].fingerprint);
    const auto one = run->RunOne(variant, q);
    const auto same = creations.Run(factors);
    ASSERT_TRUE(one.ok() && same.ok());
    EXPECT_EQ(same->fingerprint, one->fingerprint) << q;
    EXPECT_EQ(same->forecast.attainment_probability, one->forecast.attainment_probability);
    EXPECT_EQ(same->forecast.standard_error, one->forecast.standard_error);
    EXPECT_EQ(same->forecast.open_opportunity_count, one->forecast.open_opportunity_count);
  }
}

// Whoever joins counts in the totals of the team, from the first day of work on, and touches no
// other rep.
TEST(PairedRunTest, AJoiningRepCountsInTotals) {
  const FittedModel model = RandomModel(Shape(), 3);
  ForecastOptions options;
  std::vector<Question> questions = Questions(model);
  for (Question& question : questions) question.period_end = model.as_of_day + 120;
  const auto scale = PairedRun::Create(model, questions, options);
  ASSERT_TRUE(scale.ok());
  for (size_t q = 0; q < questions.size(); ++q) {
    questions[q].target = static_cast<int64_t>(scale->baseline()[q].forecast.mean) + 1;
  }
  const auto run = PairedRun::Create(model, questions, options);
  ASSERT_TRUE(run.ok());
  const auto mean_with = [&](const RepJoins& joins) {
    const auto variant = ApplyScenario(model, nullptr, {0, 1, 2}, {"", {joins}});
    EXPECT_TRUE(variant.ok()) << variant.status();
    const auto outcomes = run->Run(*variant);
    EXPECT_TRUE(outcomes.ok()) << outcomes.status();
    for (int q = 0; q < 3; ++q) {
      const ChanceDifference same = Difference(run->baseline()[q], (*outcomes)[q]);
      EXPECT_EQ(same.value, 0);
      EXPECT_EQ(same.standard_error, 0);
    }
    EXPECT_GE(Difference(run->baseline()[3], (*outcomes)[3]).value, 0);
    return (*outcomes)[3].forecast.mean - run->baseline()[3].forecast.mean;
  };
  const Day today = model.as_of_day;
  const double at_once = mean_with({0, today}), later = mean_with({0, today + 60});
  EXPECT_GT(later, 0);
  EXPECT_GT(at_once, later);
  EXPECT_EQ(mean_with({0, today + 120}), 0) << "after the period";
  EXPECT_EQ(mean_with({0, today, 0}), 0) << "who creates nothing";
  EXPECT_GT(mean_with({0, today, 20}), 2 * at_once);
  // Another team's rep is none of ours.
  const Joiner stranger = {3, kNone};
  EXPECT_FALSE(CountsJoiner(model, questions, questions[3], stranger));
  EXPECT_TRUE(CountsJoiner(model, questions, questions[3], {3, 0}));
  EXPECT_FALSE(CountsJoiner(model, questions, questions[0], {3, 0}));
}

TEST(PairedRunTest, DaysOffOfOneRepAreNoneOfOthers) {
  const FittedModel model = RandomModel(Shape(), 3);
  ForecastOptions options;
  const auto run = PairedRun::Create(model, Questions(model), options);
  ASSERT_TRUE(run.ok());
  const Day begin = model.as_of_day, end = begin + 5;
  const auto own = ApplyScenario(model, nullptr, {0, 1, 2}, {"", {DaysOff{begin, end, 1}}});
  const auto all = ApplyScenario(model, nullptr, {0, 1, 2}, {"", {DaysOff{begin, end}}});
  ASSERT_TRUE(own.ok() && all.ok());
  const auto of_own = run->Run(*own), of_all = run->Run(*all);
  ASSERT_TRUE(of_own.ok() && of_all.ok());
  EXPECT_EQ((*of_own)[1].fingerprint, (*of_all)[1].fingerprint);
  EXPECT_NE((*of_own)[1].fingerprint, run->baseline()[1].fingerprint);
  EXPECT_EQ((*of_own)[0].fingerprint, run->baseline()[0].fingerprint);
  EXPECT_NE((*of_all)[0].fingerprint, run->baseline()[0].fingerprint);
}

TEST(TeamOutlookTest, CountsRepsOverTheSameTrials) {
  const FittedModel model = RandomModel(Shape(), 3);
  ForecastOptions options;
  const auto run = PairedRun::Create(model, Questions(model), options);
  ASSERT_TRUE(run.ok());
  const TeamOutlook outlook = CountAttained(run->baseline(), {0, 1, 2});
  ASSERT_EQ(outlook.at_least.size(), 4u);
  double sum = 0;
  for (int q = 0; q < 3; ++q) sum += run->baseline()[q].forecast.attainment_probability;
  EXPECT_NEAR(outlook.expected, sum, 1e-12);
  EXPECT_EQ(outlook.at_least[0], 1);
  for (int k = 1; k <= 3; ++k) EXPECT_LE(outlook.at_least[k], outlook.at_least[k - 1]);
  EXPECT_LE(outlook.at_least[3], run->baseline()[0].forecast.attainment_probability);
  EXPECT_GT(outlook.standard_error, 0);
}

}  // namespace
}  // namespace quotacast::simulation
