#include "simulation/run_rate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/time/civil_time.h"
#include "simulation/rep_trials.h"

namespace quotacast::simulation {
namespace {

Day D(int year, int month, int day) {
  return static_cast<Day>(absl::CivilDay(year, month, day) - absl::CivilDay(1970, 1, 1));
}

// Wins of one rep each, one unit a win.
class Wins {
 public:
  explicit Wins(int reps) {
    history_.pipelines = {{"p", {{"won", StageKind::kWon}}}};
    history_.reps.resize(reps);
  }
  void Add(int32_t rep, Day day, int count) {
    for (int i = 0; i < count; ++i) {
      Opportunity opportunity;
      opportunity.rep = rep;
      const auto index = static_cast<int32_t>(history_.opportunities.size());
      history_.opportunities.push_back(opportunity);
      history_.events.push_back({StartOfDayUs(day, history_.time_zone), index, 0});
    }
  }
  DailyBookings Units() {
    IndexEvents(history_);
    return DailyBookings(history_, INT64_MAX, Measure::kUnits);
  }
  DailyBookings UnitsAsOf(Day day) {
    IndexEvents(history_);
    return DailyBookings(history_, StartOfDayUs(day, history_.time_zone), Measure::kUnits);
  }

 private:
  History history_;
};

const Period kWeek{D(2024, 3, 4), D(2024, 3, 11)};

TEST(DailyBookings, SumsOverDaysAndReps) {
  Wins wins(2);
  wins.Add(0, D(2024, 3, 4), 2);
  wins.Add(0, D(2024, 3, 6), 1);
  wins.Add(1, D(2024, 3, 5), 4);
  const DailyBookings bookings = wins.Units();
  EXPECT_EQ(bookings.Between({0}, D(2024, 3, 4), D(2024, 3, 6)), 2);
  EXPECT_EQ(bookings.Between({0}, D(2024, 3, 5), D(2024, 3, 7)), 1);
  EXPECT_EQ(bookings.Between({0, 1}, D(2024, 1, 1), D(2025, 1, 1)), 7);
  EXPECT_EQ(bookings.first_close_day(), D(2024, 3, 4));
}

TEST(RestOfPeriodPace, SteadyWeeks) {
  Wins wins(1);
  for (int week = 1; week <= 5; ++week) {
    wins.Add(0, kWeek.start - 7 * week, 1);      // Mondays
    wins.Add(0, kWeek.start - 7 * week + 4, 3);  // and Fridays.
  }
  const DailyBookings bookings = wins.Units();
  const std::vector<PaceUnit> units = {{{0}}};
  EXPECT_NEAR(RestOfPeriodPace(bookings, units, kWeek, 0, false, 1)[0].mean, 4, 1e-12);
  EXPECT_NEAR(RestOfPeriodPace(bookings, units, kWeek, 2, false, 1)[0].mean, 3, 1e-12);
  EXPECT_NEAR(RestOfPeriodPace(bookings, units, kWeek, 5, false, 1)[0].mean, 0, 1e-12);
  EXPECT_NEAR(RestOfPeriodPace(bookings, units, kWeek, 0, false, 1)[0].variance, 0, 1e-12);
}

TEST(RestOfPeriodPace, RecentWeeksCountMore) {
  Wins wins(1);
  wins.Add(0, kWeek.start - 7, 10);
  wins.Add(0, kWeek.start - 14, 4);
  const double weight = std::exp2(-1.0 / 6);
  const Pace pace = RestOfPeriodPace(wins.Units(), {{{0}}}, kWeek, 0, false, 1)[0];
  EXPECT_NEAR(pace.mean, (10 + 4 * weight) / (1 + weight), 1e-12);
}

// Two reps whose weeks differ as much as the reps do: no reliable difference, one common mean.
TEST(RestOfPeriodPace, UnreliableDifferencesAreShrunkAway) {
  Wins wins(2);
  for (int week = 1; week <= 4; ++week) {
    wins.Add(0, kWeek.start - 7 * week, week % 2 == 0 ? 8 : 1);
    wins.Add(1, kWeek.start - 7 * week, week % 2 == 0 ? 1 : 8);
  }
  const auto paces = RestOfPeriodPace(wins.Units(), {{{0}}, {{1}}}, kWeek, 0, false, 1);
  EXPECT_NEAR(paces[0].mean, paces[1].mean, 1e-12);
  EXPECT_GT(paces[0].variance, 5);
}

TEST(RestOfPeriodPace, SeasonOfTheMonth) {
  Wins wins(1);
  for (int month = 1; month <= 11; ++month) {
    wins.Add(0, D(2024, month, 10), month % 3 == 0 ? 20 : 5);
  }
  const Period december{D(2024, 12, 1), D(2025, 1, 1)};
  const DailyBookings bookings = wins.Units();
  EXPECT_NEAR(RestOfPeriodPace(bookings, {{{0}}}, december, 0, true, 1)[0].mean, 20, 1e-9);
  EXPECT_LT(RestOfPeriodPace(bookings, {{{0}}}, december, 0, false, 1)[0].mean, 12);
  EXPECT_LT(RestOfPeriodPace(bookings, {{{0}}}, Earlier(december, 1), 0, true, 1)[0].mean, 6);
}

// A quarter is the sum of its months, each with its season; those over count no more.
TEST(RestOfPeriodPace, QuarterOfMonths) {
  Wins wins(1);
  for (int month = 1; month <= 9; ++month) {
    wins.Add(0, D(2024, month, 10), month % 3 == 0 ? 20 : 5);
  }
  const DailyBookings bookings = wins.Units();
  const Period quarter{D(2024, 10, 1), D(2025, 1, 1)};
  EXPECT_NEAR(RestOfPeriodPace(bookings, {{{0}}}, quarter, 0, true, 1)[0].mean, 30, 1e-9);
  // From 15 November, when all of a month's are in, December's are left.
  EXPECT_NEAR(RestOfPeriodPace(bookings, {{{0}}}, quarter, 45, true, 1)[0].mean, 20, 1e-9);
  EXPECT_NEAR(RestOfPeriodPace(bookings, {{{0}}}, quarter, 5, true, 1)[0].mean, 30, 1e-9);
}

TEST(RestOfPeriodPace, OnlyPeriodsThatWereOver) {
  Wins wins(1);
  for (int week = 2; week <= 5; ++week) wins.Add(0, kWeek.start - 7 * week, 4);
  // Asked in the week before, of which nothing is known yet.
  const Pace pace =
      RestOfPeriodPace(wins.UnitsAsOf(kWeek.start - 7), {{{0}}}, kWeek, 0, false, 1)[0];
  EXPECT_NEAR(pace.mean, 4, 1e-12);
}

TEST(RestOfPeriodPace, NoPastPeriod) {
  Wins none(1), some(1);
  some.Add(0, kWeek.start, 2);
  EXPECT_EQ(RestOfPeriodPace(none.Units(), {{{0}}}, kWeek, 2, false, 1)[0].mean, 0);
  // Two in two days: five more in the five days left.
  EXPECT_NEAR(RestOfPeriodPace(some.Units(), {{{0}}}, kWeek, 2, false, 1)[0].mean, 5, 1e-12);
}

// Halfway through a period half as many trials take the pace.
TEST(RunRateShare, FallsWithWhatIsAhead) {
  FittedModel model;
  model.as_of_day = 20;
  model.reps.resize(1);
  for (const auto& [start, share] : {std::pair(20, 0.4), std::pair(10, 0.2), std::pair(25, 0.4)}) {
    const RepQuestion question = {0, Measure::kUnits, start, 30, 0, Pace{1, 0}};
    const RepTrials trials(model, question, {}, 1, 0.4);
    std::vector<int64_t> bookings(kTrialsPerBlock);
    TrialScratch scratch;
    trials.Run(0, CompanyDraw(), scratch, absl::MakeSpan(bookings));
    EXPECT_NEAR(std::count(bookings.begin(), bookings.end(), 1), share * kTrialsPerBlock, 1)
        << start;
  }
}

}  // namespace
}  // namespace quotacast::simulation
