#include "server/live_prospecting.h"

namespace quotacast {

std::optional<simulation::ActivityEffects> LiveProspecting::Learn(
    const simulation::History& history, int64_t revision, const simulation::FittedModel& model,
    int64_t as_of_us, int thread_count) {
  const MutexLock lock(mutex_);
  if (revision_ != revision) return std::nullopt;
  if (!counts_.has_value()) counts_.emplace(history, as_of_us);
  if (!counts_->AdvanceTo(history, as_of_us)) return std::nullopt;
  return simulation::LearnProspectingEffects(*counts_, model, thread_count);
}

void LiveProspecting::Grow(const simulation::History& history, int64_t from_revision,
                           int64_t revision, size_t first_new,
                           absl::Span<const simulation::Activity> activities) {
  const MutexLock lock(mutex_);
  if (revision_ != from_revision) counts_.reset();
  revision_ = revision;
  if (counts_.has_value()) counts_->Grow(history, first_new, activities);
}

void LiveProspecting::StartAnew(int64_t revision) {
  const MutexLock lock(mutex_);
  revision_ = revision;
  counts_.reset();
}

}  // namespace quotacast
