#ifndef QUOTACAST_SIMULATION_SCENARIO_DAY_READER_H_
#define QUOTACAST_SIMULATION_SCENARIO_DAY_READER_H_

#include "simulation/history.h"

namespace quotacast::simulation {

// DayOf for instants that come about in order: looks up the time zone once a day.
class DayReader {
 public:
  explicit DayReader(absl::TimeZone zone) : zone_(zone) {}
  Day Of(int64_t time_us) {
    if (time_us < start_us_ || time_us >= end_us_) {
      day_ = DayOf(time_us, zone_);
      start_us_ = StartOfDayUs(day_, zone_);
      end_us_ = StartOfDayUs(day_ + 1, zone_);
    }
    return day_;
  }

 private:
  absl::TimeZone zone_;
  Day day_ = 0;
  int64_t start_us_ = 1, end_us_ = 0;
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_DAY_READER_H_
