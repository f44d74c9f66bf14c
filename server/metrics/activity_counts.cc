#include "server/metrics/activity_counts.h"

#include <algorithm>
#include <utility>

#include "server/metrics/parallel_count.h"

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

absl::Span<const Activity> ActivitiesIn(const simulation::History& history, Window window) {
  const auto before = [](const Activity& a, int64_t time_us) { return a.time_us < time_us; };
  const auto begin = std::lower_bound(history.activities.begin(), history.activities.end(),
                                      window.start_us, before);
  const auto end = std::lower_bound(begin, history.activities.end(), window.end_us, before);
  return {history.activities.data() + (begin - history.activities.begin()),
          static_cast<size_t>(end - begin)};
}

namespace {

// Counts all but what takes a look at the opportunity.
class RowCounter {
 public:
  RowCounter(absl::Span<const Activity> activities, const Grouping& grouping)
      : activities_(activities), grouping_(&grouping), rows_(grouping.row_count()) {}

  void Read(int32_t index) {
    const Activity& activity = activities_[static_cast<size_t>(index)];
    ActivityCounts& row = rows_[static_cast<size_t>(grouping_->RepRow(activity.rep))];
    const size_t type = IndexOf(activity.type);
    ++row.made[type];
    row.connected[type] += activity.outcome == ActivityOutcome::kConnected;
    row.answered[type] += activity.outcome != ActivityOutcome::kUnknown;
    if (activity.type != ActivityType::kCall) return;
    if (activity.duration_seconds > 0) row.talk_seconds += activity.duration_seconds;
    row.prospecting_calls += activity.opportunity == simulation::kNone;
  }
  void Merge(const RowCounter& other) { simulation::AddUp(other.rows_, rows_); }
  std::vector<ActivityCounts> Finish() { return std::move(rows_); }

 private:
  absl::Span<const Activity> activities_;
  const Grouping* grouping_;
  std::vector<ActivityCounts> rows_;
};

bool IsProspecting(const simulation::History& history, const Activity& activity) {
  return activity.opportunity == simulation::kNone ||
         activity.time_us <= history.opportunities[activity.opportunity].create_time_us;
}

}  // namespace

std::vector<ActivityCounts> CountActivities(const simulation::History& history,
                                            const Grouping& grouping, Window window,
                                            const std::vector<int64_t>& linked_prospecting,
                                            int thread_count) {
  const absl::Span<const Activity> activities = ActivitiesIn(history, window);
  std::vector<ActivityCounts> rows = CountInParallel(activities.size(), thread_count, [&] {
                                       return RowCounter(activities, grouping);
                                     }).Finish();
  for (size_t row = 0; row < rows.size(); ++row) {
    rows[row].prospecting_calls += linked_prospecting[row];
  }
  for (int32_t rep = 0; rep < grouping.rep_count(); ++rep) {
    rows[rep].working_days = WorkingDays(history.reps[rep], window, history.time_zone);
  }
  grouping.SumUp(rows);
  return rows;
}

void ProspectingCounter::Add(const simulation::Opportunity& opportunity,
                             absl::Span<const LinkedActivity> activities) {
  if (opportunity.create_time_us < window_.start_us) return;
  for (const LinkedActivity& activity : activities) {
    if (activity.time_us > opportunity.create_time_us) break;
    if (activity.type == ActivityType::kCall && window_.Holds(activity.time_us)) {
      ++rows_[static_cast<size_t>(grouping_->RepRow(activity.rep))];
    }
  }
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
