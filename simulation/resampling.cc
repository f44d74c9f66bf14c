#include "simulation/resampling.h"

#include <algorithm>
#include <cmath>

#include "simulation/kernels.h"

namespace quotacast::simulation {
namespace {

template <typename T>
const T& Pick(const std::vector<T>& own, const std::vector<T>& all, double own_share, double u) {
  const bool from_own = u < own_share;
  const std::vector<T>& pool = from_own ? own : all;
  const double within = from_own ? u / own_share : (u - own_share) / (1 - own_share);
  const size_t index = static_cast<size_t>(within * static_cast<double>(pool.size()));
  return pool[std::min(index, pool.size() - 1)];
}

double ShareOf(size_t own_count, double weight) {
  const double n = static_cast<double>(own_count);
  return n > 0 ? n / (n + weight) : 0;
}

}  // namespace

AmountSampler::AmountSampler(const FittedModel& model, const OpenOpportunity& opportunity)
    : amount_micros_(opportunity.amount_micros),
      own_(&model.ratios.all),
      all_(&model.ratios.all),
      mean_(static_cast<double>(opportunity.amount_micros)) {
  // Ascending: all are 1 where the ends are.
  const std::vector<double>& ratios = all_->ratios();
  fixed_ = ratios.empty() || (ratios.front() == 1 && ratios.back() == 1) || amount_micros_ == 0;
  if (fixed_) return;
  if (opportunity.label != kNone) {
    own_ = &model.ratios.by_label[opportunity.label];
    own_share_ = ShareOf(own_->ratios().size(), model.options.own_amount_wins);
  }
  mean_ *= own_share_ * own_->mean() + (1 - own_share_) * all_->mean();
}

int64_t AmountSampler::Draw(uint32_t word) const {
  return std::llround(static_cast<double>(amount_micros_) *
                      Pick(own_->ratios(), all_->ratios(), own_share_, OpenUniform(word)));
}

AmountPool::AmountPool(const AmountSampler& sampler, const Stream& stream, uint64_t block) {
  std::array<uint32_t, 4 * kLanes> words;
  PhiloxWords(stream.key(), block * kLanes, absl::MakeSpan(words));
  for (size_t i = 0; i < kPoolSize; ++i) {
    // One shift for all keeps the parts equally likely over the blocks.
    const uint32_t part = static_cast<uint32_t>((uint64_t{i} << 32) / kPoolSize);
    amounts_[i] = sampler.Draw(part + words[0] / kPoolSize);
  }
  for (size_t l = 0; l < kLanes; ++l) {
    steps_[l] = 2 * words[kLanes + l] + 1;
    offsets_[l] = words[2 * kLanes + l];
  }
}

SizeSampler::SizeSampler(const Arrivals& arrivals, int32_t rep, Measure measure,
                         double own_amount_wins)
    : own_(arrivals.rep_sizes[rep]),
      all_(arrivals.company_sizes),
      measure_(measure),
      own_share_(ShareOf(own_.sizes().size(), own_amount_wins)),
      mean_(own_share_ * own_.mean(measure) + (1 - own_share_) * all_.mean(measure)),
      equal_(all_.equal(measure)),
      equal_value_(all_.empty() ? 0 : ValueOf(all_.sizes()[0])) {}

int64_t SizeSampler::At(double u) const {
  return all_.empty() ? 0 : ValueOf(Pick(own_.sizes(), all_.sizes(), own_share_, u));
}

SizePool::SizePool(const SizeSampler& sampler, const Stream& stream, uint64_t block)
    : sums_(kPoolSize + 1, 0) {
  std::array<uint32_t, kPoolSize + 4> words;
  PhiloxWords(stream.key(), block * words.size() / 4, absl::MakeSpan(words));
  const double shift = OpenUniform(words[kPoolSize]);
  for (size_t i = 0; i < kPoolSize; ++i) {
    // Shuffled as it grows (Fisher and Yates, inside out).
    const size_t other = static_cast<size_t>((uint64_t{words[i]} * (i + 1)) >> 32);
    sums_[i + 1] = sums_[other + 1];
    sums_[other + 1] = sampler.At((static_cast<double>(i) + shift) / kPoolSize);
  }
  for (size_t i = 1; i <= kPoolSize; ++i) sums_[i] += sums_[i - 1];
}

int64_t SizePool::Sum(int64_t count, uint32_t place) const {
  const int64_t begin = place % kPoolSize, end = begin + count;
  const int64_t rounds = end / kPoolSize, rest = end % kPoolSize;
  return rounds * sums_.back() + sums_[static_cast<size_t>(rest)] -
         sums_[static_cast<size_t>(begin)];
}

}  // namespace quotacast::simulation
