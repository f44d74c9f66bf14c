#include "simulation/backtest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "simulation/baselines.h"
#include "simulation/bookings.h"
#include "simulation/past_forecasts.h"
#include "tests/simulation/csv_history.h"

namespace quotacast::simulation {
namespace {

// Only what happened before the instant, as a store would hold that was asked then.
History TruncatedAt(const History& history, int64_t as_of_us) {
  History truncated = history;
  truncated.opportunities.clear();
  truncated.events.clear();
  truncated.activities.clear();
  std::vector<int32_t> index(history.opportunities.size(), kNone);
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    if (history.opportunities[i].create_time_us >= as_of_us) continue;
    index[i] = static_cast<int32_t>(truncated.opportunities.size());
    truncated.opportunities.push_back(history.opportunities[i]);
  }
  for (StageEvent event : history.events) {
    event.opportunity = index[event.opportunity];
    if (event.time_us < as_of_us) truncated.events.push_back(event);
  }
  for (Activity activity : history.activities) {
    if (activity.opportunity != kNone) activity.opportunity = index[activity.opportunity];
    if (activity.time_us < as_of_us) truncated.activities.push_back(activity);
  }
  IndexEvents(truncated);
  return truncated;
}

std::vector<Question> QuestionsAt(const History& history, int64_t as_of_us) {
  std::vector<Question> questions;
  const Day day = DayOf(as_of_us, history.time_zone);
  for (const Quota& quota : history.quotas) {
    if (quota.period_start > day || quota.period_end <= day) continue;
    Question question;
    question.owner = quota.owner;
    question.measure = quota.measure;
    question.period_start = quota.period_start;
    question.period_end = quota.period_end;
    question.target = quota.target;
    questions.push_back(question);
  }
  return questions;
}

void ExpectNothingLeaks(const History& history, int64_t as_of_us) {
  const History truncated = TruncatedAt(history, as_of_us);
  const std::vector<Question> questions = QuestionsAt(history, as_of_us);
  ASSERT_FALSE(questions.empty());
  ForecastOptions options;
  options.trial_count = 1'000;
  options.keep_samples = true;
  const auto all = ForecastAttainment(history, as_of_us, questions, options);
  const auto known = ForecastAttainment(truncated, as_of_us, questions, options);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_TRUE(known.ok()) << known.status();
  for (size_t i = 0; i < questions.size(); ++i) {
    const Forecast &a = (*all)[i], &b = (*known)[i];
    EXPECT_EQ(a.samples, b.samples) << i;
    EXPECT_EQ(a.booked, b.booked);
    EXPECT_EQ(a.attainment_probability, b.attainment_probability);
    EXPECT_EQ(a.standard_error, b.standard_error);
    EXPECT_EQ(a.probability_low, b.probability_low);
    EXPECT_EQ(a.mean, b.mean);
    EXPECT_EQ(a.open_opportunity_count, b.open_opportunity_count);
    EXPECT_EQ(a.expected_from_new, b.expected_from_new);
  }
  for (const Baseline baseline : kBaselines) {
    for (const Measure measure : {Measure::kAmount, Measure::kUnits}) {
      EXPECT_EQ(BaselineForecaster(history, as_of_us, measure).Predict(baseline, questions, 1),
                BaselineForecaster(truncated, as_of_us, measure).Predict(baseline, questions, 1));
    }
  }
}

TEST(NothingLeaks, Loans) {
  const auto loans = LoadLoans();
  if (absl::IsNotFound(loans.status())) GTEST_SKIP() << loans.status();
  ASSERT_TRUE(loans.ok());
  // At midnight, and in the middle of a working day.
  const int64_t midnight = StartOfDayUs(15'315, loans->time_zone);
  ExpectNothingLeaks(*loans, midnight);
  ExpectNothingLeaks(*loans, midnight + int64_t{40'000} * 1'000'000);
}

TEST(NothingLeaks, Crm) {
  const auto crm = LoadCrm();
  if (absl::IsNotFound(crm.status())) GTEST_SKIP() << crm.status();
  ASSERT_TRUE(crm.ok());
  ExpectNothingLeaks(*crm, StartOfDayUs(17'389, crm->time_zone));  // 2017-08-11.
}

constexpr Day kMonday = 19'723;  // 2024-01-01.

// Two reps who open three opportunities each Monday and win a third of them on Thursdays, for
// twelve weeks, with weekly quotas from the fifth.
History Company() {
  History history;
  history.pipelines = {
      {"p", {{"open", StageKind::kOpen}, {"won", StageKind::kWon}, {"lost", StageKind::kLost}}}};
  history.reps = {{"a"}, {"b"}};
  for (int week = 0; week < 12; ++week) {
    for (int32_t rep = 0; rep < 2; ++rep) {
      const Day monday = kMonday + 7 * week;
      for (int i = 0; i < 3; ++i) {
        Opportunity opportunity;
        opportunity.id = absl::StrCat(week, "-", rep, "-", i);
        opportunity.rep = rep;
        opportunity.amount_micros = (1 + rep) * int64_t{1'000'000};
        opportunity.create_time_us = StartOfDayUs(monday, history.time_zone);
        const auto index = static_cast<int32_t>(history.opportunities.size());
        history.opportunities.push_back(opportunity);
        const auto move = [&](Day day, int16_t stage) {
          history.events.push_back({StartOfDayUs(day, history.time_zone), index, stage});
        };
        move(monday, 0);
        if (i < 2) move(monday + 3, i == 0 ? 1 : 2);
      }
      if (week < 4) continue;
      for (const Measure measure : {Measure::kAmount, Measure::kUnits}) {
        history.quotas.push_back({OwnerType::kRep, rep, measure, monday, monday + 7,
                                  measure == Measure::kAmount ? 1'500'000 : 1});
      }
    }
  }
  IndexEvents(history);
  return history;
}

BacktestOptions Quick() {
  BacktestOptions options;
  options.forecast.trial_count = 500;
  return options;
}

TEST(RunBacktest, RowsAreForecastsAndWhatHappened) {
  const History history = Company();
  const auto result = RunBacktest(history, Quick());
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->rows.size(), 8u * 2 * 3);
  for (const BacktestRow& row : result->rows) {
    const std::string where = absl::StrCat("period ", row.period.start, " rep ", row.rep);
    EXPECT_EQ(row.target, 1.5) << where;
    EXPECT_EQ(row.actual, 1 + row.rep) << where;
    const Day day = DayOf(row.as_of_us, history.time_zone);
    EXPECT_EQ(row.booked, day > row.period.start + 3 ? 1 + row.rep : 0) << where;
    Question question;
    question.owner = row.rep;
    question.period_start = row.period.start;
    question.period_end = row.period.end;
    question.target = 1'500'000;
    const auto forecast = ForecastAttainment(TruncatedAt(history, row.as_of_us), row.as_of_us,
                                             {question}, Quick().forecast);
    ASSERT_TRUE(forecast.ok());
    EXPECT_EQ(row.attainment_probability, (*forecast)[0].attainment_probability) << where;
    EXPECT_EQ(row.mean, (*forecast)[0].mean / 1e6) << where;
    for (size_t i = 0; i < kRowLevels.size(); ++i) {
      EXPECT_EQ(row.quantiles[i], (*forecast)[0].quantiles[i].value / 1e6) << where;
    }
  }
}

TEST(RunBacktest, SummarizesEveryForecasterAtEveryOrigin) {
  const auto result = RunBacktest(Company(), Quick());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->summaries.size(), 2u * 4 * 7);
  for (const BacktestSummary& summary : result->summaries) {
    const int64_t origins = summary.origin == kAllOrigins ? 3 : 1;
    EXPECT_EQ(summary.scores.count, origins * 8 * (summary.company_total ? 1 : 2));
  }
  // Two thirds into the week all is booked or lost, and rep a stays below the quota.
  const auto last = std::find_if(
      result->summaries.begin(), result->summaries.end(), [](const BacktestSummary& summary) {
        return summary.forecaster == kModelName && summary.origin == 2 && !summary.company_total;
      });
  EXPECT_LT(last->scores.brier, 0.2);
}

TEST(RunBacktest, PicksPeriodsByRangeKindAndEnd) {
  const History history = Company();
  BacktestOptions options = Quick();
  options.baselines = false;
  options.replay.measure = Measure::kUnits;
  options.replay.from = kMonday + 35;
  options.replay.to = kMonday + 49;
  auto result = RunBacktest(history, options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->rows.size(), 2u * 2 * 3);
  EXPECT_EQ(result->rows[0].period.start, kMonday + 35);
  EXPECT_EQ(result->rows[0].actual, 1);
  options.replay.complete_until_us = StartOfDayUs(kMonday + 42, history.time_zone);
  result = RunBacktest(history, options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->rows.size(), 2u * 3);
  options.replay.period_kind = PeriodKind::kMonth;
  EXPECT_TRUE(absl::IsNotFound(RunBacktest(history, options).status()));
}

TEST(RunBacktest, SameResultOnAnyThreadCount) {
  const History history = Company();
  BacktestOptions one = Quick(), four = Quick();
  four.forecast.thread_count = 4;
  int64_t last = 0;
  four.progress = [&last](int64_t done, int64_t total) {
    EXPECT_EQ(done, last + 1);
    EXPECT_EQ(total, 24);
    last = done;
  };
  const auto a = RunBacktest(history, one), b = RunBacktest(history, four);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(last, 24);
  for (size_t i = 0; i < a->rows.size(); ++i) {
    EXPECT_EQ(a->rows[i].attainment_probability, b->rows[i].attainment_probability);
  }
  for (size_t i = 0; i < a->summaries.size(); ++i) {
    EXPECT_EQ(a->summaries[i].scores.crps, b->summaries[i].scores.crps);
    EXPECT_EQ(a->summaries[i].scores.pit_histogram, b->summaries[i].scores.pit_histogram);
  }
  EXPECT_EQ(a->findings, b->findings);
}

TEST(RunBacktest, CanBeCancelled) {
  BacktestOptions options = Quick();
  options.forecast.cancelled = [] { return true; };
  EXPECT_TRUE(absl::IsCancelled(RunBacktest(Company(), options).status()));
}

TEST(RunBacktest, RefusesBadOptions) {
  const History history = Company();
  BacktestOptions options = Quick();
  options.replay.origins = {0, 1};
  EXPECT_EQ(RunBacktest(history, options).status().message(),
            "origins must be >= 0 and < 1; got 1");
  options.replay.origins = {NAN};
  EXPECT_TRUE(absl::IsInvalidArgument(RunBacktest(history, options).status()));
  options.replay.origins = {};
  EXPECT_TRUE(absl::IsInvalidArgument(RunBacktest(history, options).status()));
  options = Quick();
  options.replay.to = options.replay.from;
  EXPECT_TRUE(absl::IsInvalidArgument(RunBacktest(history, options).status()));
  options = Quick();
  options.forecast.thread_count = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(RunBacktest(history, options).status()));
  options = Quick();
  options.forecast.trial_count = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(RunBacktest(history, options).status()));
}

TEST(RunBacktest, LeavesOutWhatNothingWasKnownFor) {
  History history = Company();
  // A quota of the week before anything happened, and one of the first week.
  for (const Day start : {kMonday - 7, kMonday}) {
    history.quotas.push_back({OwnerType::kRep, 0, Measure::kAmount, start, start + 7, 1'000'000});
  }
  BacktestOptions options = Quick();
  options.replay.to = kMonday + 7;
  const auto result = RunBacktest(history, options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->rows.size(), 2u);
  EXPECT_EQ(result->skipped_count, 2 * (3 + 1));
  options.replay.to = kMonday;
  EXPECT_TRUE(absl::IsFailedPrecondition(RunBacktest(history, options).status()));
}

// The same happens every week, which the model's intervals allow for too little: they are much too
// wide. That takes some weeks to show.
TEST(RunBacktest, SaysWhetherCorrectingWasBetter) {
  const History history = Company();
  BacktestOptions options = Quick();
  options.baselines = false;
  const auto all = RunBacktest(history, options);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_TRUE(all->correction_better) << absl::StrJoin(all->findings, "\n");
  options.replay.to = kMonday + 49;
  const auto first_weeks = RunBacktest(history, options);
  ASSERT_TRUE(first_weeks.ok()) << first_weeks.status();
  EXPECT_FALSE(first_weeks->correction_better) << absl::StrJoin(first_weeks->findings, "\n");
}

// The rows of a corrected replay are what a forecast asked at the instant would have said:
// corrected by what had been learnt by then, from periods before the replayed range too.
TEST(RunBacktest, CorrectedRowsAreForecastsOfTheTime) {
  const History history = Company();
  BacktestOptions options = Quick();
  options.baselines = false;
  options.correction = CorrectionMode::kOn;
  options.replay.from = kMonday + 63;
  const auto result = RunBacktest(history, options);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_FALSE(result->rows.empty());
  for (const BacktestRow& row : result->rows) {
    const History truncated = TruncatedAt(history, row.as_of_us);
    auto past = ReplayPast(truncated, Measure::kAmount, row.as_of_us, {});
    ASSERT_TRUE(past.ok()) << past.status();
    const LearntCorrections learnt(*std::move(past));
    const double share = ElapsedShare(row.period, row.as_of_us, history.time_zone);
    const Correction correction =
        learnt.Choose(CorrectionMode::kOn, row.as_of_us, PeriodKind::kWeek, false, share);
    EXPECT_GE(correction.period_count, 5);
    Question question;
    question.owner = row.rep;
    question.period_start = row.period.start;
    question.period_end = row.period.end;
    question.target = 1'500'000;
    ForecastOptions asked = Quick().forecast;
    asked.keep_samples = true;
    auto forecast = ForecastAttainment(truncated, row.as_of_us, {question}, asked);
    ASSERT_TRUE(forecast.ok());
    CorrectForecast(correction, (*forecast)[0]);
    EXPECT_EQ(row.attainment_probability, (*forecast)[0].attainment_probability);
    EXPECT_EQ(row.mean, (*forecast)[0].mean / 1e6);
  }
}

}  // namespace
}  // namespace quotacast::simulation
