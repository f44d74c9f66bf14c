#ifndef QUOTACAST_SIMULATION_SCENARIO_TASK_TRIALS_H_
#define QUOTACAST_SIMULATION_SCENARIO_TASK_TRIALS_H_

// All trials of one rep's bookings of one period, in a variant.

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/types/span.h"
#include "simulation/parameter_draw.h"
#include "simulation/questions.h"
#include "simulation/rep_trials.h"
#include "simulation/scenario/variant.h"

namespace quotacast::simulation {

struct TaskTrials {
  std::vector<int64_t> bookings;           // Of each trial, in the order of the draws.
  std::vector<DrawMeans> means;            // Of each block.
  std::vector<DrawMeans> parameter_means;  // Of the first blocks, without shocks.
  int64_t booked = 0;                      // With the deals taken for won.
  int32_t open_count = 0;
  double mean_rest = 0;  // Mean over the trials of what the rest of the period brings, without
                         // the deals taken for won and before ApplyPace.
};

// The mean over the trials of what is above `booked`.
double MeanRest(absl::Span<const int64_t> bookings, int64_t booked);

// Open deals by rep, of those that the tasks are about: indices into model.open.
using DealsByRep = std::vector<std::vector<int32_t>>;
DealsByRep OpenDeals(const FittedModel& model, absl::Span<const RepTask> tasks);

struct TaskContext {
  const FittedModel* model = nullptr;
  const DealsByRep* open = nullptr;                   // Of the model.
  const Variant* variant = nullptr;                   // Its model is not read.
  const std::vector<CompanyDraw>* company = nullptr;  // Of the model, by block.
  const std::vector<CompanyDraw>* other = nullptr;    // The first of them without shocks; null:
                                                      // parameter_means are not wanted.
  uint64_t seed = 1;
  double run_rate_share = 0;
  const std::function<bool()>* cancelled = nullptr;
};

// The trials of the model alone, without those that follow the rep's own pace. Of `task` the
// question is read, not the open deals. Incomplete when cancelled.
TaskTrials RunModelTrials(const TaskContext& context, const RepTask& task);

// The trials of the model alone at other rates of creation: what open deals bring is simulated
// once. Takes 90 KB. Of the context what the variant changes beside its model is not read.
class CreationTrials {
 public:
  // Of `task` the question is read, not the open deals. Both must outlive it.
  // Incomplete when cancelled.
  CreationTrials(const TaskContext& context, const RepTask& task);

  // What RunModelTrials gives where the rep creates `factor` (>= 0) times as much. Thread-safe.
  TaskTrials Run(double factor) const;

 private:
  const RepTask& task_;
  int32_t open_count_;
  RepTrials trials_;
  std::vector<OpenBlock> blocks_;
  std::vector<int64_t> open_;  // Of each trial, what open deals bring.
};

// Puts the trials in that follow the rep's pace, times `pace_factor` >= 0.
void ApplyPace(const TaskContext& context, const RepTask& task, double pace_factor,
               TaskTrials& trials);

// By which a rep's pace is multiplied where the model's mean rest is `after` instead of `before`.
double PaceFactor(double before, double after);

// Amounts of a deal taken for won in the trials of a block (micro units, or pieces).
void AddSureWin(const FittedModel& model, const SureWin& win, Measure measure, uint64_t seed,
                uint64_t block, absl::Span<int64_t> trials);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_TASK_TRIALS_H_
