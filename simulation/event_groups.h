#ifndef QUOTACAST_SIMULATION_EVENT_GROUPS_H_
#define QUOTACAST_SIMULATION_EVENT_GROUPS_H_

#include "absl/types/span.h"
#include "simulation/history.h"

namespace quotacast::simulation {

// Makes the events of a history from parts of them, in the order in which they were learnt of:
// grouped and indexed as by IndexEvents, without putting the parts together first.
void GroupEvents(absl::Span<const LargeArray<StageEvent>> parts, History& history);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_EVENT_GROUPS_H_
