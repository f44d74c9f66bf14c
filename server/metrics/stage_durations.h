#ifndef QUOTACAST_SERVER_METRICS_STAGE_DURATIONS_H_
#define QUOTACAST_SERVER_METRICS_STAGE_DURATIONS_H_

// Days in each stage: of opportunities won and lost in the window, all their days in it (those of
// several stays together); of open ones, the age in the stage they are in.

#include <utility>
#include <vector>

#include "server/metrics/distribution_summary.h"
#include "server/metrics/journey.h"
#include "server/metrics/stage_index.h"
#include "server/metrics/window.h"

namespace quotacast::metrics {

struct StageDurations {
  DistributionSummary won, lost, open;
};

class StageDurationCounter {
 public:
  StageDurationCounter(const Grouping& grouping, const StageIndex& stages, Window window)
      : window_(window), grouping_(&grouping), stages_(&stages), samples_(3 * stages.size()) {}
  void Add(const Journey& journey);
  void Merge(StageDurationCounter&& other) { samples_.Merge(std::move(other.samples_)); }
  // [row * stage count + stage].
  std::vector<StageDurations> Finish(int thread_count) const;

 private:
  Window window_;
  const Grouping* grouping_;
  const StageIndex* stages_;
  SampleTable samples_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_STAGE_DURATIONS_H_
