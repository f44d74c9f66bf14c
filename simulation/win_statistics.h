#ifndef QUOTACAST_SIMULATION_WIN_STATISTICS_H_
#define QUOTACAST_SIMULATION_WIN_STATISTICS_H_

// What past wins brought, to be drawn again.

#include <vector>

#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/observation.h"

namespace quotacast::simulation {

// Sizes and ratios of amounts of wins, ascending (see Arrivals and AmountRatios).
struct WinStatistics {
  WinStatistics(size_t pipeline_count, size_t rep_count)
      : company_sizes(pipeline_count),
        rep_sizes(pipeline_count, std::vector<std::vector<WonSize>>(rep_count)) {}
  // Many wins at once, into statistics that are empty.
  void CountAll(absl::Span<const WinRecord> wins);
  // Adds a win, or takes it back (a `sign` of -1).
  void Count(const WinRecord& win, int64_t sign);

  std::vector<std::vector<WonSize>> company_sizes;           // By pipeline.
  std::vector<std::vector<std::vector<WonSize>>> rep_sizes;  // By pipeline and rep.
  std::vector<double> ratios;
  std::vector<std::vector<double>> label_ratios;  // By label; short of those without any.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_WIN_STATISTICS_H_
