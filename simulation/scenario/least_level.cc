#include "simulation/scenario/least_level.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "simulation/distributions.h"

namespace quotacast::simulation {
namespace {

constexpr double kLeastChance = 1e-4;
constexpr int kSlowLooks = 2;

double QuantileOf(double chance) {
  return NormalQuantile(std::clamp(chance, kLeastChance, 1 - kLeastChance));
}

// The levels between which the one searched for lies.
class Bracket {
 public:
  Bracket(int64_t most, double target, LevelGuess guess)
      : low_(-1), high_(most + 1), target_(QuantileOf(target)) {
    (guess.chance >= target ? above_ : below_) = {guess.level, QuantileOf(guess.chance) - target_};
  }

  int64_t width() const { return high_ - low_; }
  int64_t high() const { return high_; }

  int64_t Middle() const { return low_ + width() / 2; }
  // Where the line through what is known reaches the target; halfway where too little is known.
  int64_t OnLine() const {
    if (!below_ || !above_ || below_->level >= above_->level) return Middle();
    const double share = below_->distance / (below_->distance - above_->distance);
    const double level = below_->level + share * (above_->level - below_->level);
    return std::clamp(static_cast<int64_t>(std::ceil(level)), low_ + 1, high_ - 1);
  }

  void Narrow(int64_t level, double chance, bool reached) {
    (reached ? high_ : low_) = level;
    std::optional<Point>& moved = reached ? above_ : below_;
    std::optional<Point>& kept = reached ? below_ : above_;
    // An end that stays counts for less each time, or all looks would be on the other side.
    if (moved_above_ == reached && kept) kept->distance /= 2;
    moved_above_ = reached;
    moved = {static_cast<double>(level), QuantileOf(chance) - target_};
  }

 private:
  struct Point {
    double level = 0;
    double distance = 0;  // From the target, in normal quantiles.
  };
  int64_t low_;   // Does not reach the target, or is -1.
  int64_t high_;  // Reaches it, or is above all.
  const double target_;
  std::optional<Point> below_, above_;
  std::optional<bool> moved_above_;
};

}  // namespace

absl::StatusOr<int64_t> FindLeastLevel(
    int64_t most, double target, LevelGuess guess,
    const std::function<absl::StatusOr<double>(int64_t)>& chance) {
  Bracket bracket(most, target, guess);
  // Either end may be the answer: the lower one where less would do, the upper one where no level
  // does.
  int64_t level = guess.chance >= target ? 0 : most;
  int slow_looks = 0;
  while (true) {
    const absl::StatusOr<double> found = chance(level);
    if (!found.ok()) return found.status();
    const int64_t width = bracket.width();
    bracket.Narrow(level, *found, *found >= target);
    if (bracket.width() <= 1) return bracket.high();
    slow_looks = 2 * bracket.width() > width ? slow_looks + 1 : 0;
    level = slow_looks < kSlowLooks ? bracket.OnLine() : bracket.Middle();
    if (slow_looks >= kSlowLooks) slow_looks = 0;
  }
}

}  // namespace quotacast::simulation
