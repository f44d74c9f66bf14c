#ifndef QUOTACAST_SIMULATION_POINT_PARAMETERS_H_
#define QUOTACAST_SIMULATION_POINT_PARAMETERS_H_

// One set of parameters and shocks of a fitted model, as the path simulator and the exact
// convolution take them. The forecast engine has its own way to the same distributions, and no code
// in common with this one.

#include <array>
#include <boost/random/mersenne_twister.hpp>
#include <vector>

#include "simulation/calendar.h"
#include "simulation/fitted_model.h"

namespace quotacast::simulation {

struct PointCause {
  std::vector<double> hazards;  // By age bucket, per day, company shock included.
  std::array<double, kWeekdayCount> weekday{};
  std::array<double, kMonthOfQuarterCount> month_of_quarter{};
  std::vector<double> reps;  // theta times the rep's shock, by rep.
};

struct PointArrivals {
  std::array<double, kWeekdayCount> weekday{};
  std::vector<double> reps;  // Per day, both shocks included, by rep.
};

struct PointParameters {
  std::vector<std::vector<PointCause>> cells;  // [cell][cause].
  std::vector<PointArrivals> pipelines;
};

// Posterior means of everything (of a logarithm: its exponential), every shock 1.
PointParameters MeanParameters(const FittedModel& model);

// A draw of everything from its posterior (its mean, where model.options.parameter_uncertainty is
// off) and of the shocks. An infinite shape of a shock makes it 1.
PointParameters DrawParameters(const FittedModel& model, boost::random::mt19937_64& random);

// Hazard per day of each cause of a cell for a rep (kNone: nobody, factor 1) at an age on a day;
// replaces `hazards`. Returns their sum.
double HazardsOf(const FittedModel& model, const PointParameters& point, int32_t cell, int32_t rep,
                 int age_days, Day day, std::vector<double>& hazards);

// Opportunities a rep creates on a day in a pipeline, on average, of a whole day. 0 outside their
// time at work.
double ArrivalsOn(const FittedModel& model, const PointParameters& point, int32_t pipeline,
                  int32_t rep, Day day);

// What of the day lies ahead: less than 1 only on the as-of day.
double FractionAhead(const FittedModel& model, Day day);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_POINT_PARAMETERS_H_
