#include "server/model_cache.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "simulation/fit.h"
#include "simulation/past_forecasts.h"
#include "simulation/scenario/follow_up_effect.h"

namespace quotacast {
namespace {

constexpr int64_t kRecentUs = int64_t{60} * 1'000'000;

// The model as of an instant, from the statistics kept with the history where they serve.
absl::StatusOr<simulation::FittedModel> Fit(const CompanyHistory& company, int64_t as_of_us,
                                            int thread_count) {
  if (as_of_us <= absl::ToUnixMicros(absl::Now())) {
    auto model = company.live->Fit(company.history, company.revision, as_of_us, thread_count);
    if (model.has_value()) return *std::move(model);
  }
  return simulation::FitModel(company.history, as_of_us, {}, thread_count);
}

}  // namespace

const simulation::ActivityEffects& FittedCompany::prospecting(int thread_count) const {
  std::call_once(learnt_->prospecting_learnt, [&] {
    learnt_->prospecting =
        simulation::LearnProspectingEffects(company_->history, learnt_->model, thread_count);
  });
  return learnt_->prospecting;
}

const simulation::ActivityEffects& FittedCompany::effects(int thread_count) const {
  std::call_once(learnt_->effects_learnt, [&] {
    learnt_->effects = prospecting(thread_count);
    learnt_->effects.follow_ups =
        simulation::LearnFollowUpEffects(company_->history, learnt_->model);
  });
  return learnt_->effects;
}

absl::StatusOr<std::shared_ptr<const simulation::LearntCorrections>> FittedCompany::Corrections(
    simulation::Measure measure, int thread_count, const std::function<bool()>& cancelled) const {
  MutexLock lock(learnt_->corrections_mutex);
  std::shared_ptr<const simulation::LearntCorrections>& learnt = learnt_->corrections[measure];
  if (learnt == nullptr) {
    simulation::ForecastOptions options;
    options.thread_count = thread_count;
    options.cancelled = cancelled;
    auto past = simulation::ReplayPast(company_->history, measure, model().as_of_us, options);
    if (!past.ok()) return past.status();
    learnt = std::make_shared<const simulation::LearntCorrections>(*std::move(past));
  }
  return learnt;
}

std::shared_ptr<FittedCompany::Learnt> ModelCache::Find(const CompanyHistory& company,
                                                        int64_t as_of_us) {
  MutexLock lock(mutex_);
  for (auto it = used_last_first_.begin(); it != used_last_first_.end(); ++it) {
    if (!(*it)->Of(company) || (*it)->model.as_of_us != as_of_us) continue;
    used_last_first_.splice(used_last_first_.begin(), used_last_first_, it);
    return used_last_first_.front();
  }
  return nullptr;
}

absl::StatusOr<std::shared_ptr<const FittedCompany>> ModelCache::Get(
    const std::shared_ptr<const CompanyHistory>& company, int64_t as_of_us, int thread_count) {
  std::shared_ptr<FittedCompany::Learnt> learnt = Find(*company, as_of_us);
  if (learnt == nullptr) {
    absl::StatusOr<simulation::FittedModel> model = Fit(*company, as_of_us, thread_count);
    if (!model.ok()) return model.status();
    learnt = std::make_shared<FittedCompany::Learnt>(*company, *std::move(model));
    MutexLock lock(mutex_);
    used_last_first_.push_front(learnt);
    if (used_last_first_.size() > kModelsMax) used_last_first_.pop_back();
  }
  return std::make_shared<const FittedCompany>(company, std::move(learnt));
}

int64_t ModelCache::RecentInstant(const CompanyHistory& company, int64_t now_us) {
  MutexLock lock(mutex_);
  for (const auto& learnt : used_last_first_) {
    const int64_t as_of_us = learnt->model.as_of_us;
    if (learnt->Of(company) && as_of_us <= now_us && now_us - as_of_us <= kRecentUs) {
      return as_of_us;
    }
  }
  return now_us;
}

}  // namespace quotacast
