#ifndef QUOTACAST_TESTS_SIMULATION_RANDOM_MODEL_H_
#define QUOTACAST_TESTS_SIMULATION_RANDOM_MODEL_H_

// Fitted models of made-up companies of many shapes, for engines to agree on.

#include <cstdint>

#include "simulation/fitted_model.h"

namespace quotacast::simulation {

struct CompanyShape {
  int reps = 3;
  int pipelines = 1;
  int stages = 4;               // Open ones, of each pipeline.
  int open_opportunities = 12;  // Of each rep.
  int oldest_age_days = 60;
  double arrivals_per_day = 0.3;  // Of each rep and pipeline; 0: none.
  bool skips = false;             // Stages may be skipped,
  bool backward = false;          // or left backward.
  bool cured = false;             // A share never leaves its stage.
  bool uncertain = true;          // Parameters have posteriors with a spread, and shocks are on.
  double first_day_fraction = 1;
  bool ratios = false;  // Amounts change at the win.
  double events = 20;   // The posteriors are those of about so many events; small is wide.
};

// Day 0 of the period ahead is a Wednesday. Reps are in one team, index 0. The same shape and seed
// give the same model.
FittedModel RandomModel(const CompanyShape& shape, uint64_t seed);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_TESTS_SIMULATION_RANDOM_MODEL_H_
