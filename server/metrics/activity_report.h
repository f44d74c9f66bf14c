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
  EffectTable effect;
  bool calls_linked = false;  // Over both periods.

  Counts ContactRateOf(int32_t row) const {
    return ContactRate(contacts[row], activities[row], calls_linked);
  }
};

struct ActivityReport {
  Grouping grouping;
  StageIndex stages;
  ActivityFigures current;
  ActivityFigures previous;  // The period before, of the same kind and whole.
};

// As of `as_of_us`: nothing that happened at or after it is read. Linear in the history, shared by
// up to `thread_count` threads; the same whatever their number.
ActivityReport ReportActivity(const simulation::History& history, const ActivityIndex& index,
                              simulation::Period period, int64_t as_of_us, int thread_count);

// The reps' rates: `rate_of(row)` gives a row's counts.
template <typename RateOf>
RatePopulation PopulationOf(const Grouping& grouping,
                            RatePopulation (*learn)(absl::Span<const Counts>),
                            const RateOf& rate_of) {
  std::vector<Counts> reps;
  for (int32_t rep = 0; rep < grouping.rep_count(); ++rep) reps.push_back(rate_of(rep));
  return learn(reps);
}

// The prior of a row with these counts; what all reps together did has none.
inline RatePrior PriorOf(const RatePopulation& population, const Grouping& grouping, int32_t row,
                         const Counts& own) {
  if (grouping.RepsIn(row) == grouping.rep_count()) return {};
  return population.PriorFor(own, grouping.RepsIn(row));
}

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_ACTIVITY_REPORT_H_
