#ifndef QUOTACAST_SIMULATION_CHANCE_H_
#define QUOTACAST_SIMULATION_CHANCE_H_

// The chance to be won before the end of a period, exactly, for a block of parameter draws.
//
// With P_k(s, a, t) the chance to leave cell s by cause k on day t at age a, and T the first day
// after the horizon,
//
//   V[s](a, T) = 0,   V[won] = 1,   V[lost] = 0
//   V[s](a, t) = sum_k P_k V[next(k)](0, t) + P_stay V[s](a + 1, t + 1)
//
// (V[s](0, t) times the share of what enters s that may leave it again, see Cell::cure_fractions),
// where a cause that leads backward contributes V[next(k)](1, t + 1) instead: it goes on the next
// day.

#include <vector>

#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/lanes.h"
#include "simulation/parameter_draw.h"
#include "simulation/recursion.h"

namespace quotacast::simulation {

struct Start {
  int32_t cell = 0;
  int age_days = 0;  // On the first day of the horizon.
  friend bool operator<(const Start& a, const Start& b) {
    return a.cell != b.cell ? a.cell < b.cell : a.age_days < b.age_days;
  }
};

struct WinChances {
  std::vector<Lanes> starts;      // Chance of each start to be won within the horizon.
  std::vector<Lanes> new_by_day;  // Chance of one created on each day of the horizon, over the
                                  // stages it may start in.
};

// All of the work that does not depend on the draw.
class ChanceCompiler {
 public:
  // The horizon is the days from model.as_of_day (its first_day_fraction of it) to `end`,
  // exclusive; not empty. All starts are cells of `pipeline`.
  ChanceCompiler(const FittedModel& model, int32_t pipeline, Day end,
                 absl::Span<const Start> starts);

  // Safe to call from several threads, each with a scratch of its own.
  void Compile(const CompanyDraw& company, const RepDraw& rep, RecursionScratch& scratch,
               WinChances& chances) const;

 private:
  struct Entry {
    int cell = 0;  // Of the plan; -1: won as it is created.
    float share = 0;
  };
  RecursionPlan plan_;
  std::vector<Entry> entries_;
  std::vector<float> starts_may_leave_;  // By start.
  int bucket_stride_ = 0;
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_CHANCE_H_
