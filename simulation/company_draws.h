#ifndef QUOTACAST_SIMULATION_COMPANY_DRAWS_H_
#define QUOTACAST_SIMULATION_COMPANY_DRAWS_H_

#include <cstdint>
#include <deque>
#include <mutex>

#include "simulation/fitted_model.h"
#include "simulation/parameter_draw.h"

namespace quotacast::simulation {

// Draws of what all reps have in common, made when first asked for. Thread-safe; `model` must
// outlive it.
class CompanyDraws {
 public:
  CompanyDraws(const FittedModel& model, uint64_t seed, Shocks shocks)
      : model_(model), seed_(seed), shocks_(shocks) {}

  const CompanyDraw& At(int64_t block) {
    const std::lock_guard<std::mutex> lock(mutex_);
    while (static_cast<int64_t>(draws_.size()) <= block) {
      draws_.push_back(DrawCompany(model_, seed_, draws_.size(), shocks_));
    }
    return draws_[static_cast<size_t>(block)];
  }

 private:
  const FittedModel& model_;
  const uint64_t seed_;
  const Shocks shocks_;
  std::mutex mutex_;
  std::deque<CompanyDraw> draws_;  // References to its elements stay valid.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_COMPANY_DRAWS_H_
