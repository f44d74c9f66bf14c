#include "server/metrics/activity_index.h"

namespace quotacast::metrics {

ActivityIndex::ActivityIndex(const simulation::History& history)
    : first_(history.opportunities.size() + 1, 0) {
  for (const simulation::Activity& activity : history.activities) {
    if (activity.opportunity != simulation::kNone) ++first_[activity.opportunity + 1];
  }
  for (size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  activities_.resize(first_.back());
  std::vector<size_t> next(first_.begin(), first_.end() - 1);
  for (const simulation::Activity& activity : history.activities) {
    if (activity.opportunity == simulation::kNone) continue;
    activities_[next[activity.opportunity]++] = {activity.time_us, activity.rep, activity.type,
                                                 activity.outcome};
  }
}

}  // namespace quotacast::metrics
