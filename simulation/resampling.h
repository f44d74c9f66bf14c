#ifndef QUOTACAST_SIMULATION_RESAMPLING_H_
#define QUOTACAST_SIMULATION_RESAMPLING_H_

// What a win brings: past amounts and past ratios of amounts, drawn again.

#include <array>
#include <cstdint>
#include <vector>

#include "simulation/fitted_model.h"
#include "simulation/lanes.h"
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
  const Ratios* own_;
  const Ratios* all_;
  double own_share_ = 0;
  double mean_ = 0;
  bool fixed_ = false;
};

// Amounts of an opportunity's wins in the trials of a block: a list of kPoolSize, one from each of
// as many equally likely parts of their distribution, of which the trials of a draw take one after
// the other in an order of the draw's own, each once before any comes again.
class AmountPool {
 public:
  static constexpr size_t kPoolSize = 64;
  AmountPool(const AmountSampler& sampler, const Stream& stream, uint64_t block);
  int64_t Of(size_t draw, size_t trial) const {
    return amounts_[(trial * steps_[draw] + offsets_[draw]) % kPoolSize];
  }

 private:
  std::array<int64_t, kPoolSize> amounts_;
  std::array<uint32_t, kLanes> steps_;  // Odd.
  std::array<uint32_t, kLanes> offsets_;
};

// The size of a future win of a rep (see Arrivals), in micro units or pieces; 0 where no size is
// known.
class SizeSampler {
 public:
  SizeSampler(const Arrivals& arrivals, int32_t rep, Measure measure, double own_amount_wins);
  double mean() const { return mean_; }
  bool equal() const { return equal_; }
  int64_t equal_value() const { return equal_value_; }
  // The size at u (0 to 1) of their distribution.
  int64_t At(double u) const;

 private:
  int64_t ValueOf(const WonSize& size) const {
    return measure_ == Measure::kAmount ? size.amount_micros : size.units;
  }

  const WonSizes& own_;
  const WonSizes& all_;
  Measure measure_;
  double own_share_ = 0;
  double mean_ = 0;
  bool equal_ = true;  // All sizes are the same.
  int64_t equal_value_ = 0;
};

// Sums of sizes for the trials of a block: runs of a list of kPoolSize sizes drawn for the block,
// at a random place for each trial, around the end where need be. The list is stratified: one size
// from each of kPoolSize equally likely parts of their distribution, shuffled, so that its mean is
// that of the distribution. A run of n is then n draws without replacement: the variance of its sum
// is smaller than that of independent sizes by n / kPoolSize, which is little beside that of the
// count wherever n is large.
class SizePool {
 public:
  static constexpr int kPoolSize = 1024;
  SizePool(const SizeSampler& sampler, const Stream& stream, uint64_t block);
  int64_t Sum(int64_t count, uint32_t place) const;

 private:
  std::vector<int64_t> sums_;  // Of the first i sizes.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_RESAMPLING_H_
