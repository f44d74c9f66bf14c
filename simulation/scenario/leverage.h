#ifndef QUOTACAST_SIMULATION_SCENARIO_LEVERAGE_H_
#define QUOTACAST_SIMULATION_SCENARIO_LEVERAGE_H_

// What each open deal is worth to a quota.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "simulation/scenario/paired_run.h"

namespace quotacast::simulation {

struct DealLeverage {
  int32_t open = 0;          // Index into FittedModel::open.
  double win_chance = 0;     // To be won within the period, as the model has it.
  double chance_if_won = 0;  // Of the quota.
  double chance_if_lost = 0;
  ChanceDifference difference;  // The first less the second.
};

// Of each open deal of the rep that the question (an index into run.questions(), of one rep) is
// about, in the order of the model. From the trials of the run: which deals are won in each is read
// off, and each trial is counted again with the deal won and with it lost. The same as running a
// variant with the deal won, and one with it lost. CANCELLED.
absl::StatusOr<std::vector<DealLeverage>> Leverage(const PairedRun& run, size_t question);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_LEVERAGE_H_
