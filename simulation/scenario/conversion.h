#ifndef QUOTACAST_SIMULATION_SCENARIO_CONVERSION_H_
#define QUOTACAST_SIMULATION_SCENARIO_CONVERSION_H_

// Changes of a stage's conversion and speed in a fitted model.
//
// The conversion of a stage is the share of the deals leaving it that leave it forward (to a later
// open stage, or won) rather than being lost or falling back. With daily hazards F_b forward and
// O_b otherwise in age bucket b (posterior means, without calendar and rep effects) and S(a) the
// chance to be there still at age a,
//
//   conversion = sum_a S(a) (1 - exp(-(F + O))) F / (F + O).
//
// A change of it multiplies the odds F_b / O_b of all ages by one number and leaves F_b + O_b
// alone: when deals leave stays as it was, where they go changes.

#include "absl/status/status.h"
#include "simulation/fitted_model.h"

namespace quotacast::simulation {

// 0 to 1.
double ConversionOf(const FittedModel& model, int32_t cell);

// Gives the cell the conversion `target`. FAILED_PRECONDITION where that is not strictly between 0
// and 1, or where the stage is always left in one direction.
absl::Status SetConversion(int32_t cell, double target, FittedModel& model);

// Multiplies every hazard of the cell by `factor` > 0.
void ScaleSpeed(int32_t cell, double factor, FittedModel& model);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_CONVERSION_H_
