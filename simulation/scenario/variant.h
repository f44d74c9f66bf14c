#ifndef QUOTACAST_SIMULATION_SCENARIO_VARIANT_H_
#define QUOTACAST_SIMULATION_SCENARIO_VARIANT_H_

// A company as it would be: a fitted model with changes made to it, and what a model has no place
// for. Random numbers are named after what they are for, so a variant run with the seed of its
// baseline meets the same chances (common random numbers): what a change does not touch comes out
// the same, trial by trial.

#include <cstdint>
#include <vector>

#include "simulation/fitted_model.h"

namespace quotacast::simulation {

// A deal taken for won as of the instant of the model, by its owner. Its amount is drawn as that of
// any deal that is won (AmountRatios), unless it is exact.
struct SureWin {
  OpenOpportunity deal;
  bool exact_amount = false;
};

// A deal to which nothing happens before `day`; from then on it goes on from where it stands today.
struct SlippedDeal {
  OpenOpportunity deal;
  Day day = 0;
};

// From `day` on the rep creates nothing and wins nothing.
struct Departure {
  int32_t rep = 0;
  Day day = 0;
};

// A rep does not work on some days, the end exclusive: they count as Sundays.
struct Absence {
  int32_t rep = 0;
  Day begin = 0, end = 0;
};

// A rep who is not in the baseline, the last ones of model.reps. The bookings count in the totals
// of the team and of those above it; see CountsJoiner.
struct Joiner {
  int32_t rep = 0;
  int32_t team = kNone;
};

struct Variant {
  FittedModel model;
  // Whether what all reps have in common (model.cells, or the weekdays of creation) is not that of
  // the baseline.
  bool company_changed = false;
  std::vector<SureWin> wins;         // None of these
  std::vector<SlippedDeal> slipped;  // is in model.open.
  std::vector<Departure> departures;
  std::vector<Absence> absences;
  std::vector<Joiner> joiners;
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_VARIANT_H_
