#ifndef QUOTACAST_SIMULATION_SCENARIO_PROSPECTING_COUNTS_H_
#define QUOTACAST_SIMULATION_SCENARIO_PROSPECTING_COUNTS_H_

// What may lead to opportunities, counted by kind, rep and day, and what came of it; goes with a
// growing history and with time. Prospecting is an activity about no opportunity, or at or before
// the creation of its opportunity.

#include <array>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "simulation/history.h"

namespace quotacast::simulation {

inline constexpr int kActivityTypeCount = 5;

// A rep's prospecting of a kind on a day; made > 0.
struct ProspectingDay {
  Day day = 0;
  int32_t made = 0;
  int32_t answered = 0;   // Those whose outcome is known,
  int32_t connected = 0;  // and is a conversation or a reply.
  int32_t credited = 0;   // Opportunities whose first prospecting by any rep is one of these.
};

// Opportunities that a rep created on a day; count > 0.
struct CreationDay {
  Day day = 0;
  int32_t count = 0;
};

// Whole numbers of what happened before as_of_us(): however it was come by, the same history and
// instant give the same. Takes 20 bytes for each day on which a rep did prospecting of a kind,
// never more than the activities themselves, and 24 for each opportunity. Not thread-safe to
// change. The history given to each call is the same one, as it is then.
class ProspectingCounts {
 public:
  // Reads the whole history.
  ProspectingCounts(const History& history, int64_t as_of_us);

  // To be called when the history has grown by `activities`, which are in time order, those of one
  // instant in the order of the history, and by the opportunities from `first_new` on. Some
  // microseconds each.
  void Grow(const History& history, size_t first_new, absl::Span<const Activity> activities);

  // Counts what happened before `as_of_us` too; false, and nothing is done, where the counts have
  // come to a later instant.
  bool AdvanceTo(const History& history, int64_t as_of_us);

  int64_t as_of_us() const { return as_of_us_; }
  size_t rep_count() const { return created_.size(); }

  // Activities of a kind, prospecting or not.
  int64_t made_count(ActivityType type) const { return made_[static_cast<size_t>(type)]; }
  // Days ascending.
  absl::Span<const ProspectingDay> days(ActivityType type, size_t rep) const {
    return days_[static_cast<size_t>(type)][rep];
  }
  absl::Span<const CreationDay> created(size_t rep) const { return created_[rep]; }

 private:
  // An opportunity, and the first prospecting for it so far; rep kNone: none.
  struct Lead {
    int64_t created_us = 0;
    int64_t first_us = INT64_MAX;
    int32_t rep = kNone;
    ActivityType type = ActivityType::kOther;
  };
  void AddOpportunity(const History& history, size_t opportunity);
  void CountCreation(const History& history, size_t opportunity);
  void Count(const Activity& activity);
  void Credit(const Lead& lead, int32_t change);
  ProspectingDay& EntryOf(ActivityType type, int32_t rep, int64_t time_us);

  int64_t as_of_us_;
  DayReader reader_;
  std::array<int64_t, kActivityTypeCount> made_{};
  std::array<std::vector<std::vector<ProspectingDay>>, kActivityTypeCount> days_;  // By rep.
  std::vector<std::vector<CreationDay>> created_;                                  // By rep.
  LargeArray<Lead> leads_;                        // By opportunity.
  std::set<std::pair<int64_t, size_t>> to_come_;  // Creations that are not counted yet.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_PROSPECTING_COUNTS_H_
