#ifndef QUOTACAST_SIMULATION_CALENDAR_H_
#define QUOTACAST_SIMULATION_CALENDAR_H_

// Classes of days and ages.

#include <utility>
#include <vector>

#include "simulation/history.h"

namespace quotacast::simulation {

inline constexpr int kWeekdayCount = 7;         // From Monday.
inline constexpr int kMonthOfQuarterCount = 3;  // From the first month of a fiscal quarter.
inline constexpr int kDayClassCount = kWeekdayCount * kMonthOfQuarterCount;

struct FiscalCalendar {
  int fiscal_year_start_month = 1;  // 1 to 12.
  bool holidays = false;  // Days off all over the world's offices (25 and 26 December, 1 January)
                          // count as Sundays.
  std::vector<std::pair<Day, Day>> days_off = {};  // Further ones: ranges, the end exclusive.
};

// 0 (Monday) to 6, holidays counted as the calendar says.
int WeekdayOf(Day day, const FiscalCalendar& calendar);

// kWeekdayCount * month of the fiscal quarter (0 to 2) + WeekdayOf.
int DayClassOf(Day day, const FiscalCalendar& calendar);

// How many calendar months of each month of the quarter [first, end) touches.
std::vector<int> MonthsSeen(Day first, Day end, const FiscalCalendar& calendar);

// Index of the bucket of an age >= 0; bucket i holds the ages from starts[i] to starts[i + 1] - 1,
// the last all above.
int BucketOf(int age_days, const std::vector<int>& starts);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_CALENDAR_H_
