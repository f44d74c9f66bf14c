#ifndef QUOTACAST_SIMULATION_PATH_SIMULATOR_H_
#define QUOTACAST_SIMULATION_PATH_SIMULATOR_H_

// The model of fitted_model.h as its words say it: day by day, opportunity by opportunity, with
// Boost.Random. Slow and plain, it is the oracle that the forecast engine is checked against.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/forecast.h"

namespace quotacast::simulation {

struct PathOptions {
  int64_t trial_count = 1'000;  // Every trial draws parameters, shocks and paths anew.
  uint64_t seed = 1;
};

// The reps a question is about, ascending.
std::vector<int32_t> AskedReps(const FittedModel& model, const Question& question);

// Bookings of each question's period, by question and trial (not sorted), what is booked so far
// included; the run-rate share is no part of it. The periods must end after as_of. Questions share
// the trials' paths. Deterministic.
std::vector<std::vector<int64_t>> SimulatePaths(const FittedModel& model,
                                                absl::Span<const Question> questions,
                                                const PathOptions& options);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_PATH_SIMULATOR_H_
