#include "simulation/live_statistics.h"

#include <algorithm>
#include <utility>

namespace quotacast::simulation {

LiveStatistics::LiveStatistics(const History& history, int64_t as_of_us,
                               const ModelOptions& options, int thread_count)
    : as_of_us_(as_of_us),
      statistics_(history, as_of_us, options, thread_count),
      days_(history.time_zone) {
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    const Opportunity& opportunity = history.opportunities[i];
    int64_t last_us = opportunity.create_time_us;
    if (opportunity.event_count > 0) {
      last_us = std::max(
          last_us, history.events[opportunity.first_event + opportunity.event_count - 1].time_us);
    }
    if (last_us < as_of_us_) continue;
    const auto index = static_cast<int32_t>(i);
    const int64_t next_us = Show(history, index).second;
    if (next_us != INT64_MAX) to_come_.emplace(next_us, index);
  }
}

std::pair<Observation, int64_t> LiveStatistics::Show(const History& history, int32_t opportunity) {
  Observation shown;
  shown.as_of_day = statistics_.as_of_day();
  const int64_t next_us = ObserveOpportunity(history, opportunity, as_of_us_, days_, shown);
  return {std::move(shown), next_us};
}

void LiveStatistics::Remove(const History& history, int32_t opportunity) {
  const auto [shown, next_us] = Show(history, opportunity);
  statistics_.Count(shown, -1);
  to_come_.erase({next_us, opportunity});
}

void LiveStatistics::Add(const History& history, int32_t opportunity) {
  const auto [shown, next_us] = Show(history, opportunity);
  statistics_.Count(shown, 1);
  if (next_us != INT64_MAX) to_come_.emplace(next_us, opportunity);
}

bool LiveStatistics::AdvanceTo(const History& history, int64_t as_of_us) {
  if (as_of_us < as_of_us_ || DayOf(as_of_us, history.time_zone) != statistics_.as_of_day()) {
    return false;
  }
  std::vector<int32_t> changed;
  for (auto next = to_come_.begin(); next != to_come_.end() && next->first < as_of_us; ++next) {
    changed.push_back(next->second);
  }
  for (const int32_t opportunity : changed) Remove(history, opportunity);
  as_of_us_ = as_of_us;
  for (const int32_t opportunity : changed) Add(history, opportunity);
  return true;
}

}  // namespace quotacast::simulation
