#ifndef QUOTACAST_SIMULATION_PARAMETER_DRAW_H_
#define QUOTACAST_SIMULATION_PARAMETER_DRAW_H_

// Draws of the model's parameters and of the period's shocks, a block of kLanes at a time.

#include <array>
#include <cstdint>
#include <vector>

#include "simulation/fitted_model.h"
#include "simulation/lanes.h"

namespace quotacast::simulation {

struct ArrivalDraw {
  std::array<Lanes, kWeekdayCount> weekday;
  Lanes shock;  // The company's.
};

// What all reps have in common. Causes are counted through all cells.
struct CompanyDraw {
  std::vector<Lanes> hazards;      // [cause][bucket]; the company's shock is in.
  std::vector<Lanes> day_factors;  // [cause][day class]: weekday times month of the quarter.
  std::vector<ArrivalDraw> pipelines;
};

struct RepDraw {
  std::vector<Lanes> multipliers;    // [cause]: effect times shock.
  std::vector<Lanes> arrival_rates;  // By pipeline, before weekday factor and shocks.
};

// With kOff every shock is 1: what varies then comes from the parameters alone.
enum class Shocks { kOwn, kOff };

CompanyDraw DrawCompany(const FittedModel& model, uint64_t seed, uint64_t block,
                        Shocks shocks = Shocks::kOwn);

// `rep`: an index into FittedModel::reps.
RepDraw DrawRep(const FittedModel& model, int32_t rep, uint64_t seed, uint64_t block,
                Shocks shocks = Shocks::kOwn);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_PARAMETER_DRAW_H_
