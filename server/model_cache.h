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
#include "server/storage/mutex.h"
#include "simulation/correction.h"
#include "simulation/fitted_model.h"
#include "simulation/scenario/activity_effects.h"

namespace quotacast {

// A company's history with the model fitted to it.
class FittedCompany {
 public:
  // What was learnt from a history of this revision. It does not hold the history, which could else
  // not be brought up to date in place.
  struct Learnt {
    Learnt(const CompanyHistory& company, simulation::FittedModel fitted)
        : organization(company.organization.key),
          revision(company.revision),
          model(std::move(fitted)) {}
    bool Of(const CompanyHistory& company) const {
      return organization == company.organization.key && revision == company.revision;
    }

    const storage::Key organization;
    const int64_t revision;
    const simulation::FittedModel model;
    std::once_flag prospecting_learnt, effects_learnt;
    simulation::ActivityEffects prospecting, effects;
    Mutex corrections_mutex;
    std::map<simulation::Measure, std::shared_ptr<const simulation::LearntCorrections>> corrections
        ABSL_GUARDED_BY(corrections_mutex);
  };

  // `learnt` must be of `company`.
  FittedCompany(std::shared_ptr<const CompanyHistory> company, std::shared_ptr<Learnt> learnt)
      : company_(std::move(company)), learnt_(std::move(learnt)) {}

  const CompanyHistory& company() const { return *company_; }
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
};

// Thread-safe. Two who ask for the same model at the same time may both fit it.
class ModelCache {
 public:
  // The model of a history as of an instant, fitted by so many threads where it is not kept.
  // Errors: those of simulation::FitModel.
  absl::StatusOr<std::shared_ptr<const FittedCompany>> Get(
      const std::shared_ptr<const CompanyHistory>& company, int64_t as_of_us, int thread_count)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The instant of a model of the very same history that is kept and at most a minute older than
  // `now_us`; else `now_us`.
  int64_t RecentInstant(const CompanyHistory& company, int64_t now_us) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr size_t kModelsMax = 4;
  std::shared_ptr<FittedCompany::Learnt> Find(const CompanyHistory& company, int64_t as_of_us)
      ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  std::list<std::shared_ptr<FittedCompany::Learnt>> used_last_first_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_MODEL_CACHE_H_
