#include "server/live_model.h"

#include <algorithm>
#include <utility>

#include "simulation/fit.h"
#include "simulation/observation.h"

namespace quotacast {

std::optional<absl::StatusOr<DatedModel>> LiveModel::Fit(const simulation::History& history,
                                                         int64_t revision, int64_t as_of_us,
                                                         int thread_count) {
  const MutexLock lock(mutex_);
  if (revision_ != revision) return std::nullopt;
  if (live_.has_value() && as_of_us < live_->as_of_us()) return std::nullopt;
  if (!live_.has_value() || !live_->AdvanceTo(history, as_of_us) || !live_->statistics().Whole()) {
    live_.emplace(history, as_of_us, simulation::ModelOptions{}, thread_count);
  }
  auto model = simulation::FitModel(history, live_->statistics(), as_of_us, thread_count);
  if (!model.ok()) return model.status();
  const int64_t last_of_quarter_us = simulation::EndOfQuarterUs(as_of_us) - 1;
  return DatedModel{*std::move(model), std::min(last_of_quarter_us, live_->stay_until_us())};
}

void LiveModel::BeforeChange(const simulation::History& history, int64_t revision,
                             absl::Span<const int32_t> opportunities) {
  const MutexLock lock(mutex_);
  if (revision_ != revision) live_.reset();
  revision_ = kChanging;
  if (!live_.has_value()) return;
  for (const int32_t opportunity : opportunities) live_->Remove(history, opportunity);
}

void LiveModel::AfterChange(const simulation::History& history, int64_t revision,
                            absl::Span<const int32_t> opportunities) {
  const MutexLock lock(mutex_);
  revision_ = revision;
  if (!live_.has_value()) return;
  for (const int32_t opportunity : opportunities) live_->Add(history, opportunity);
}

void LiveModel::StartAnew(int64_t revision) {
  const MutexLock lock(mutex_);
  revision_ = revision;
  live_.reset();
}

}  // namespace quotacast
