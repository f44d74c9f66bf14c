// The forecast engine against the path simulator and the exact convolution, on companies of many
// shapes.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "simulation/convolution.h"
#include "simulation/fit.h"
#include "simulation/forecast.h"
#include "simulation/path_simulator.h"
#include "tests/simulation/csv_history.h"
#include "tests/simulation/random_model.h"

namespace quotacast::simulation {
namespace {

// About 150 comparisons in this file; a right engine leaves 5 standard errors in one of them once
// in 10,000 choices of the seeds (which are fixed).
constexpr double kStandardErrors = 5;

struct Case {
  std::string name;
  CompanyShape shape;
  int days = 14;
  int64_t paths = 8'000;
};

std::vector<Case> Cases() {
  return {
      {"OneStage", {.stages = 1}},
      {"OneRepZeroOpen", {.reps = 1, .open_opportunities = 0}},
      {"NothingToCome", {.open_opportunities = 0, .arrivals_per_day = 0}},
      {"NoHistory", {.events = 0.5}},
      {"TwelveStages", {.stages = 12}, 10},
      {"Skips", {.stages = 5, .skips = true}},
      {"Backward", {.stages = 4, .backward = true}},
      {"Cured", {.stages = 3, .cured = true}, 30},
      {"CuredAndBackward",
       {.pipelines = 2, .stages = 4, .skips = true, .backward = true, .cured = true},
       20,
       4'000},
      {"SkipsAndBackward", {.stages = 6, .skips = true, .backward = true}, 30, 2'000},
      {"SeveralPipelines", {.pipelines = 3, .stages = 3, .skips = true, .ratios = true}},
      {"ThousandsOfDeals",
       {.reps = 2, .stages = 3, .open_opportunities = 1'000, .oldest_age_days = 200},
       4,
       1'000},
      {"ExtremeAges", {.oldest_age_days = 20'000}},
      {"PartOfADay", {.first_day_fraction = 0.3}, 2},
      {"Quarter", {.reps = 1, .stages = 6, .arrivals_per_day = 0.1}, 91, 1'500},
      {"OneDay", {.arrivals_per_day = 5}, 1},
  };
}

class AgreementOf : public testing::TestWithParam<Case> {};

// Targets at the quartiles of what the paths gave, so that the chances are neither 0 nor 1.
std::vector<Question> AtQuartiles(const Question& question, std::vector<int64_t> samples) {
  std::sort(samples.begin(), samples.end());
  std::vector<Question> questions;
  for (const size_t part : {1, 2, 3}) {
    questions.push_back(question);
    questions.back().target = std::max<int64_t>(1, samples[samples.size() * part / 4]);
  }
  return questions;
}

std::vector<Question> QuestionsOf(const FittedModel& model, int days) {
  Question rep{
      .period_start = model.as_of_day - 5, .period_end = model.as_of_day + days, .target = 1};
  Question team = rep, units = rep, later = rep, several = rep;
  team.owner_type = OwnerType::kTeam;
  units.measure = Measure::kUnits;
  later.period_start = model.as_of_day + days / 2;
  std::vector<Question> questions = {rep, team, units};
  if (days > 1) questions.push_back(later);
  if (model.reps.size() > 1) {
    several.reps = {1, 0};
    questions.push_back(several);
  }
  return questions;
}

double ShareAtLeast(const std::vector<int64_t>& samples, int64_t target) {
  const auto hits = std::count_if(samples.begin(), samples.end(),
                                  [target](int64_t value) { return value >= target; });
  return static_cast<double>(hits) / static_cast<double>(samples.size());
}

// Compares the two at the quartiles of each question asked.
void ExpectEngineAgreesWithPaths(const FittedModel& model, const std::vector<Question>& asked,
                                 int64_t path_count) {
  const auto paths = SimulatePaths(model, asked, {.trial_count = path_count, .seed = 3});
  std::vector<Question> questions;
  for (size_t q = 0; q < asked.size(); ++q) {
    for (Question& at : AtQuartiles(asked[q], paths[q])) questions.push_back(std::move(at));
  }
  ForecastOptions options;
  options.run_rate_share = 0;
  options.trial_count = 20'000;
  const auto forecasts = ForecastAttainment(model, questions, options);
  ASSERT_TRUE(forecasts.ok()) << forecasts.status();
  for (size_t i = 0; i < questions.size(); ++i) {
    const double share = ShareAtLeast(paths[i / 3], questions[i].target);
    const double path_error = std::sqrt(share * (1 - share) / static_cast<double>(path_count));
    EXPECT_NEAR((*forecasts)[i].attainment_probability, share,
                kStandardErrors * std::hypot((*forecasts)[i].standard_error, path_error))
        << "question " << i / 3 << ", target " << questions[i].target;
  }
}

TEST_P(AgreementOf, EngineAndPaths) {
  const FittedModel model = RandomModel(GetParam().shape, 5);
  ExpectEngineAgreesWithPaths(model, QuestionsOf(model, GetParam().days), GetParam().paths);
}

TEST(Agreement, EngineAndPathsOnLoans) {
  const auto loans = LoadLoans();
  if (absl::IsNotFound(loans.status())) GTEST_SKIP() << loans.status();
  ASSERT_TRUE(loans.ok()) << loans.status();
  // A Wednesday noon in December.
  const Day day = 15'315;
  const auto model =
      FitModel(*loans, StartOfDayUs(day, loans->time_zone) + int64_t{43'200} * 1'000'000);
  ASSERT_TRUE(model.ok()) << model.status();
  std::vector<Question> questions = {
      {.owner_type = OwnerType::kTeam, .period_start = day - 2, .period_end = day + 5}};
  for (const int32_t rep : {3, 8, 20}) {
    questions.push_back({.owner = rep, .period_start = day - 2, .period_end = day + 5});
  }
  ExpectEngineAgreesWithPaths(*model, questions, 2'000);
}

// With fixed parameters and no common shocks the chances are known exactly.
TEST_P(AgreementOf, EngineAndConvolution) {
  CompanyShape shape = GetParam().shape;
  shape.uncertain = false;
  const FittedModel model = RandomModel(shape, 5);
  std::vector<Question> questions;
  std::vector<double> exact;
  for (Question question : QuestionsOf(model, GetParam().days)) {
    const auto bookings = ExactBookings(model, MeanParameters(model), question,
                                        {.arrival_shape = model.options.arrival_rep_shock_shape});
    ASSERT_TRUE(bookings.ok()) << bookings.status();
    double mean = 0;
    for (const auto& [value, chance] : *bookings) mean += static_cast<double>(value) * chance;
    question.target = std::max<int64_t>(1, std::llround(mean));
    questions.push_back(question);
    exact.push_back(ChanceAtLeast(*bookings, question.target));
  }
  ForecastOptions options;
  options.run_rate_share = 0;
  options.trial_count = 40'000;
  const auto forecasts = ForecastAttainment(model, questions, options);
  ASSERT_TRUE(forecasts.ok()) << forecasts.status();
  for (size_t i = 0; i < questions.size(); ++i) {
    EXPECT_NEAR((*forecasts)[i].attainment_probability, exact[i],
                kStandardErrors * (*forecasts)[i].standard_error)
        << "question " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, AgreementOf, testing::ValuesIn(Cases()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace quotacast::simulation
