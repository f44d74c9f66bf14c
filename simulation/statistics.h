#ifndef QUOTACAST_SIMULATION_STATISTICS_H_
#define QUOTACAST_SIMULATION_STATISTICS_H_

// Sufficient statistics of the hazards: recency-weighted events and days of exposure, by rep, cell,
// age bucket, cause and class of day. They are whole numbers in steps of 2^-30 of a day, so they
// add up exactly, in any order: over opportunities, reps, shards.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/calendar.h"
#include "simulation/history.h"
#include "simulation/model_options.h"
#include "simulation/observation.h"

namespace quotacast::simulation {

inline constexpr int64_t kWeightOne = int64_t{1} << 30;

// 0.5^((as_of_day - day) / half_life) in steps of 1 / kWeightOne, for days of [first, as_of_day],
// and its sums by class of day. What is more than a century old counts as a century old.
class RecencyWeights {
 public:
  RecencyWeights(Day first, Day as_of_day, double half_life_days, const FiscalCalendar& calendar);
  int64_t Of(Day day) const { return weights_[std::max(day, first_) - first_]; }
  int ClassOf(Day day) const { return classes_[std::max(day, first_) - first_]; }
  // Adds the weights of the days [begin, end) to their classes of `by_class`.
  void AddDays(Day begin, Day end, absl::Span<int64_t> by_class) const;

 private:
  Day first_;
  std::vector<int64_t> weights_;
  std::vector<int> classes_;
  std::vector<int64_t> sums_;  // [day][class]: of the days before.
};

struct CauseStatistics {
  int16_t next_stage = 0;
  std::vector<int64_t> events;      // [bucket][class].
  std::vector<int64_t> rep_events;  // [rep]; the last for "no rep".
};

struct CellStatistics {
  std::vector<CauseStatistics> causes;
  std::vector<int64_t> exposure;  // [rep][bucket][class]; the last rep for "no rep".
};

// Where a visit's exits could be observed, and the causes to be counted of each cell.
struct CellFrame {
  Day observed_from = INT32_MIN;
  std::vector<int16_t> next_stages;  // Ascending.
};

// The statistics of each cell. `cell_of[pipeline][stage]` is the cell of a visit; `frames` has one
// for each cell. The day of an exit counts as half a day of exposure, the day of as-of as what of
// it has gone.
std::vector<CellStatistics> CountCells(const Observation& observation,
                                       const std::vector<std::vector<int32_t>>& cell_of,
                                       const std::vector<CellFrame>& frames,
                                       const RecencyWeights& weights,
                                       const std::vector<int>& bucket_starts, size_t rep_count,
                                       int thread_count = 1);

// The first day from which each cell's exits were recorded: that of the first exit seen, where the
// crude hazards after it (events over exposure, by bucket) would have expected more than
// `unseen_exits_limit` exits before it; INT32_MIN, everything, elsewhere.
std::vector<Day> ObservedFrom(const Observation& observation,
                              const std::vector<std::vector<int32_t>>& cell_of, size_t cell_count,
                              const std::vector<int>& bucket_starts, double unseen_exits_limit);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_STATISTICS_H_
