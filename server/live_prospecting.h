#ifndef QUOTACAST_SERVER_LIVE_PROSPECTING_H_
#define QUOTACAST_SERVER_LIVE_PROSPECTING_H_

// The counts behind a company's prospecting effects, kept up as its history grows, so that a
// question right after a write need not read all activities again.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "server/storage/mutex.h"
#include "simulation/fitted_model.h"
#include "simulation/history.h"
#include "simulation/scenario/activity_effects.h"
#include "simulation/scenario/prospecting_counts.h"

namespace quotacast {

// Thread-safe.
class LiveProspecting {
 public:
  // The effects as of an instant, which is not to be ahead of now, from the history at `revision`:
  // the very ones that simulation::LearnProspectingEffects gives. Reads the whole history the first
  // time; nullopt where the counts are at another revision or past the instant.
  std::optional<simulation::ActivityEffects> Learn(const simulation::History& history,
                                                   int64_t revision,
                                                   const simulation::FittedModel& model,
                                                   int64_t as_of_us, int thread_count)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // To be called when a history has grown from one revision to the next: by the opportunities from
  // `first_new` on and by `activities`, as ProspectingCounts::Grow takes them.
  void Grow(const simulation::History& history, int64_t from_revision, int64_t revision,
            size_t first_new, absl::Span<const simulation::Activity> activities)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The history has become another one, at `revision`.
  void StartAnew(int64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Mutex mutex_;
  int64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<simulation::ProspectingCounts> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_LIVE_PROSPECTING_H_
