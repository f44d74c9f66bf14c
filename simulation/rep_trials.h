#ifndef QUOTACAST_SIMULATION_REP_TRIALS_H_
#define QUOTACAST_SIMULATION_REP_TRIALS_H_

// One rep's bookings of one period, trial by trial.
//
// Trials come in blocks of kLanes parameter draws with kTrialsPerDraw trials each: trial
// draw * kTrialsPerDraw + i of a block. What a trial holds depends on the seed, the rep's own data
// and the trial's number alone, so the trials of several reps can be added up.

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/chance.h"
#include "simulation/fitted_model.h"
#include "simulation/kernels.h"
#include "simulation/parameter_draw.h"
#include "simulation/resampling.h"
#include "simulation/run_rate.h"

namespace quotacast::simulation {

struct RepQuestion {
  int32_t rep = 0;
  Measure measure = Measure::kAmount;
  Day period_start = 0;
  Day period_end = 0;
  int64_t booked = 0;  // So far, in the period.
  Pace pace;           // Of the rest of the period; read where run_rate_share > 0.
};

// What a block's draws make of the rest of the period, before any trial.
struct DrawMeans {
  std::array<double, kLanes> from_open{};  // Expected bookings.
  std::array<double, kLanes> from_new{};
};

// What the draws of a block make of it beside the trials of its open deals.
struct OpenBlock {
  DrawMeans means;              // Of open deals alone.
  std::vector<Lanes> new_wins;  // Expected of deals not yet created, by pipeline with any.
};

// Room for one thread's work, to be used again and again.
struct TrialScratch {
  OpenBlock open;
  RecursionScratch recursion;
  WinChances chances, before;
  std::vector<Thresholds> thresholds;
};

class RepTrials {
 public:
  // `model` must outlive it. `open` are the indices of the rep's open opportunities in model.open.
  RepTrials(const FittedModel& model, const RepQuestion& question, const std::vector<int32_t>& open,
            uint64_t seed, double run_rate_share);

  // Sets trials[0, kTrialsPerBlock) to the period's bookings in the trials of a block.
  DrawMeans Run(uint64_t block, const CompanyDraw& company, TrialScratch& scratch,
                absl::Span<int64_t> trials) const;

  // The two halves of Run where run_rate_share is 0: sets the trials to what is booked and open
  // deals bring; then adds deals not yet created, of which there are `creation_factor` (>= 0) times
  // as many as in the model. The first is by far the larger part of the work.
  void RunOpen(uint64_t block, const CompanyDraw& company, TrialScratch& scratch, OpenBlock& open,
               absl::Span<int64_t> trials) const;
  DrawMeans AddNew(uint64_t block, const OpenBlock& open, double creation_factor,
                   absl::Span<int64_t> trials) const;

  // The expectations of a block's parameters where no shock falls; `company` likewise.
  DrawMeans MeansWithoutShocks(uint64_t block, const CompanyDraw& company,
                               TrialScratch& scratch) const;

 private:
  struct PipelinePart {
    int32_t pipeline = 0;
    std::vector<int32_t> open;  // Indices into model.open: those of a known value first,
    std::vector<uint64_t> win_keys;
    std::vector<int64_t> values;         // of which these are the values;
    std::vector<int32_t> start_of_open;  // of their starts,
    std::vector<double> mean_values;     // and what each would bring.
    ChanceCompiler until_end;
    std::vector<ChanceCompiler> until_start;  // One, where the period has not begun.
    SizeSampler sizes;
  };
  // Compiles the part into `scratch.chances` and returns the expected wins of opportunities not yet
  // created, before the rep's shock.
  Lanes Compile(const PipelinePart& part, const CompanyDraw& company, const RepDraw& rep,
                TrialScratch& scratch) const;
  Lanes NewWins(const PipelinePart& part, const CompanyDraw& company, const RepDraw& rep,
                const WinChances& chances) const;
  void AddOpenMeans(const PipelinePart& part, const WinChances& chances, DrawMeans& means) const;
  void AddNewMeans(const PipelinePart& part, const Lanes& new_wins, DrawMeans& means) const;
  void AddOpen(const PipelinePart& part, const WinChances& chances, uint64_t block,
               TrialScratch& scratch, absl::Span<int64_t> trials) const;
  void AddNewWins(const PipelinePart& part, const Lanes& mean_wins, uint64_t block,
                  absl::Span<int64_t> trials) const;
  void ApplyRunRate(uint64_t block, absl::Span<int64_t> trials) const;

  const FittedModel& model_;
  RepQuestion question_;
  float creation_factor_ = 1;  // Of the changes that hold on all days.
  std::vector<PipelinePart> parts_;
  uint64_t seed_;
  double run_rate_share_;
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_REP_TRIALS_H_
