#ifndef QUOTACAST_SIMULATION_DAILY_BOOKINGS_H_
#define QUOTACAST_SIMULATION_DAILY_BOOKINGS_H_

// Bookings by rep and day, as known at one instant, to be summed over any range of days.

#include <map>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "simulation/history.h"

namespace quotacast::simulation {

// What a rep booked on a day.
struct DayBookings {
  int64_t amount_micros = 0;
  int64_t units = 0;
};

// By rep, and by day.
using BookingsByDay = std::vector<std::map<Day, DayBookings>>;

class DailyBookings {
 public:
  DailyBookings(const History& history, int64_t as_of_us, Measure measure);
  // The same from sums; for `first_close_day` see below.
  DailyBookings(const BookingsByDay& sums, Day as_of_day, Day first_close_day, Measure measure);

  // Micro units or units that the reps booked from `start` to `end` (exclusive).
  int64_t Between(absl::Span<const int32_t> reps, Day start, Day end) const;

  // The day on which the instant falls; INT32_MAX for an instant at the end of time.
  Day as_of_day() const { return as_of_day_; }

  // The first day on which an opportunity was recorded as won or lost: before it nothing could be
  // seen to be booked. INT32_MAX where none was.
  Day first_close_day() const { return first_close_day_; }

 private:
  void Append(int32_t rep, Day day, int64_t value);  // Days ascending.

  Day as_of_day_ = INT32_MAX;
  Day first_close_day_ = INT32_MAX;
  // By rep: days ascending, each with the sum up to and including it.
  std::vector<std::vector<std::pair<Day, int64_t>>> cumulative_;
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_DAILY_BOOKINGS_H_
