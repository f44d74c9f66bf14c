#ifndef QUOTACAST_SIMULATION_OWN_ANSWERS_H_
#define QUOTACAST_SIMULATION_OWN_ANSWERS_H_

// Questions about one rep alone, answered from the trials of one task, each with as many as it
// wants for itself.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/rep_trials.h"
#include "simulation/tally.h"

namespace quotacast::simulation {

// The fewest and the most blocks of trials any question has.
inline constexpr int64_t kFewestBlocks = 5;
inline constexpr int64_t kMostBlocks = 10'000'000 / kTrialsPerBlock;

// Blocks that are compiled a second time, without shocks, for the interval of the parameters: 32
// draws give its width within about 15 %.
inline constexpr int64_t kParameterBlocks = 2;

// How many blocks a question that has `done` is expected to need in all, so that its standard error
// is at most `precision_pp` percentage points: `done` where it is, or where precision_pp is 0; else
// at most half as many again, since the error is an estimate too.
int64_t WantedBlocks(int64_t done, const Tally& tally, double precision_pp);

// To be used again and again by one thread.
class OwnAnswers {
 public:
  // Begins anew with no question.
  void Clear() { wanted_.clear(); }

  // Adds a question that wants `blocks` to begin with, and with `until_precise` may want more.
  void Add(int64_t target, int64_t blocks, bool until_precise,
           absl::Span<const DrawMeans> parameter_means);

  // Looks at those that have the blocks they wanted; whether any wants more than `done`.
  bool Review(int64_t done, double precision_pp);

  // Gives the next block to those that want it.
  void Take(int64_t block, const DrawMeans& means, absl::Span<const int64_t> trials);

  // Of the i-th question added.
  bool WantsMore(size_t i) const { return wanted_[i] > 0; }
  Tally& tally(size_t i) { return tallies_[i]; }

 private:
  std::vector<Tally> tallies_;
  std::vector<int64_t> wanted_;  // 0 once it has enough.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_OWN_ANSWERS_H_
