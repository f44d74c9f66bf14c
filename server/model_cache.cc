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
absl::StatusOr<DatedModel> Fit(const CompanyHistory& company, int64_t as_of_us, int thread_count) {
  if (as_of_us <= absl::ToUnixMicros(absl::Now())) {
    auto model = company.live->Fit(company.history, company.revision, as_of_us, thread_count);
    if (model.has_value()) return *std::move(model);
  }
  auto model = simulation::FitModel(company.history, as_of_us, {}, thread_count);
  if (!model.ok()) return model.status();
  return DatedModel{*std::move(model), as_of_us};
}

// The effects from the counts kept with the history where they serve.
simulation::ActivityEffects LearnProspecting(const CompanyHistory& company,
                                             const simulation::FittedModel& model, int64_t as_of_us,
                                             int thread_count) {
  if (as_of_us <= absl::ToUnixMicros(absl::Now())) {
    auto effects = company.prospecting->Learn(company.history, company.revision, model, as_of_us,
                                              thread_count);
    if (effects.has_value()) return *std::move(effects);
  }
  return simulation::LearnProspectingEffects(company.history, model, as_of_us, thread_count);
}

}  // namespace

const simulation::ActivityEffects& FittedCompany::prospecting(int thread_count) const {
  std::call_once(effects_->prospecting_learnt, [&] {
    effects_->prospecting =
        LearnProspecting(*company_, learnt_->model, effects_->as_of_us, thread_count);
  });
  return effects_->prospecting;
}

const simulation::ActivityEffects& FittedCompany::effects(int thread_count) const {
  std::call_once(effects_->all_learnt, [&] {
    effects_->all = prospecting(thread_count);
    effects_->all.follow_ups =
        simulation::LearnFollowUpEffects(company_->history, learnt_->model, effects_->as_of_us);
  });
  return effects_->all;
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
    const FittedCompany::Learnt& learnt = **it;
    if (!learnt.Of(company) || as_of_us < learnt.model.as_of_us ||
        as_of_us > learnt.holds_until_us) {
      continue;
    }
    used_last_first_.splice(used_last_first_.begin(), used_last_first_, it);
    return used_last_first_.front();
  }
  return nullptr;
}

std::shared_ptr<FittedCompany::Effects> ModelCache::EffectsOf(const CompanyHistory& company,
                                                              int64_t as_of_us,
                                                              FittedCompany::Learnt& learnt) {
  MutexLock lock(mutex_);
  if (learnt.effects == nullptr || learnt.effects->revision != company.revision ||
      learnt.effects->as_of_us != as_of_us) {
    learnt.effects.reset(new FittedCompany::Effects{company.revision, as_of_us, {}, {}, {}, {}});
  }
  return learnt.effects;
}

absl::StatusOr<std::shared_ptr<const FittedCompany>> ModelCache::Get(
    const std::shared_ptr<const CompanyHistory>& company, int64_t as_of_us, int thread_count) {
  std::shared_ptr<FittedCompany::Learnt> learnt = Find(*company, as_of_us);
  if (learnt == nullptr) {
    absl::StatusOr<DatedModel> model = Fit(*company, as_of_us, thread_count);
    if (!model.ok()) return model.status();
    learnt = std::make_shared<FittedCompany::Learnt>(*company, *std::move(model));
    MutexLock lock(mutex_);
    used_last_first_.push_front(learnt);
    if (used_last_first_.size() > kModelsMax) used_last_first_.pop_back();
  }
  std::shared_ptr<FittedCompany::Effects> effects = EffectsOf(*company, as_of_us, *learnt);
  return std::make_shared<const FittedCompany>(company, std::move(learnt), std::move(effects));
}

int64_t ModelCache::RecentInstant(const CompanyHistory& company, int64_t now_us,
                                  bool activities_matter) {
  MutexLock lock(mutex_);
  for (const auto& learnt : used_last_first_) {
    if (!learnt->Of(company)) continue;
    const FittedCompany::Effects* effects = learnt->effects.get();
    const bool is_same = effects != nullptr && effects->revision == company.revision;
    if (activities_matter && !is_same) continue;
    const int64_t as_of_us = activities_matter ? effects->as_of_us : learnt->model.as_of_us;
    if (as_of_us <= now_us && now_us - as_of_us <= kRecentUs) return as_of_us;
  }
  return now_us;
}

}  // namespace quotacast
