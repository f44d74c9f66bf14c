#ifndef QUOTACAST_SIMULATION_QUESTIONS_H_
#define QUOTACAST_SIMULATION_QUESTIONS_H_

// From the questions asked to the work they need: which reps, over which periods.

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/forecast.h"
#include "simulation/rep_trials.h"

namespace quotacast::simulation {

// A rep's bookings of a period, and the questions (by index) that need them.
struct RepTask {
  RepQuestion question;
  std::vector<int32_t> open;  // Indices into FittedModel::open.
  std::vector<int32_t> asked_by;
};

// INVALID_ARGUMENT naming the first field out of range.
absl::Status ValidateForecast(const FittedModel& model, absl::Span<const Question> questions,
                              const ForecastOptions& options);

// The reps whose bookings a question is about, ascending.
std::vector<int32_t> RepsOf(const FittedModel& model, const Question& question);

// The distinct (rep, period, measure) of all questions, in an order of their own. The paces are
// those of a rep among all reps.
std::vector<RepTask> PlanTasks(const FittedModel& model, absl::Span<const Question> questions,
                               const ForecastOptions& options);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_QUESTIONS_H_
