#ifndef QUOTACAST_SIMULATION_PERIODS_H_
#define QUOTACAST_SIMULATION_PERIODS_H_

// Periods of quotas: their kinds, and the periods of the same kind before them.

#include <vector>

#include "simulation/history.h"

namespace quotacast::simulation {

struct Period {
  Day start = 0;
  Day end = 0;  // Exclusive.
  friend bool operator==(const Period& a, const Period& b) {
    return a.start == b.start && a.end == b.end;
  }
};

enum class PeriodKind { kAny, kWeek, kMonth, kQuarter };

// Seven days are a week, whatever the weekday it starts on. A month and a quarter are one and three
// calendar months from the first of a month. Anything else is kAny.
PeriodKind KindOf(Period period);

// Which month of its fiscal quarter the period starts in: 0 to 2.
int MonthOfQuarter(Day day, int fiscal_year_start_month);

// The period `count` periods earlier (count >= 0): whole calendar months where both ends are the
// first of a month, else as many days.
Period Earlier(Period period, int count);

// The calendar months of a period of several whole ones; else the period itself.
std::vector<Period> MonthsOf(Period period);

// The instant that lies at `fraction` (in [0, 1)) of the period, taken back to the start of its
// day.
int64_t OriginUs(Period period, double fraction, absl::TimeZone zone);

// How much of the period has gone at the instant, 0 to 1.
double ElapsedShare(Period period, int64_t as_of_us, absl::TimeZone zone);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_PERIODS_H_
