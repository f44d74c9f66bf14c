#ifndef QUOTACAST_SERVER_METRICS_ACTIVITY_INDEX_H_
#define QUOTACAST_SERVER_METRICS_ACTIVITY_INDEX_H_

// A history's activities by opportunity, in time order. Built once for a history and kept beside
// it: it does not depend on the question.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/history.h"

namespace quotacast::metrics {

struct LinkedActivity {
  int64_t time_us = 0;
  int32_t rep = simulation::kNone;
  simulation::ActivityType type = simulation::ActivityType::kOther;
  simulation::ActivityOutcome outcome = simulation::ActivityOutcome::kUnknown;
};

class ActivityIndex {
 public:
  // Linear in the history.
  explicit ActivityIndex(const simulation::History& history);
  absl::Span<const LinkedActivity> Of(int32_t opportunity) const {
    return absl::MakeConstSpan(activities_)
        .subspan(first_[opportunity], first_[opportunity + 1] - first_[opportunity]);
  }

 private:
  std::vector<size_t> first_;
  std::vector<LinkedActivity> activities_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_ACTIVITY_INDEX_H_
