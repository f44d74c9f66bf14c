#ifndef QUOTACAST_SIMULATION_SCENARIO_TEAM_OUTLOOK_H_
#define QUOTACAST_SIMULATION_SCENARIO_TEAM_OUTLOOK_H_

// How many of several reps hit quota, from trials in which they share the company's shocks.

#include <vector>

#include "simulation/scenario/paired_run.h"

namespace quotacast::simulation {

struct TeamOutlook {
  double expected = 0;           // Number of reps who hit quota.
  double standard_error = 0;     // Of that.
  std::vector<double> at_least;  // [k]: chance that k or more do, k from 0 to the number of reps.
};

// Of the outcomes, each of one rep, by index; they must come from one run.
TeamOutlook CountAttained(const std::vector<Outcome>& outcomes, const std::vector<size_t>& reps);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_TEAM_OUTLOOK_H_
