#ifndef QUOTACAST_SIMULATION_STATISTICS_H_
#define QUOTACAST_SIMULATION_STATISTICS_H_

// Statistics of the hazards: recency-weighted events and days of exposure, by rep, cell, age
// bucket, cause and class of day. They are whole numbers in steps of 2^-30 of a day, so they add up
// exactly, in any order: over opportunities, reps, shards; and can be taken back.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/calendar.h"
#include "simulation/cell_frames.h"
#include "simulation/history.h"
#include "simulation/large_array.h"
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
  // Adds the weights of the days [begin, end), times `sign`, to their classes of `by_class`.
  void AddDays(Day begin, Day end, int64_t sign, absl::Span<int64_t> by_class) const;
  // sum w / sum w^2 over the weights w <= 1 of the days [begin, end), at least 1: a weighted count
  // of them varies as little as a count of so many times as much would without weights (Kish,
  // Survey Sampling, 1965). 1 where there are none.
  double Information(Day begin, Day end) const;

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
  LargeArray<int64_t> exposure;  // [rep][bucket][class]; the last rep for "no rep".
  // [rep][bucket]: how many were seen to be there on the day of as-of, of which only what has gone
  // of it is exposure; it is not in `exposure`.
  std::vector<int64_t> there_today;
};

// Counts, for each cell, with nothing in it.
std::vector<CellStatistics> EmptyCells(const std::vector<CellFrame>& frames, size_t bucket_count,
                                       size_t rep_count);

// Adds visits to the statistics of their cells, or takes them back (a `sign` of -1). The day of an
// exit counts as half a day of exposure. False where an exit was to a stage that its frame does not
// have: it is not counted.
bool CountVisits(absl::Span<const Visit> visits, int64_t sign, Day as_of_day, const CellMap& cells,
                 const std::vector<CellFrame>& frames, const RecencyWeights& weights,
                 const std::vector<int>& bucket_starts, std::vector<CellStatistics>& statistics);

void AddCells(const std::vector<CellStatistics>& from, std::vector<CellStatistics>& to);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_STATISTICS_H_
