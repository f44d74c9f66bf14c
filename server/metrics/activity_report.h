#ifndef QUOTACAST_SERVER_METRICS_ACTIVITY_REPORT_H_
#define QUOTACAST_SERVER_METRICS_ACTIVITY_REPORT_H_

// All metrics of what was done, for every row of the company, beside the period before.

#include <vector>

#include "server/metrics/activity_counts.h"
#include "server/metrics/activity_effect.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/contacts.h"
#include "server/metrics/follow_ups.h"
#include "server/metrics/grouping.h"
#include "server/metrics/stage_index.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::metrics {

// Of one period.
struct ActivityFigures {
  simulation::Period period;
  Window window;                           // What of it lies before the as-of instant.
  std::vector<ActivityCounts> activities;  // By row of the grouping, like all that follows.
  std::vector<ContactCounts> contacts;
  FollowUpTable follow_ups;

  Counts ContactRateOf(int32_t row) const { return ContactRate(contacts[row], activities[row]); }
};

struct ActivityReport {
  Grouping grouping;
  StageIndex stages;
  ActivityFigures current;
  ActivityFigures previous;  // The period before, of the same kind and whole.
  EffectTable effect;        // In the current period.
};

// As of `as_of_us`: nothing that happened at or after it is read. Linear in the history.
ActivityReport ReportActivity(const simulation::History& history, const ActivityIndex& index,
                              simulation::Period period, int64_t as_of_us);

// The prior of a rate of reps: `rate_of(row)` gives a row's counts.
template <typename RateOf>
RatePrior PriorOf(const Grouping& grouping, RatePrior (*estimate)(absl::Span<const Counts>),
                  const RateOf& rate_of) {
  std::vector<Counts> reps;
  for (int32_t rep = 0; rep < grouping.rep_count(); ++rep) reps.push_back(rate_of(rep));
  return estimate(reps);
}

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_ACTIVITY_REPORT_H_
