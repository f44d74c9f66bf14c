#include "simulation/periods.h"

#include <gtest/gtest.h>

#include "absl/time/civil_time.h"

namespace quotacast::simulation {
namespace {

Day D(int year, int month, int day) {
  return static_cast<Day>(absl::CivilDay(year, month, day) - absl::CivilDay(1970, 1, 1));
}

TEST(KindOf, EachKind) {
  EXPECT_EQ(KindOf({D(2024, 2, 1), D(2024, 3, 1)}), PeriodKind::kMonth);
  EXPECT_EQ(KindOf({D(2024, 2, 1), D(2024, 5, 1)}), PeriodKind::kQuarter);
  EXPECT_EQ(KindOf({D(2024, 2, 27), D(2024, 3, 5)}), PeriodKind::kWeek);
  EXPECT_EQ(KindOf({D(2024, 2, 2), D(2024, 3, 2)}), PeriodKind::kAny);
  EXPECT_EQ(KindOf({D(2024, 1, 1), D(2025, 1, 1)}), PeriodKind::kAny);
}

TEST(Earlier, WholeMonthsOrAsManyDays) {
  EXPECT_EQ(Earlier({D(2024, 3, 1), D(2024, 4, 1)}, 1), (Period{D(2024, 2, 1), D(2024, 3, 1)}));
  EXPECT_EQ(Earlier({D(2024, 1, 1), D(2024, 4, 1)}, 2), (Period{D(2023, 7, 1), D(2023, 10, 1)}));
  EXPECT_EQ(Earlier({D(2024, 3, 4), D(2024, 3, 11)}, 2), (Period{D(2024, 2, 19), D(2024, 2, 26)}));
}

TEST(MonthsOf, OfSeveralWholeMonths) {
  const std::vector<Period> months = MonthsOf({D(2023, 12, 1), D(2024, 3, 1)});
  ASSERT_EQ(months.size(), 3u);
  EXPECT_EQ(months[0], (Period{D(2023, 12, 1), D(2024, 1, 1)}));
  EXPECT_EQ(months[2], (Period{D(2024, 2, 1), D(2024, 3, 1)}));
  EXPECT_EQ(MonthsOf({D(2024, 2, 1), D(2024, 3, 1)}).size(), 1u);
  EXPECT_EQ(MonthsOf({D(2024, 2, 2), D(2024, 5, 1)}).size(), 1u);
}

TEST(ElapsedShare, OfTheTimeBetweenTheEnds) {
  const Period week{D(2024, 3, 4), D(2024, 3, 11)};
  const absl::TimeZone utc = absl::UTCTimeZone();
  EXPECT_EQ(ElapsedShare(week, StartOfDayUs(week.start, utc), utc), 0);
  EXPECT_NEAR(ElapsedShare(week, StartOfDayUs(week.start + 2, utc), utc), 2.0 / 7, 1e-12);
  EXPECT_EQ(ElapsedShare(week, StartOfDayUs(week.end + 2, utc), utc), 1);
}

TEST(MonthOfQuarter, FollowsTheFiscalYear) {
  EXPECT_EQ(MonthOfQuarter(D(2024, 3, 31), 1), 2);
  EXPECT_EQ(MonthOfQuarter(D(2024, 3, 31), 2), 1);
  EXPECT_EQ(MonthOfQuarter(D(2024, 1, 1), 12), 1);
}

TEST(OriginUs, StartOfTheDayAcrossAClockChange) {
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &zone));
  const Period april{D(2024, 4, 1), D(2024, 5, 1)};
  EXPECT_EQ(OriginUs(april, 0, zone), StartOfDayUs(april.start, zone));
  EXPECT_EQ(OriginUs(april, 1.0 / 3, zone), StartOfDayUs(D(2024, 4, 11), zone));
  EXPECT_EQ(OriginUs(april, 0.33, zone), StartOfDayUs(D(2024, 4, 10), zone));
  // March 2024 is an hour short of 31 days: two thirds are 20 d 15 h 20 min.
  const Period march{D(2024, 3, 1), D(2024, 4, 1)};
  EXPECT_EQ(OriginUs(march, 2.0 / 3, zone), StartOfDayUs(D(2024, 3, 21), zone));
}

}  // namespace
}  // namespace quotacast::simulation
