#ifndef QUOTACAST_SIMULATION_SCENARIO_LEAST_LEVEL_H_
#define QUOTACAST_SIMULATION_SCENARIO_LEAST_LEVEL_H_

// The search for the least level at which a chance reaches a target, where each look at the chance
// costs a simulation.

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"

namespace quotacast::simulation {

// Where the search begins: about what the chance is at a level. It saves looks and never changes
// the result.
struct LevelGuess {
  double level = 0;
  double chance = 0;
};

// The least level of 0 to `most` at which chance(level) >= target, `most` + 1 where there is none;
// `chance` must not fall as the level rises, `target` must lie between 0 and 1. Has looked at the
// level and the one before it, or at `most`. Looks where the normal quantile of the chance, which
// goes almost in a line with the level, is to be that of the target (false position, Illinois:
// Dowell and Jarratt, 1971), and halfway where two looks in a row left more than half to search.
// Errors: those of `chance`.
absl::StatusOr<int64_t> FindLeastLevel(
    int64_t most, double target, LevelGuess guess,
    const std::function<absl::StatusOr<double>(int64_t)>& chance);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_LEAST_LEVEL_H_
