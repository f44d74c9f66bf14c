#ifndef QUOTACAST_SERVER_METRICS_ACTIVITY_COUNTS_H_
#define QUOTACAST_SERVER_METRICS_ACTIVITY_COUNTS_H_

// What was done in a window: activities by type, and what came back.

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/grouping.h"
#include "server/metrics/rates.h"
#include "server/metrics/window.h"
#include "simulation/history.h"

namespace quotacast::metrics {

inline constexpr int kActivityTypeCount = 5;

inline size_t IndexOf(simulation::ActivityType type) { return static_cast<size_t>(type); }

struct ActivityCounts {
  std::array<int64_t, kActivityTypeCount> made{};       // By ActivityType.
  std::array<int64_t, kActivityTypeCount> connected{};  // A conversation, or a reply.
  std::array<int64_t, kActivityTypeCount> answered{};   // Outcome known: connected or no answer.
  int64_t talk_seconds = 0;                             // Of calls whose length is known.
  // Calls to nobody's opportunity yet: without one, or at or before its creation.
  int64_t prospecting_calls = 0;
  double working_days = 0;  // Of the reps together.

  ActivityCounts& operator+=(const ActivityCounts& other);
  // Conversations per call or replies per e-mail, of those with a known outcome.
  Counts ConnectRate(simulation::ActivityType type) const;
  Counts PerWorkingDay(simulation::ActivityType type) const;
};

// By row. Reads only the activities of the window. `linked_prospecting` holds, by row, the calls at
// or before the creation of the opportunity they are about; see ProspectingCounter.
std::vector<ActivityCounts> CountActivities(const simulation::History& history,
                                            const Grouping& grouping, Window window,
                                            const std::vector<int64_t>& linked_prospecting,
                                            int thread_count);

// Counts calls of the window to an opportunity at or before its creation, by the row of who made
// them, without those above.
class ProspectingCounter {
 public:
  ProspectingCounter(const Grouping& grouping, Window window)
      : window_(window), grouping_(&grouping), rows_(grouping.row_count(), 0) {}
  // Of any opportunity, known or not as of the instant.
  void Add(const simulation::Opportunity& opportunity, absl::Span<const LinkedActivity> activities);
  void Merge(const ProspectingCounter& other) { simulation::AddUp(other.rows_, rows_); }
  const std::vector<int64_t>& rows() const { return rows_; }

 private:
  Window window_;
  const Grouping* grouping_;
  std::vector<int64_t> rows_;
};

// The activities of a window, in time order.
absl::Span<const simulation::Activity> ActivitiesIn(const simulation::History& history,
                                                    Window window);

// Activities of the type in the window that are about no opportunity yet: without one, or at or
// before its creation. By rep.
std::vector<int64_t> CountProspecting(const simulation::History& history, Window window,
                                      simulation::ActivityType type);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_ACTIVITY_COUNTS_H_
