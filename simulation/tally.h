#ifndef QUOTACAST_SIMULATION_TALLY_H_
#define QUOTACAST_SIMULATION_TALLY_H_

// One question's trials, and what they say.

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/forecast.h"
#include "simulation/rep_trials.h"

namespace quotacast::simulation {

class Tally {
 public:
  // `until_precise`: blocks are added until the standard error is small enough.
  Tally(int64_t target, bool until_precise) : target_(target), until_precise_(until_precise) {}

  // Begins anew for another question, in the room of the last.
  void Reset(int64_t target, bool until_precise);

  // Makes room for `block_count` more blocks of trials, all 0, and returns their trials.
  absl::Span<int64_t> AddBlocks(int64_t block_count);

  // Adds a rep's part of what the draws of a block expect.
  void AddMeans(int64_t block, const DrawMeans& means);

  // Adds a rep's part of what the parameters of a block expect without shocks: of the first blocks,
  // in order.
  void AddParameterMeans(size_t block, const DrawMeans& means);

  // To be called once the trials of the added blocks are final.
  void Count();

  // Of the attainment probability. Draws are stratified over each parameter, so what varies from
  // draw to draw as a sum over the parameters does not add to the error. What does is estimated
  // twice. From what is left of each draw's share of successes after a regression on the logarithm
  // of what the draw expects, which is nearly such a sum: precise; over models of many shapes the
  // true variance was 1.22 times it, give or take a fifth, and it is scaled by that. And from the
  // spread of the blocks, which are independent: true, but rough where they are few. The two are
  // averaged, the first weighing as much as ten blocks; where they contradict each other the second
  // counts. At least what one trial more could change. A run that ends where the error seems small
  // enough ends early where it seems smaller than it is: until_precise adds 0.4 parts in as many as
  // there are blocks, what the spread of answers over 1,000 seeds was beyond it
  // (tests/simulation/standard_errors).
  double StandardError() const { return standard_error_; }

  // Fills the probability, its error and interval, mean, quantiles, samples if `keep_samples`,
  // trial count and expectations.
  void Summarize(bool keep_samples, Forecast& forecast);

 private:
  void EstimateError();
  // By how much the probability moves with a standard deviation of the estimated parameters.
  double ParameterDeviation() const;

  int64_t target_;
  bool until_precise_;
  std::vector<int64_t> trials_;
  std::vector<DrawMeans> means_;                      // By block.
  std::vector<DrawMeans> parameter_means_;            // By block, of the first.
  std::vector<std::array<double, kLanes>> attained_;  // By block: share of each draw's trials that
                                                      // reach the target.
  double probability_ = 0;
  double standard_error_ = 1;
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_TALLY_H_
