#ifndef QUOTACAST_SERVER_LIVE_MODEL_H_
#define QUOTACAST_SERVER_LIVE_MODEL_H_

// The statistics of a company's model, kept up as its history grows, so that a question right after
// a write need not read the history again.

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/storage/mutex.h"
#include "simulation/fitted_model.h"
#include "simulation/history.h"
#include "simulation/live_statistics.h"

namespace quotacast {

// A model as of an instant, with the last instant as of which it is the same.
struct DatedModel {
  simulation::FittedModel model;
  int64_t holds_until_us = 0;
};

// Thread-safe.
class LiveModel {
 public:
  // The model of the history at `revision` as of an instant, which is not to be ahead of now: the
  // very one that simulation::FitModel gives. Reads the whole history the first time on a day;
  // nullopt where the statistics are at another revision or past the instant.
  std::optional<absl::StatusOr<DatedModel>> Fit(const simulation::History& history,
                                                int64_t revision, int64_t as_of_us,
                                                int thread_count) ABSL_LOCKS_EXCLUDED(mutex_);

  // To be called before and after a history changes from one revision to the next: with the
  // opportunities whose events or labels change; afterwards with the new ones too.
  void BeforeChange(const simulation::History& history, int64_t revision,
                    absl::Span<const int32_t> opportunities) ABSL_LOCKS_EXCLUDED(mutex_);
  void AfterChange(const simulation::History& history, int64_t revision,
                   absl::Span<const int32_t> opportunities) ABSL_LOCKS_EXCLUDED(mutex_);

  // The history has become another one, at `revision`.
  void StartAnew(int64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr int64_t kChanging = -1;

  Mutex mutex_;
  int64_t revision_ ABSL_GUARDED_BY(mutex_) = kChanging;
  std::optional<simulation::LiveStatistics> live_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_LIVE_MODEL_H_
