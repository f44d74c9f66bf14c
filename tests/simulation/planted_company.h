#ifndef QUOTACAST_TESTS_SIMULATION_PLANTED_COMPANY_H_
#define QUOTACAST_TESTS_SIMULATION_PLANTED_COMPANY_H_

// Companies whose history comes from known parameters of the model itself.

#include <cstdint>

#include "simulation/fitted_model.h"
#include "simulation/history.h"

namespace quotacast::simulation {

struct PlantedOptions {
  int reps = 10;
  int stages = 4;                 // Open ones.
  int days = 270;                 // Of history; periods are of 30 days.
  double arrivals_per_day = 0.4;  // Of a rep, on average.
  bool shocks = true;             // Of each period: as the model has them, of reps and company.
};

struct PlantedCompany {
  History history;  // Of `days` days, in UTC.
  // The true parameters, each as a posterior of which only the mean is meant, and the true state at
  // the end of the history; what SimulatePaths makes of it are true chances.
  FittedModel truth;
};

// One pipeline, stages passed in order, opportunities lost from each; hazards by age, weekdays,
// month of the quarter and rep; the parameters themselves are drawn from `seed`.
PlantedCompany PlantCompany(const PlantedOptions& options, uint64_t seed);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_TESTS_SIMULATION_PLANTED_COMPANY_H_
