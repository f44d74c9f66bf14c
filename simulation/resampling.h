#ifndef QUOTACAST_SIMULATION_RESAMPLING_H_
#define QUOTACAST_SIMULATION_RESAMPLING_H_

// What a win brings: past amounts and past ratios of amounts, drawn again.

#include <cstdint>
#include <vector>

#include "simulation/fitted_model.h"
#include "simulation/random.h"

namespace quotacast::simulation {

// The amount an open opportunity would be won at: its own times a ratio (see AmountRatios).
class AmountSampler {
 public:
  AmountSampler(const FittedModel& model, const OpenOpportunity& opportunity);
  // Every draw gives the opportunity's own amount.
  bool fixed() const { return fixed_; }
  double mean() const { return mean_; }
  int64_t Draw(uint32_t word) const;

 private:
  int64_t amount_micros_;
  const std::vector<double>* own_;
  const std::vector<double>* all_;
  double own_share_ = 0;
  double mean_ = 0;
  bool fixed_ = false;
};

// The size of a future win of a rep (see Arrivals), in micro units or pieces.
class SizeSampler {
 public:
  SizeSampler(const Arrivals& arrivals, int32_t rep, Measure measure, double own_amount_wins);
  double mean() const { return mean_; }
  // The sum of `count` sizes; the words are those of `trial`.
  int64_t DrawSum(int64_t count, const Stream& stream, uint64_t trial) const;

 private:
  int64_t ValueOf(const WonSize& size) const {
    return measure_ == Measure::kAmount ? size.amount_micros : size.units;
  }

  const std::vector<WonSize>& own_;
  const std::vector<WonSize>& all_;
  Measure measure_;
  double own_share_ = 0;
  double mean_ = 0;
  bool equal_ = true;  // All sizes are the same.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_RESAMPLING_H_
