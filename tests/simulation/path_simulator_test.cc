#include "simulation/path_simulator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulation/convolution.h"
#include "tests/simulation/worked_company.h"

namespace quotacast::simulation {
namespace {

// Bounds are 4.5 standard errors: a right simulator leaves one once in 150,000 choices of the seed.
constexpr double kStandardErrors = 4.5;

double ShareAtLeast(const std::vector<int64_t>& samples, int64_t target) {
  const auto hits = std::count_if(samples.begin(), samples.end(),
                                  [target](int64_t value) { return value >= target; });
  return static_cast<double>(hits) / static_cast<double>(samples.size());
}

double Tolerance(double chance, int64_t trials) {
  return kStandardErrors * std::sqrt(chance * (1 - chance) / static_cast<double>(trials));
}

TEST(SimulatePaths, WorkedCase) {
  const PathOptions options{.trial_count = 40'000};
  const auto samples = SimulatePaths(WorkedCase(), {WorkedQuestion()}, options);
  EXPECT_NEAR(ShareAtLeast(samples[0], 4), .380945, Tolerance(.380945, options.trial_count));
  EXPECT_EQ(ShareAtLeast(samples[0], 1), 1);
}

TEST(SimulatePaths, WorkedCaseOfAmounts) {
  const WorkedCaseOptions worked{.arrivals = false,
                                 .amounts = {12000, 30000, 8000, 15000, 22000, 5000},
                                 .booked = 10000,
                                 .target = 50000};
  const PathOptions options{.trial_count = 40'000};
  const auto samples = SimulatePaths(WorkedCase(worked), {WorkedQuestion(worked)}, options);
  EXPECT_NEAR(ShareAtLeast(samples[0], 50000), .324295, Tolerance(.324295, options.trial_count));
}

// Negative binomial arrivals of shape 2, no shock on the hazards: the exact chance is the
// convolution's.
TEST(SimulatePaths, ArrivalShock) {
  FittedModel model = WorkedCase();
  model.options.arrival_rep_shock_shape = 2;
  const auto exact =
      ExactBookings(model, MeanParameters(model), WorkedQuestion(), {.arrival_shape = 2});
  ASSERT_TRUE(exact.ok());
  const double chance = ChanceAtLeast(*exact, 4);
  const PathOptions options{.trial_count = 40'000};
  const auto samples = SimulatePaths(model, {WorkedQuestion()}, options);
  EXPECT_NEAR(ShareAtLeast(samples[0], 4), chance, Tolerance(chance, options.trial_count));
}

TEST(SimulatePaths, SameSeedSamePaths) {
  const FittedModel model = WorkedCase({.copies = 2});
  const std::vector<Question> questions = {WorkedQuestion({}, 0), WorkedQuestion({}, 1)};
  const auto once = SimulatePaths(model, questions, {.trial_count = 50});
  EXPECT_EQ(once, SimulatePaths(model, questions, {.trial_count = 50}));
  EXPECT_NE(once, SimulatePaths(model, questions, {.trial_count = 50, .seed = 2}));
}

TEST(SimulatePaths, AQuestionOfSeveralRepsIsTheirSum) {
  const FittedModel model = WorkedCase({.copies = 2});
  Question both = WorkedQuestion();
  both.reps = {1, 0};
  const auto samples = SimulatePaths(model, {WorkedQuestion({}, 0), WorkedQuestion({}, 1), both},
                                     {.trial_count = 50});
  for (int i = 0; i < 50; ++i) EXPECT_EQ(samples[2][i], samples[0][i] + samples[1][i]);
}

}  // namespace
}  // namespace quotacast::simulation
