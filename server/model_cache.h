#ifndef QUOTACAST_SERVER_MODEL_CACHE_H_
#define QUOTACAST_SERVER_MODEL_CACHE_H_

// Fitted models in memory: questions that follow each other about the same company and instant fit
// it once.

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "server/history_cache.h"
#include "server/live_model.h"
#include "server/storage/mutex.h"
#include "simulation/correction.h"
#include "simulation/fitted_model.h"
#include "simulation/scenario/activity_effects.h"

namespace quotacast {

// A company's history with the model fitted to it.
class FittedCompany {
 public:
  // What was learnt with the activities of a history of this revision, as of an instant.
  struct Effects {
    const int64_t revision, as_of_us;
    std::once_flag prospecting_learnt, all_learnt;
    simulation::ActivityEffects prospecting, all;
  };
  // What was learnt from all but the activities. It does not hold the history, which could else
  // not be brought up to date in place.
  struct Learnt {
    Learnt(const CompanyHistory& company, DatedModel fitted)
        : organization(company.organization.key),
          sales_revision(company.sales_revision),
          holds_until_us(fitted.holds_until_us),
          model(std::move(fitted.model)) {}
    bool Of(const CompanyHistory& company) const {
      return organization == company.organization.key && sales_revision == company.sales_revision;
    }

    const storage::Key organization;
    const int64_t sales_revision;
    const int64_t holds_until_us;
    const simulation::FittedModel model;
    std::shared_ptr<Effects> effects;  // Asked for last; guarded by the cache's mutex.
    Mutex corrections_mutex;
    std::map<simulation::Measure, std::shared_ptr<const simulation::LearntCorrections>> corrections
        ABSL_GUARDED_BY(corrections_mutex);
  };

  // All of `company`.
  FittedCompany(std::shared_ptr<const CompanyHistory> company, std::shared_ptr<Learnt> learnt,
                std::shared_ptr<Effects> effects)
      : company_(std::move(company)), learnt_(std::move(learnt)), effects_(std::move(effects)) {}

  const CompanyHistory& company() const { return *company_; }
  int64_t as_of_us() const { return effects_->as_of_us; }
  // Its own instant may be an earlier one of the same quarter of an hour, as of which it is the
  // same.
  const simulation::FittedModel& model() const { return learnt_->model; }
  // Learnt when first asked for; `prospecting` without what goes with follow-ups, which takes
  // longest.
  const simulation::ActivityEffects& effects(int thread_count) const;
  const simulation::ActivityEffects& prospecting(int thread_count) const;
  // What replays of the periods that had ended by the model's instant teach; learnt when first
  // asked for, by up to `thread_count` threads, while others who ask wait. Errors: CANCELLED.
  absl::StatusOr<std::shared_ptr<const simulation::LearntCorrections>> Corrections(
      simulation::Measure measure, int thread_count, const std::function<bool()>& cancelled) const;

 private:
  const std::shared_ptr<const CompanyHistory> company_;
  const std::shared_ptr<Learnt> learnt_;
  const std::shared_ptr<Effects> effects_;
};

// Thread-safe. Two who ask for the same model at the same time may both fit it.
class ModelCache {
 public:
  // The model of a history as of an instant, fitted by so many threads where it is not kept.
  // Errors: those of simulation::FitModel.
  absl::StatusOr<std::shared_ptr<const FittedCompany>> Get(
      const std::shared_ptr<const CompanyHistory>& company, int64_t as_of_us, int thread_count)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The instant of a model of the very same history, but for its activities unless they matter,
  // that is kept and at most a minute older than `now_us`; else `now_us`.
  int64_t RecentInstant(const CompanyHistory& company, int64_t now_us, bool activities_matter)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr size_t kModelsMax = 4;
  std::shared_ptr<FittedCompany::Learnt> Find(const CompanyHistory& company, int64_t as_of_us)
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<FittedCompany::Effects> EffectsOf(const CompanyHistory& company, int64_t as_of_us,
                                                    FittedCompany::Learnt& learnt)
      ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  std::list<std::shared_ptr<FittedCompany::Learnt>> used_last_first_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_MODEL_CACHE_H_
