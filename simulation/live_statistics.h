#ifndef QUOTACAST_SIMULATION_LIVE_STATISTICS_H_
#define QUOTACAST_SIMULATION_LIVE_STATISTICS_H_

// Sufficient statistics that go with a growing history and with the time of the day.

#include <cstdint>
#include <set>
#include <utility>

#include "simulation/history.h"
#include "simulation/model_options.h"
#include "simulation/sufficient_statistics.h"

namespace quotacast::simulation {

// Not thread-safe. The history given to each call is the same one, as it is then.
class LiveStatistics {
 public:
  // Reads the whole history. `options` must be valid.
  LiveStatistics(const History& history, int64_t as_of_us, const ModelOptions& options,
                 int thread_count);

  // To be called before an opportunity's events or label change, and after; for a new one only
  // after. Some microseconds each.
  void Remove(const History& history, int32_t opportunity);
  void Add(const History& history, int32_t opportunity);

  // Takes what happened before `as_of_us` into the statistics; false, and nothing is done, where
  // that is not on their day or before the instant that they have come to.
  bool AdvanceTo(const History& history, int64_t as_of_us);

  int64_t as_of_us() const { return as_of_us_; }
  // The last instant of the day up to which the statistics stay as they are; INT64_MAX where
  // nothing more is known to come on it.
  int64_t stay_until_us() const { return to_come_.empty() ? INT64_MAX : to_come_.begin()->first; }
  // Whole() may be false: then start anew.
  const SufficientStatistics& statistics() const { return statistics_; }

 private:
  // What an opportunity shows, and the next instant that changes it.
  std::pair<Observation, int64_t> Show(const History& history, int32_t opportunity);

  int64_t as_of_us_;
  SufficientStatistics statistics_;
  DayReader days_;
  std::set<std::pair<int64_t, int32_t>> to_come_;  // Instants that change opportunities.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_LIVE_STATISTICS_H_
