#ifndef QUOTACAST_SIMULATION_FIT_H_
#define QUOTACAST_SIMULATION_FIT_H_

// From a history to a fitted model.

#include <cstdint>

#include "absl/status/statusor.h"
#include "simulation/fitted_model.h"
#include "simulation/history.h"
#include "simulation/model_options.h"
#include "simulation/sufficient_statistics.h"

namespace quotacast::simulation {

// Fits the model to what happened strictly before `as_of_us`. Deterministic; neither the order of
// opportunities in the history nor the number of threads changes a bit of it. Linear in the
// history; safe to call from several threads. Errors: INVALID_ARGUMENT for an option out of range;
// FAILED_PRECONDITION where nothing happened before as_of.
absl::StatusOr<FittedModel> FitModel(const History& history, int64_t as_of_us,
                                     const ModelOptions& options = {}, int thread_count = 1);

// The same from statistics of a history, which must be whole and know what the history shows as of
// `as_of_us`, an instant of their day.
absl::StatusOr<FittedModel> FitModel(const History& history, const SufficientStatistics& statistics,
                                     int64_t as_of_us, int thread_count);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_FIT_H_
