#ifndef QUOTACAST_SIMULATION_TALLY_H_
#define QUOTACAST_SIMULATION_TALLY_H_

// One question's trials, and what they say.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/forecast.h"
#include "simulation/rep_trials.h"

namespace quotacast::simulation {

class Tally {
 public:
  explicit Tally(int64_t target) : target_(target) {}

  // Makes room for `block_count` more blocks of trials, all 0, and returns their trials.
  absl::Span<int64_t> AddBlocks(int64_t block_count);

  // Adds a rep's part of what the draws of a block expect.
  void AddMeans(int64_t block, const DrawMeans& means);

  // To be called once the trials of the added blocks are final.
  void Count();

  // Of the attainment probability, from the spread of the blocks, which are independent; at least
  // what one trial more could change.
  double StandardError() const;

  // Fills the probability, its error and interval, mean, quantiles, samples if `keep_samples`, trial
  // count and expectations.
  void Summarize(bool keep_samples, Forecast& forecast);

 private:
  double Probability() const;
  // By how much the probability moves with a standard deviation of the estimated parameters.
  double ParameterDeviation() const;
  int64_t BlockCount() const { return static_cast<int64_t>(means_.size()); }

  int64_t target_;
  std::vector<int64_t> trials_;
  std::vector<DrawMeans> means_;    // By block.
  std::vector<Lanes> attained_;     // By block: trials of each draw that reach the target.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_TALLY_H_
