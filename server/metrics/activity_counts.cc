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

namespace {

// The activities of a window, which are in time order.
absl::Span<const Activity> ActivitiesIn(const simulation::History& history, Window window) {
  const auto before = [](const Activity& a, int64_t time_us) { return a.time_us < time_us; };
  const auto begin = std::lower_bound(history.activities.begin(), history.activities.end(),
                                      window.start_us, before);
  const auto end = std::lower_bound(begin, history.activities.end(), window.end_us, before);
  return {history.activities.data() + (begin - history.activities.begin()),
          static_cast<size_t>(end - begin)};
}

bool IsProspecting(const simulation::History& history, const Activity& activity) {
  return activity.opportunity == simulation::kNone ||
         activity.time_us <= history.opportunities[activity.opportunity].create_time_us;
}

}  // namespace

std::vector<ActivityCounts> CountActivities(const simulation::History& history,
                                            const Grouping& grouping, Window window) {
  std::vector<ActivityCounts> rows(grouping.row_count());
  for (const Activity& activity : ActivitiesIn(history, window)) {
    ActivityCounts& row = rows[grouping.RepRow(activity.rep)];
    const size_t type = IndexOf(activity.type);
    ++row.made[type];
    row.connected[type] += activity.outcome == ActivityOutcome::kConnected;
    row.answered[type] += activity.outcome != ActivityOutcome::kUnknown;
    if (activity.type != ActivityType::kCall) continue;
    if (activity.duration_seconds > 0) row.talk_seconds += activity.duration_seconds;
    row.prospecting_calls += IsProspecting(history, activity);
  }
  for (int32_t rep = 0; rep < grouping.rep_count(); ++rep) {
    rows[rep].working_days = WorkingDays(history.reps[rep], window, history.time_zone);
  }
  grouping.SumUp(rows);
  return rows;
}

std::vector<int64_t> CountProspecting(const simulation::History& history, Window window,
                                      ActivityType type) {
  std::vector<int64_t> reps(history.reps.size(), 0);
  for (const Activity& activity : ActivitiesIn(history, window)) {
    if (activity.rep == simulation::kNone || activity.type != type) continue;
    reps[activity.rep] += IsProspecting(history, activity);
  }
  return reps;
}

}  // namespace quotacast::metrics
