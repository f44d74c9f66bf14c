#include "simulation/own_answers.h"

#include <algorithm>
#include <cmath>

namespace quotacast::simulation {

int64_t WantedBlocks(int64_t done, const Tally& tally, double precision_pp) {
  if (precision_pp <= 0) return done;
  const double ratio = tally.StandardError() / (precision_pp / 100);
  if (ratio <= 1) return done;
  const double wanted = static_cast<double>(done) * std::min(ratio * ratio, 1.5);
  return std::min(kMostBlocks, std::max(done + 1, static_cast<int64_t>(std::ceil(wanted))));
}

void OwnAnswers::Add(int64_t target, int64_t blocks, bool until_precise,
                     absl::Span<const DrawMeans> parameter_means) {
  const size_t i = wanted_.size();
  wanted_.push_back(blocks);
  if (tallies_.size() == i) tallies_.emplace_back(0, false);
  tallies_[i].Reset(target, until_precise);
  for (size_t b = 0; b < parameter_means.size(); ++b) {
    tallies_[i].AddParameterMeans(b, parameter_means[b]);
  }
}

bool OwnAnswers::Review(int64_t done, double precision_pp) {
  bool any = false;
  for (size_t i = 0; i < wanted_.size(); ++i) {
    if (wanted_[i] == done && done > 0) {
      tallies_[i].Count();
      const int64_t more = WantedBlocks(done, tallies_[i], precision_pp);
      wanted_[i] = more > done ? more : 0;
    }
    any |= wanted_[i] > 0;
  }
  return any;
}

void OwnAnswers::Take(int64_t block, const DrawMeans& means, absl::Span<const int64_t> trials) {
  for (size_t i = 0; i < wanted_.size(); ++i) {
    if (wanted_[i] == 0) continue;
    const absl::Span<int64_t> room = tallies_[i].AddBlocks(1);
    std::copy(trials.begin(), trials.end(), room.begin());
    tallies_[i].AddMeans(block, means);
  }
}

}  // namespace quotacast::simulation
