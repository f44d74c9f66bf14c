#ifndef QUOTACAST_SIMULATION_ORDER_STATISTICS_H_
#define QUOTACAST_SIMULATION_ORDER_STATISTICS_H_

// Values of given ranks without sorting.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace quotacast::simulation {

// For each of `ranks` (ascending, from 0, each below the size of `values`): the value that many
// places from the smallest. Linear for values that are spread out.
std::vector<int64_t> ValuesAtRanks(absl::Span<const int64_t> values,
                                   absl::Span<const size_t> ranks);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ORDER_STATISTICS_H_
