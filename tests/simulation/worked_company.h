#ifndef QUOTACAST_TESTS_SIMULATION_WORKED_COMPANY_H_
#define QUOTACAST_TESTS_SIMULATION_WORKED_COMPANY_H_

// The small worked case of the model: two stages, three age buckets, one rep with six open
// opportunities, ten days from a Monday. Its figures are known to six digits.

#include <vector>

#include "simulation/fitted_model.h"
#include "simulation/forecast.h"

namespace quotacast::simulation {

struct WorkedCaseOptions {
  bool arrivals = true;  // 0.3 new a day.
  std::vector<int64_t> amounts = {1, 1, 1, 1, 1, 1};
  int64_t booked = 1;
  int64_t target = 4;
  int copies = 1;  // As many reps like the first, each with their own opportunities.
};

// Its parameters are fixed (parameter_uncertainty off) and its shocks are off.
FittedModel WorkedCase(const WorkedCaseOptions& options = {});

// Of a rep of the worked case, in amounts.
Question WorkedQuestion(const WorkedCaseOptions& options = {}, int32_t rep = 0);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_TESTS_SIMULATION_WORKED_COMPANY_H_
