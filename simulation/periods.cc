#include "simulation/periods.h"

#include <algorithm>
#include <cmath>

#include "absl/time/civil_time.h"

namespace quotacast::simulation {
namespace {

const absl::CivilDay kEpoch(1970, 1, 1);

absl::CivilDay Civil(Day day) { return kEpoch + day; }

// Months from the epoch, or kNone where the day is not the first of a month.
int MonthIndex(Day day) {
  const absl::CivilDay civil = Civil(day);
  if (civil.day() != 1) return kNone;
  return static_cast<int>(absl::CivilMonth(civil) - absl::CivilMonth(kEpoch));
}

int WholeMonths(Period period) {
  const int first = MonthIndex(period.start), last = MonthIndex(period.end);
  return first == kNone || last == kNone ? 0 : last - first;
}

}  // namespace

PeriodKind KindOf(Period period) {
  if (period.end - period.start == 7) return PeriodKind::kWeek;
  const int months = WholeMonths(period);
  return months == 1 ? PeriodKind::kMonth : months == 3 ? PeriodKind::kQuarter : PeriodKind::kAny;
}

int MonthOfQuarter(Day day, int fiscal_year_start_month) {
  return (Civil(day).month() - fiscal_year_start_month + 12) % 3;
}

Period Earlier(Period period, int count) {
  if (const int months = WholeMonths(period); months > 0) {
    const auto back = [&](Day day) {
      const absl::CivilDay moved(absl::CivilMonth(Civil(day)) - months * count);
      return static_cast<Day>(moved - kEpoch);
    };
    return {back(period.start), back(period.end)};
  }
  const Day days = (period.end - period.start) * count;
  return {period.start - days, period.end - days};
}

std::vector<Period> MonthsOf(Period period) {
  const int months = WholeMonths(period);
  if (months < 2) return {period};
  std::vector<Period> parts;
  const absl::CivilMonth first(Civil(period.start));
  for (int i = 0; i < months; ++i) {
    parts.push_back({static_cast<Day>(absl::CivilDay(first + i) - kEpoch),
                     static_cast<Day>(absl::CivilDay(first + i + 1) - kEpoch)});
  }
  return parts;
}

int64_t OriginUs(Period period, double fraction, absl::TimeZone zone) {
  const int64_t start = StartOfDayUs(period.start, zone), end = StartOfDayUs(period.end, zone);
  // Rounded to a microsecond, so that a third of 30 days is the tenth day and not just before it.
  const int64_t instant = start + std::llround(fraction * static_cast<double>(end - start));
  return StartOfDayUs(DayOf(instant, zone), zone);
}

double ElapsedShare(Period period, int64_t as_of_us, absl::TimeZone zone) {
  const int64_t start = StartOfDayUs(period.start, zone), end = StartOfDayUs(period.end, zone);
  const double share = static_cast<double>(as_of_us - start) / static_cast<double>(end - start);
  return std::clamp(share, 0.0, 1.0);
}

}  // namespace quotacast::simulation
