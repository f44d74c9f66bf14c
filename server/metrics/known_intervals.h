#ifndef QUOTACAST_SERVER_METRICS_KNOWN_INTERVALS_H_
#define QUOTACAST_SERVER_METRICS_KNOWN_INTERVALS_H_

// Intervals of the rates of one report.

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "server/metrics/rates.h"
#include "server/storage/mutex.h"

namespace quotacast::metrics {

// Central intervals, each computed once: reps with the same counts among the same others have the
// same, and counts of a month are small. Thread-safe; the same whoever asks first.
class KnownIntervals {
 public:
  Interval Of(const BetaDistribution& beta) const ABSL_LOCKS_EXCLUDED(mutex_) {
    const std::pair<double, double> key = {beta.a, beta.b};
    {
      const MutexLock lock(mutex_);
      const auto found = known_.find(key);
      if (found != known_.end()) return found->second;
    }
    const Interval interval = beta.CentralInterval();
    const MutexLock lock(mutex_);
    known_.emplace(key, interval);
    return interval;
  }

 private:
  mutable Mutex mutex_;
  mutable absl::flat_hash_map<std::pair<double, double>, Interval> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_KNOWN_INTERVALS_H_
