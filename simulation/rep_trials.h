#ifndef QUOTACAST_SIMULATION_REP_TRIALS_H_
#define QUOTACAST_SIMULATION_REP_TRIALS_H_

// One rep's bookings of one period, trial by trial.
//
// Trials come in blocks of kLanes parameter draws with kTrialsPerDraw trials each: trial
// draw * kTrialsPerDraw + i of a block. What a trial holds depends on the seed, the rep's own data and the trial's
// number alone, so the trials of several reps can be added up.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/chance.h"
#include "simulation/fitted_model.h"
#include "simulation/parameter_draw.h"
#include "simulation/run_rate.h"

namespace quotacast::simulation {

inline constexpr int kTrialsPerDraw = 32;
inline constexpr int kTrialsPerBlock = kTrialsPerDraw * kLanes;

struct RepQuestion {
  int32_t rep = 0;
  Measure measure = Measure::kAmount;
  Day period_start = 0;
  Day period_end = 0;
  int64_t booked = 0;  // So far, in the period.
  Pace pace;           // Of the rest of the period; read where run_rate_share > 0.
};

// What a draw's parameters alone make of the rest of the period: expected bookings.
struct DrawMeans {
  Lanes from_open;
  Lanes from_new;
};

class RepTrials {
 public:
  // `model` must outlive it. `open` are the indices of the rep's open opportunities in model.open.
  RepTrials(const FittedModel& model, const RepQuestion& question, std::vector<int32_t> open,
            uint64_t seed, double run_rate_share);

  // Sets trials[0, kTrialsPerBlock) to the period's bookings in the trials of a block.
  DrawMeans Run(uint64_t block, const CompanyDraw& company, absl::Span<int64_t> trials) const;

 private:
  struct PipelineChances {
    std::vector<Lanes> open;  // By start.
    Lanes new_wins;           // Expected wins of opportunities not yet created, before the rep's shock.
  };
  PipelineChances Compile(int32_t pipeline, const CompanyDraw& company, const RepDraw& rep) const;
  PipelineChances CompileUntil(int32_t pipeline, Day end, const CompanyDraw& company,
                               const RepDraw& rep) const;
  void AddOpen(int32_t index, const Lanes& chance, uint64_t block, DrawMeans& means,
               absl::Span<int64_t> trials) const;
  void AddNew(int32_t pipeline, const Lanes& mean_wins, uint64_t block, DrawMeans& means,
              absl::Span<int64_t> trials) const;
  void ApplyRunRate(uint64_t block, absl::Span<int64_t> trials) const;

  const FittedModel& model_;
  RepQuestion question_;
  std::vector<std::vector<int32_t>> open_;         // By pipeline: indices into model.open.
  std::vector<std::vector<Start>> starts_;         // By pipeline, distinct.
  std::vector<std::vector<int32_t>> start_of_open_;  // By pipeline and position: index into starts_.
  uint64_t seed_;
  double run_rate_share_;
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_REP_TRIALS_H_
