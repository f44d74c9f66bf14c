#ifndef QUOTACAST_SIMULATION_RECURSION_H_
#define QUOTACAST_SIMULATION_RECURSION_H_

// The recursion of chance.h for a block of draws, for the vector instructions that the machine has
// (see kernels.h); the same bits on all of them.

#include <vector>

#include "absl/types/span.h"
#include "simulation/lanes.h"

namespace quotacast::simulation {

// Where a cause leads that may still end in a win.
struct Move {
  int cause = 0;   // Of the cell.
  int target = 0;  // A later or earlier cell of the plan; -1: won.
  bool backward = false;
  float may_leave = 1;  // What share of that which enters the target may leave it again.
};

struct PlannedStart {
  int age_days = 0;  // On day 0.
  int output = 0;    // Index among the chances.
};

struct PlannedCell {
  int first_cause = 0;  // Of the cell, among all causes of all cells of the model.
  int cause_count = 0;
  int bucket_count = 0;  // Buckets that can be reached.
  std::vector<Move> moves;
  std::vector<PlannedStart> starts;
  int oldest_days = 0;  // The largest age of the starts.
};

// All of a recursion that does not depend on the draw (see chance.h).
struct RecursionPlan {
  int day_count = 0;
  std::vector<int> table_of_day;      // Which of the tables below holds on each day.
  std::vector<int> table_class;       // Day class of each table,
  std::vector<float> table_fraction;  // and what of a day lies ahead on it.
  std::vector<int> bucket_of_age;
  std::vector<int> bucket_starts;
  std::vector<PlannedCell> cells;
  bool has_backward_moves = false;
};

// Room for a recursion, to be used again and again by one thread.
struct RecursionScratch {
  std::vector<Lanes> tables, ages, leave, stay, factors, entered;
};

// What the draws say of each cause of each cell, and of each cause for one rep.
struct RecursionDraw {
  const Lanes* hazards = nullptr;      // [cause][bucket].
  const Lanes* day_factors = nullptr;  // [cause][day class].
  const Lanes* multipliers = nullptr;  // [cause].
  int bucket_stride = 0;               // Buckets per cause in `hazards`.
};

// Sets chances[output] of every planned start, and entered[cell * day_count + t]: the chance of
// what enters the cell on day t, if it may leave it; of the starts likewise.
void RunRecursion(const RecursionPlan& plan, const RecursionDraw& draw, RecursionScratch& scratch,
                  absl::Span<Lanes> chances, absl::Span<Lanes> entered);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_RECURSION_H_
