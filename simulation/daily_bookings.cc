#include "simulation/daily_bookings.h"

#include <algorithm>

#include "simulation/bookings.h"

namespace quotacast::simulation {

DailyBookings::DailyBookings(const History& history, int64_t as_of_us, Measure measure)
    : cumulative_(history.reps.size()) {
  if (as_of_us != INT64_MAX) as_of_day_ = DayOf(as_of_us, history.time_zone);
  int64_t first_close_us = INT64_MAX;
  for (const StageEvent& event : history.events) {
    if (event.opportunity == kNone || event.time_us >= as_of_us ||
        event.time_us >= first_close_us) {
      continue;
    }
    const int32_t pipeline = history.opportunities[event.opportunity].pipeline;
    if (history.pipelines[pipeline].stages[event.stage].kind != StageKind::kOpen) {
      first_close_us = event.time_us;
    }
  }
  if (first_close_us != INT64_MAX) first_close_day_ = DayOf(first_close_us, history.time_zone);
  DayReader day_of(history.time_zone);
  for (const Booking& booking : BookingsAsOf(history, as_of_us)) {
    if (booking.rep == kNone) continue;
    Append(booking.rep, day_of.Of(booking.time_us),
           measure == Measure::kAmount ? booking.amount_micros : booking.units);
  }
}

DailyBookings::DailyBookings(const BookingsByDay& sums, Day as_of_day, Day first_close_day,
                             Measure measure)
    : as_of_day_(as_of_day), first_close_day_(first_close_day), cumulative_(sums.size()) {
  for (size_t rep = 0; rep < sums.size(); ++rep) {
    for (const auto& [day, sum] : sums[rep]) {
      Append(static_cast<int32_t>(rep), day,
             measure == Measure::kAmount ? sum.amount_micros : sum.units);
    }
  }
}

void DailyBookings::Append(int32_t rep, Day day, int64_t value) {
  auto& days = cumulative_[rep];
  const int64_t before = days.empty() ? 0 : days.back().second;
  if (days.empty() || days.back().first != day) days.emplace_back(day, before);
  days.back().second += value;
}

int64_t DailyBookings::Between(absl::Span<const int32_t> reps, Day start, Day end) const {
  int64_t sum = 0;
  for (const int32_t rep : reps) {
    const auto& days = cumulative_[rep];
    const auto before = [&days](Day day) -> int64_t {
      const auto first = std::partition_point(
          days.begin(), days.end(), [day](const auto& entry) { return entry.first < day; });
      return first == days.begin() ? 0 : std::prev(first)->second;
    };
    sum += before(end) - before(start);
  }
  return sum;
}

}  // namespace quotacast::simulation
