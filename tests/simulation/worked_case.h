#ifndef QUOTACAST_TESTS_SIMULATION_WORKED_CASE_H_
#define QUOTACAST_TESTS_SIMULATION_WORKED_CASE_H_

// The small case of the model that implementations are checked against (docs/model.md).

#include <limits>

#include "simulation/estimators.h"
#include "simulation/fitted_model.h"

namespace quotacast::simulation {

// Stages "first" and "second" (open), won, lost; one rep without effects of their own; Monday,
// 2011-11-21; no shocks, no parameter uncertainty, no run rate, nothing open or booked.
inline FittedModel WorkedCaseModel() {
  const double infinity = std::numeric_limits<double>::infinity();
  FittedModel model;
  model.options.rep_shock_shape = model.options.company_shock_shape = infinity;
  model.options.arrival_rep_shock_shape = model.options.arrival_company_shock_shape = infinity;
  model.options.parameter_uncertainty = false;
  model.bucket_starts = {0, 7, 14};
  model.as_of_day = 15299;
  model.reps.resize(1);
  model.reps[0].key = 99;
  const std::vector<LogFactor> weekday = ClassFactors(
      {40, 46, 38, 35, 30, 4, 1}, {28, 27, 28, 27, 28, 28, 28}, std::vector<double>(7, 0));
  const auto cause = [&](int16_t next, const std::vector<double>& events,
                         const std::vector<double>& exposure) {
    Cause made;
    made.next_stage = next;
    made.hazards = BucketHazards(events, exposure, 0.5, 15);
    for (size_t w = 0; w < weekday.size(); ++w) made.weekday.mean_log[w] = weekday[w].mean;
    made.reps = {{1, 1}};
    return made;
  };
  Cell first, second;
  first.key = 11;
  second.key = 12;
  second.stage = 1;
  first.causes = {cause(1, {30, 36, 20}, {1000, 600, 800}),
                  cause(3, {5, 12, 40}, {1000, 600, 800})};
  second.causes = {cause(2, {48, 30, 5}, {400, 300, 100}), cause(3, {8, 6, 5}, {400, 300, 100})};
  model.cells = {first, second};
  model.pipelines.resize(1);
  FittedPipeline& pipeline = model.pipelines[0];
  pipeline.key = 10;
  pipeline.cell_of_stage = {0, 1, kNone, kNone};
  pipeline.stage_kinds = {StageKind::kOpen, StageKind::kOpen, StageKind::kWon, StageKind::kLost};
  pipeline.arrivals.reps = {{0, 0}};
  pipeline.arrivals.entry_share = {1, 0, 0, 0};
  pipeline.arrivals.rep_sizes.resize(1);
  History nothing;
  for (const Measure measure : {Measure::kAmount, Measure::kUnits}) {
    model.bookings.emplace_back(nothing, 0, measure);
  }
  return model;
}

}  // namespace quotacast::simulation

#endif  // QUOTACAST_TESTS_SIMULATION_WORKED_CASE_H_
