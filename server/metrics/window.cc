#include "server/metrics/window.h"

#include <algorithm>

#include "simulation/calendar.h"

namespace quotacast::metrics {
namespace {

using simulation::Day;

constexpr int kWorkingDaysOfWeek = 5;

bool IsWorkingDay(Day day) { return simulation::WeekdayOf(day, {}) < kWorkingDaysOfWeek; }

// Of the days [begin, end).
int64_t CountWorkingDays(Day begin, Day end) {
  if (begin >= end) return 0;
  const int64_t weeks = (end - begin) / simulation::kWeekdayCount;
  int64_t count = weeks * kWorkingDaysOfWeek;
  for (auto day = static_cast<Day>(begin + weeks * simulation::kWeekdayCount); day < end; ++day) {
    count += IsWorkingDay(day);
  }
  return count;
}

}  // namespace

Window WindowOf(simulation::Period period, int64_t as_of_us, absl::TimeZone zone) {
  const int64_t end_us = simulation::StartOfDayUs(period.end, zone);
  return {simulation::StartOfDayUs(period.start, zone), std::min(end_us, as_of_us)};
}

double WorkingDays(const simulation::Rep& rep, Window window, absl::TimeZone zone) {
  if (window.end_us <= window.start_us) return 0;
  const Day last = simulation::DayOf(window.end_us, zone);
  const Day begin = std::max(simulation::DayOf(window.start_us, zone), rep.start_day);
  double days = static_cast<double>(CountWorkingDays(begin, std::min(last, rep.end_day)));
  if (last >= begin && last < rep.end_day && IsWorkingDay(last)) {
    const int64_t start_us = simulation::StartOfDayUs(last, zone);
    const int64_t end_us = simulation::StartOfDayUs(last + 1, zone);
    days += static_cast<double>(window.end_us - start_us) / static_cast<double>(end_us - start_us);
  }
  return days;
}

}  // namespace quotacast::metrics
