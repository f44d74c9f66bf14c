#ifndef QUOTACAST_SIMULATION_HAZARD_FIT_H_
#define QUOTACAST_SIMULATION_HAZARD_FIT_H_

// The hazards of the causes of one cell from their sufficient statistics.

#include <vector>

#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/model_options.h"
#include "simulation/statistics.h"

namespace quotacast::simulation {

// Days of exposure of a cell, of which `gone` of the day of as-of, whose class is `today`, is some.
// What is counted in it is worth `information` times as many events (RecencyWeights::Information).
struct CellExposure {
  CellExposure(const CellStatistics& cell, size_t bucket_count, double gone, int today,
               double information);

  // Of all reps, by bucket.
  std::vector<double> ByBucket() const;
  // Leaves of the days of each bucket those of opportunities that may leave; `cure_fractions` by
  // bucket.
  void LeaveOut(absl::Span<const double> cure_fractions);

  double information;
  size_t row;                // How many values a rep has,
  size_t width;              // and how many with padding (row_kernels.h).
  LargeArray<double> days;   // [rep][bucket][class], padded; the last rep for "no rep".
  std::vector<size_t> seen;  // The reps with any.
};

// Estimates base hazards, weekday and month-of-quarter factors and rep effects of each cause in
// turn, each given the others, ModelOptions::sweep_count times. `months_seen` counts the calendar
// months of each month of the quarter in which the cell was observed. A cause has a rep effect for
// each rep of the statistics but the last ("no rep").
std::vector<Cause> FitCauses(const CellExposure& cell, absl::Span<const CauseStatistics> causes,
                             const std::vector<int>& months_seen, const ModelOptions& options);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_HAZARD_FIT_H_
