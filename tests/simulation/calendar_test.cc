#include "simulation/calendar.h"

#include <gtest/gtest.h>

#include "absl/time/civil_time.h"

namespace quotacast::simulation {
namespace {

Day DayAt(int year, int month, int day) {
  return static_cast<Day>(absl::CivilDay(year, month, day) - absl::CivilDay(1970, 1, 1));
}

TEST(Calendar, WeekdayCountsFromMondayBeforeAndAfterTheEpoch) {
  EXPECT_EQ(WeekdayOf(DayAt(1970, 1, 1), {}), 3);
  EXPECT_EQ(WeekdayOf(DayAt(2011, 11, 21), {}), 0);
  EXPECT_EQ(WeekdayOf(DayAt(1969, 12, 28), {}), 6);
}

TEST(Calendar, HolidaysCountAsSundaysWhereAsked) {
  const FiscalCalendar calendar = {1, true};
  EXPECT_EQ(WeekdayOf(DayAt(2012, 12, 25), calendar), 6);
  EXPECT_EQ(WeekdayOf(DayAt(2012, 12, 25), {}), 1);
  EXPECT_EQ(WeekdayOf(DayAt(2013, 1, 1), calendar), 6);
  EXPECT_EQ(WeekdayOf(DayAt(2012, 12, 27), calendar), 3);
}

TEST(Calendar, ClassesFollowTheFiscalYear) {
  // A Monday in March: the last month of a calendar quarter, the second of one that starts in
  // February.
  EXPECT_EQ(DayClassOf(DayAt(2024, 3, 4), {1}), 2 * kWeekdayCount);
  EXPECT_EQ(DayClassOf(DayAt(2024, 3, 4), {2}), 1 * kWeekdayCount);
}

TEST(Calendar, MonthsSeenCountsTouchedMonths) {
  EXPECT_EQ(MonthsSeen(DayAt(2024, 1, 31), DayAt(2024, 5, 2), {}), (std::vector<int>{2, 2, 1}));
  EXPECT_EQ(MonthsSeen(DayAt(2024, 1, 31), DayAt(2024, 1, 31), {}), (std::vector<int>{0, 0, 0}));
}

TEST(Calendar, BucketsAreClosedBelowAndOpenAtTheEnd) {
  const std::vector<int> starts = {0, 7, 14};
  EXPECT_EQ(BucketOf(0, starts), 0);
  EXPECT_EQ(BucketOf(6, starts), 0);
  EXPECT_EQ(BucketOf(7, starts), 1);
  EXPECT_EQ(BucketOf(14, starts), 2);
  EXPECT_EQ(BucketOf(100'000, starts), 2);
}

}  // namespace
}  // namespace quotacast::simulation
