#include "simulation/baselines.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "simulation/scores.h"
#include "tests/simulation/csv_history.h"

namespace quotacast::simulation {
namespace {

constexpr Day kToday = 19'790;  // 2024-03-08, the Friday of a week's period.
constexpr int16_t kNew = 0, kOffer = 1, kWon = 2, kLost = 3;

class Company {
 public:
  Company() {
    history_.pipelines = {{"p",
                           {{"new", StageKind::kOpen},
                            {"offer", StageKind::kOpen},
                            {"won", StageKind::kWon},
                            {"lost", StageKind::kLost}}}};
    history_.reps = {{"a"}, {"b"}};
    history_.teams = {{"root"}, {"child", 0}};
    history_.reps[1].team = 1;
  }
  // An opportunity that enters the stages on the days given.
  void Add(int32_t rep, const std::vector<std::pair<Day, int16_t>>& moves, int64_t amount = 10) {
    Opportunity opportunity;
    opportunity.rep = rep;
    opportunity.amount_micros = amount;
    const auto index = static_cast<int32_t>(history_.opportunities.size());
    history_.opportunities.push_back(opportunity);
    for (const auto& [day, stage] : moves) {
      history_.events.push_back({StartOfDayUs(day, history_.time_zone), index, stage});
    }
  }
  std::vector<int64_t> Predict(Baseline baseline, const Question& question) {
    IndexEvents(history_);
    const BaselineForecaster forecaster(history_, StartOfDayUs(kToday, history_.time_zone),
                                        question.measure);
    return forecaster.Predict(baseline, {question}, 5)[0];
  }
  History history_;
};

Question Week(int32_t rep) {
  Question question;
  question.owner = rep;
  question.period_start = kToday - 4;
  question.period_end = kToday + 3;
  question.target = 20;
  return question;
}

TEST(StageOdds, CountsWinsOfThoseThatReachedTheStage) {
  Company company;
  // Of 30 closed, 10 are won; of the 20 that reached an offer, 10 are.
  for (int i = 0; i < 30; ++i) {
    if (i < 20) {
      company.Add(0, {{100, kNew}, {110, kOffer}, {120, i < 10 ? kWon : kLost}});
    } else {
      company.Add(0, {{100, kNew}, {120, kLost}});
    }
  }
  company.Add(0, {{kToday - 50, kNew}, {kToday - 40, kOffer}});
  const std::vector<int64_t> values = company.Predict(Baseline::kStageOdds, Week(0));
  ASSERT_EQ(values.size(), static_cast<size_t>(BaselineForecaster::kSampleCount));
  // odds = 11/21 (11/12 / (11/22)) (11/12 / (21/22)) = .9229; 4.5 standard errors of 400 draws.
  EXPECT_NEAR(ShareAtLeast(values, 10), 0.48, 4.5 * 0.025);
  EXPECT_EQ(values.front(), 0);
  EXPECT_EQ(values.back(), 10);
}

// Offers are won on the tenth day, so within the three days left only those eight days old are.
TEST(WeightedPipeline, CountsWinsWithinTheDaysLeft) {
  Company company;
  for (int i = 0; i < 60; ++i) {
    company.Add(0, {{kToday - 100 + i, kOffer}, {kToday - 90 + i, kWon}});
  }
  company.Add(0, {{kToday - 1, kOffer}});
  const std::vector<int64_t> values = company.Predict(Baseline::kWeightedPipeline, Week(0));
  // A visit is seen on 10 days, on 3 of them with a win within 3 days.
  EXPECT_NEAR(ShareAtLeast(values, 10), 0.3, 4.5 * 0.023);
}

TEST(WeightedPipeline, KnowsWhatIsBookedAndNothingOfLater) {
  Company company;
  company.Add(0, {{kToday - 9, kNew}, {kToday - 2, kWon}}, 7);
  company.Add(0, {{kToday - 9, kNew}, {kToday, kWon}}, 100);
  company.Add(1, {{kToday - 9, kNew}, {kToday - 2, kWon}}, 1000);
  const std::vector<int64_t> values = company.Predict(Baseline::kWeightedPipeline, Week(0));
  EXPECT_EQ(values.front(), 7);
  EXPECT_EQ(values.back(), 107);
}

TEST(BaseRate, PastSharesOfQuotas) {
  Company company;
  for (int week = 1; week <= 4; ++week) {
    const Day start = kToday - 4 - 7 * week;
    company.Add(0, {{start - 30, kNew}, {start + 1, kWon}}, week);
    company.history_.quotas.push_back({OwnerType::kRep, 0, Measure::kAmount, start, start + 7, 2});
  }
  const std::vector<int64_t> values = company.Predict(Baseline::kBaseRate, Week(0));
  EXPECT_EQ(ShareAtLeast(values, 40), 0.25);  // Shares 1/2, 1, 3/2, 2 of the target 20.
  EXPECT_EQ(ShareAtLeast(values, 20), 0.75);
  EXPECT_EQ(values.front(), 10);
}

TEST(RunRate, TeamsAndSeveralReps) {
  Company company;
  for (int week = 1; week <= 4; ++week) {
    for (int rep = 0; rep < 2; ++rep) {
      company.Add(rep, {{kToday - 60, kNew}, {kToday + 1 - 7 * week, kWon}}, 10 * (rep + 1));
    }
  }
  Question team = Week(0);
  team.owner_type = OwnerType::kTeam;
  EXPECT_EQ(RepsOf(company.history_, team), std::vector<int32_t>{1});
  EXPECT_EQ(company.Predict(Baseline::kRunRate, team)[200], 20);
  Question both = Week(0);
  both.reps = {1, 0};
  EXPECT_EQ(company.Predict(Baseline::kRunRate, both)[200], 30);
}

// Every baseline, everywhere in the loans: finite, ascending, never below what is booked.
TEST(Baselines, Loans) {
  const auto loans = LoadLoans();
  if (absl::IsNotFound(loans.status())) GTEST_SKIP() << loans.status();
  ASSERT_TRUE(loans.ok());
  for (const Quota& quota : loans->quotas) {
    if (quota.owner % 9 != 0 || quota.measure != Measure::kAmount) continue;
    Question question;
    question.owner = quota.owner;
    question.period_start = quota.period_start;
    question.period_end = quota.period_end;
    question.target = quota.target;
    const int64_t as_of_us = StartOfDayUs(quota.period_start + 3, loans->time_zone);
    const BaselineForecaster forecaster(*loans, as_of_us, Measure::kAmount);
    const int64_t booked = DailyBookings(*loans, as_of_us, Measure::kAmount)
                               .Between({quota.owner}, quota.period_start, quota.period_end);
    for (const Baseline baseline : kBaselines) {
      const std::vector<int64_t> values = forecaster.Predict(baseline, {question}, 1)[0];
      EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
      EXPECT_GE(values.front(), booked);
      EXPECT_LT(values.back(), 100'000'000'000'000);
    }
  }
}

}  // namespace
}  // namespace quotacast::simulation
