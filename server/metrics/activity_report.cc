#include "server/metrics/activity_report.h"

#include <algorithm>
#include <utility>

namespace quotacast::metrics {

ActivityReport ReportActivity(const simulation::History& history, const ActivityIndex& index,
                              simulation::Period period, int64_t as_of_us) {
  const simulation::Period previous = simulation::Earlier(period, 1);
  const Window window = WindowOf(period, as_of_us, history.time_zone);
  const Window before = WindowOf(previous, as_of_us, history.time_zone);
  const Grouping grouping(history);
  const StageIndex stages(history);

  ContactCounter contacts(grouping, window), contacts_before(grouping, before);
  FollowUpCounter follow_ups(grouping, stages, window), follow_ups_before(grouping, stages, before);
  EffectCounter effect(grouping, stages, window);
  const int64_t start_us = std::min({window.start_us, before.start_us, as_of_us});
  Journey journey;
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    const auto opportunity = static_cast<int32_t>(i);
    // What was closed before either period began is in none of the figures.
    if (ClosedBefore(history, opportunity, start_us)) continue;
    if (!ReadJourney(history, opportunity, as_of_us, journey)) continue;
    const absl::Span<const LinkedActivity> activities = index.Of(opportunity);
    contacts.Add(journey, activities);
    contacts_before.Add(journey, activities);
    follow_ups.Add(journey, activities);
    follow_ups_before.Add(journey, activities);
    effect.Add(journey, activities);
  }
  std::vector<ContactCounts> created = contacts.Finish(), created_before = contacts_before.Finish();
  ContactCounts both = created.back();
  both += created_before.back();
  const bool linked = CallsAreLinked(both);
  return {grouping,
          stages,
          {period, window, CountActivities(history, grouping, window), std::move(created),
           follow_ups.Finish(), linked},
          {previous, before, CountActivities(history, grouping, before), std::move(created_before),
           follow_ups_before.Finish(), linked},
          effect.Finish()};
}

}  // namespace quotacast::metrics
