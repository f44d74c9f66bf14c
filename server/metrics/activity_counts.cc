#include "server/metrics/activity_counts.h"

#include <algorithm>

namespace quotacast::metrics {

using simulation::Activity;
using simulation::ActivityOutcome;
using simulation::ActivityType;

ActivityCounts& ActivityCounts::operator+=(const ActivityCounts& other) {
  for (int i = 0; i < kActivityTypeCount; ++i) {
    made[i] += other.made[i];
    connected[i] += other.connected[i];
    answered[i] += other.answered[i];
  }
  talk_seconds += other.talk_seconds;
  prospecting_calls += other.prospecting_calls;
  working_days += other.working_days;
  return *this;
}

Counts ActivityCounts::ConnectRate(ActivityType type) const {
  const size_t i = IndexOf(type);
  return {static_cast<double>(connected[i]), static_cast<double>(answered[i])};
}

Counts ActivityCounts::PerWorkingDay(ActivityType type) const {
  return {static_cast<double>(made[IndexOf(type)]), working_days};
}

std::vector<ActivityCounts> CountActivities(const simulation::History& history,
                                            const Grouping& grouping, Window window) {
  std::vector<ActivityCounts> rows(grouping.row_count());
  const auto before = [](const Activity& a, int64_t time_us) { return a.time_us < time_us; };
  auto activity = std::lower_bound(history.activities.begin(), history.activities.end(),
                                   window.start_us, before);
  for (; activity != history.activities.end() && activity->time_us < window.end_us; ++activity) {
    ActivityCounts& row = rows[grouping.RepRow(activity->rep)];
    const size_t type = IndexOf(activity->type);
    ++row.made[type];
    row.connected[type] += activity->outcome == ActivityOutcome::kConnected;
    row.answered[type] += activity->outcome != ActivityOutcome::kUnknown;
    if (activity->type != ActivityType::kCall) continue;
    if (activity->duration_seconds > 0) row.talk_seconds += activity->duration_seconds;
    row.prospecting_calls +=
        activity->opportunity == simulation::kNone ||
        activity->time_us <= history.opportunities[activity->opportunity].create_time_us;
  }
  for (int32_t rep = 0; rep < grouping.rep_count(); ++rep) {
    rows[rep].working_days = WorkingDays(history.reps[rep], window, history.time_zone);
  }
  grouping.SumUp(rows);
  return rows;
}

}  // namespace quotacast::metrics
