#ifndef QUOTACAST_SERVER_METRICS_WINDOW_H_
#define QUOTACAST_SERVER_METRICS_WINDOW_H_

// What of a period a report may look at.

#include <cstdint>

#include "absl/time/time.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::metrics {

// The instants [start_us, end_us); empty where end_us <= start_us.
struct Window {
  int64_t start_us = 0;
  int64_t end_us = 0;
  bool Holds(int64_t time_us) const { return time_us >= start_us && time_us < end_us; }
};

// The part of the period before `as_of_us`.
Window WindowOf(simulation::Period period, int64_t as_of_us, absl::TimeZone zone);

// Days from Monday to Friday on which the rep was employed, within the window; the day the window
// ends in counts as what of it has gone.
double WorkingDays(const simulation::Rep& rep, Window window, absl::TimeZone zone);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_WINDOW_H_
