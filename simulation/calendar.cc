#include "simulation/calendar.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "simulation/periods.h"

namespace quotacast::simulation {
namespace {

absl::CivilDay CivilDayOf(Day day) { return absl::CivilDay(1970, 1, 1) + day; }

}  // namespace

int WeekdayOf(Day day, const FiscalCalendar& calendar) {
  if (calendar.holidays) {
    const absl::CivilDay civil = CivilDayOf(day);
    if (civil.month() == 12 && (civil.day() == 25 || civil.day() == 26)) return 6;
    if (civil.month() == 1 && civil.day() == 1) return 6;
  }
  for (const auto& [begin, end] : calendar.days_off) {
    if (day >= begin && day < end) return 6;
  }
  // 1970-01-01 was a Thursday.
  return ((day + 3) % kWeekdayCount + kWeekdayCount) % kWeekdayCount;
}

int DayClassOf(Day day, const FiscalCalendar& calendar) {
  return MonthOfQuarter(day, calendar.fiscal_year_start_month) * kWeekdayCount +
         WeekdayOf(day, calendar);
}

std::vector<int> MonthsSeen(Day first, Day end, const FiscalCalendar& calendar) {
  std::vector<int> seen(kMonthOfQuarterCount, 0);
  if (first >= end) return seen;
  for (absl::CivilMonth month(CivilDayOf(first)); absl::CivilDay(month) < CivilDayOf(end);
       ++month) {
    const Day day = static_cast<Day>(absl::CivilDay(month) - absl::CivilDay(1970, 1, 1));
    ++seen[MonthOfQuarter(day, calendar.fiscal_year_start_month)];
  }
  return seen;
}

int BucketOf(int age_days, const std::vector<int>& starts) {
  const auto after = std::upper_bound(starts.begin(), starts.end(), age_days);
  return static_cast<int>(after - starts.begin()) - 1;
}

}  // namespace quotacast::simulation
