#ifndef QUOTACAST_SIMULATION_RUN_RATE_H_
#define QUOTACAST_SIMULATION_RUN_RATE_H_

// What the rest of a period brings if it goes on like the periods before it, whatever is in the
// pipeline.

#include <vector>

#include "absl/types/span.h"
#include "simulation/daily_bookings.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::simulation {

// Who books together: one rep, or several of whom only the sum is asked.
struct PaceUnit {
  std::vector<int32_t> reps;
  Day first_day = INT32_MIN;  // Periods that start before it are not held against the unit.
};

struct Pace {
  double mean = 0;      // Of the bookings from the elapsed day to the period's end; micro units or
  double variance = 0;  // units, and their square.
};

// For each unit, with `elapsed_days` of the period gone (0 to its length):
//
//   mean = rho mu,  variance = rho s^2 + rho^2 (mean squared error of mu)
//
// rho: the share of a past period's bookings that all units still had ahead at the same elapsed
// day; mu: the unit's mean over past periods, weights 0.5^(periods back / 6), shrunk to the mean of
// all units by its reliability r = tau2/(tau2 + s^2/n_eff), tau2 by moments, which leaves the mean
// squared error r s^2/n_eff; s^2: the unit's variance over past periods, pooled with the variance
// that the units' common coefficient of variation gives at its mean (which weighs as much as 4
// periods). Only periods since the first recorded close that were over as of the bookings' instant
// are used, at most 26. Without any, the bookings so far, per day, are carried on with s = mu; a
// unit without a past period of its own has the mean of all.
//
// A period of several calendar months is the sum of its months: of those there have been more.
// Their deviations are independent, the errors of mu are common to them. With `seasonal`, a month
// is scaled by what its month of the quarter brought on average against all months, where that
// month of a quarter has been seen before.
std::vector<Pace> RestOfPeriodPace(const DailyBookings& bookings, absl::Span<const PaceUnit> units,
                                   Period period, int elapsed_days, bool seasonal,
                                   int fiscal_year_start_month);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_RUN_RATE_H_
