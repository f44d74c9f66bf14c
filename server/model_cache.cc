#include "server/model_cache.h"

#include "simulation/fit.h"
#include "simulation/past_forecasts.h"

namespace quotacast {
namespace {

constexpr int64_t kRecentUs = int64_t{60} * 1'000'000;

}  // namespace

const simulation::ActivityEffects& FittedCompany::effects() const {
  std::call_once(
      learnt_, [this] { effects_ = simulation::LearnActivityEffects(company_->history, model_); });
  return effects_;
}

absl::StatusOr<std::shared_ptr<const simulation::LearntCorrections>> FittedCompany::Corrections(
    simulation::Measure measure, int thread_count, const std::function<bool()>& cancelled) const {
  MutexLock lock(corrections_mutex_);
  std::shared_ptr<const simulation::LearntCorrections>& learnt = corrections_[measure];
  if (learnt == nullptr) {
    simulation::ForecastOptions options;
    options.thread_count = thread_count;
    options.cancelled = cancelled;
    auto past = simulation::ReplayPast(company_->history, measure, model_.as_of_us, options);
    if (!past.ok()) return past.status();
    learnt = std::make_shared<const simulation::LearntCorrections>(*std::move(past));
  }
  return learnt;
}

std::shared_ptr<const FittedCompany> ModelCache::Find(const CompanyHistory& company,
                                                      int64_t as_of_us) {
  MutexLock lock(mutex_);
  for (auto it = used_last_first_.begin(); it != used_last_first_.end(); ++it) {
    if (&(*it)->company() != &company || (*it)->model().as_of_us != as_of_us) continue;
    used_last_first_.splice(used_last_first_.begin(), used_last_first_, it);
    return used_last_first_.front();
  }
  return nullptr;
}

absl::StatusOr<std::shared_ptr<const FittedCompany>> ModelCache::Get(
    const std::shared_ptr<const CompanyHistory>& company, int64_t as_of_us, int thread_count) {
  if (auto found = Find(*company, as_of_us); found != nullptr) return found;
  absl::StatusOr<simulation::FittedModel> model =
      simulation::FitModel(company->history, as_of_us, {}, thread_count);
  if (!model.ok()) return model.status();
  auto fitted = std::make_shared<const FittedCompany>(company, *std::move(model));
  MutexLock lock(mutex_);
  used_last_first_.push_front(fitted);
  if (used_last_first_.size() > kModelsMax) used_last_first_.pop_back();
  return fitted;
}

int64_t ModelCache::RecentInstant(const CompanyHistory& company, int64_t now_us) {
  MutexLock lock(mutex_);
  for (const auto& fitted : used_last_first_) {
    const int64_t as_of_us = fitted->model().as_of_us;
    if (&fitted->company() == &company && as_of_us <= now_us && now_us - as_of_us <= kRecentUs) {
      return as_of_us;
    }
  }
  return now_us;
}

}  // namespace quotacast
