#ifndef QUOTACAST_SERVER_METRICS_SIGNAL_H_
#define QUOTACAST_SERVER_METRICS_SIGNAL_H_

// What deserves a conversation between a manager and a rep, with the evidence.

#include <cstdint>
#include <string>
#include <vector>

#include "server/metrics/rates.h"
#include "simulation/history.h"

namespace quotacast::metrics {

enum class SignalKind : uint8_t {
  kQuotaOutOfReach,       // The chance of the quota is small.
  kThinLastStages,        // All of the last open stages would not make the number.
  kConversionDrop,        // Fewer get on from a stage than did before.
  kOpensButDoesNotClose,  // As many new opportunities as others, but fewer wins from the last
                          // stage.
  kLowContactRate,        // Fewer opportunities per prospecting call than others.
  kGivesUpEarly,          // More lost after at most one follow-up than others'.
  kOverloaded,            // More open than those who made their quota had, and fewer attended.
  kUnderloaded,           // Fewer open than those who made their quota had.
  kStaleOpportunities,    // Older in their stage than those that get on.
  kCloseDatePast,         // Open after their expected close date.
  kNothingRecorded,       // Silence that is not chance.
  kImpossibleData,        // Records that cannot be right.
};
inline constexpr int kSignalKindCount = 12;

struct Signal {
  SignalKind kind = SignalKind::kQuotaOutOfReach;
  int32_t rep = simulation::kNone;
  int32_t pipeline = simulation::kNone;  // Where it is about a stage.
  int16_t stage = simulation::kNone;
  // How sure it is: the posterior probability that the rate is as far off as the kind says, or the
  // chance to miss the quota; 1 for what is simply recorded so.
  double probability = 1;
  // The rep's counts and the value they point to, with its 90 % interval; what it is compared with.
  // Rates are shrunk. Where the kind is about no rate: a number (of days, of opportunities) against
  // what is usual.
  Counts counts;
  double value = 0;
  Interval interval;
  double reference = 0;
  // What it takes from the chance of the quota, in [-1, 0]: the chance as forecast less the chance
  // without it (see signal_effects.h). Known for some kinds only.
  bool effect_known = false;
  double effect = 0;
  // The rep's chance of the quota as forecast; known where there is a quota that runs.
  bool chance_known = false;
  double chance = 0;
  int64_t amount_micros = 0;           // Of the opportunities it is about.
  std::vector<int32_t> opportunities;  // Indices, the largest amounts first.
};

// Posterior probability from which a signal about a rate is shown. In a company whose reps are all
// alike at most one rep in fifty is then named falsely, counted over all kinds about rates.
inline constexpr double kSignalProbability = 0.95;

// A rate must be off by this factor to deserve a conversation: below 0.75, or above 4/3, of its
// reference.
inline constexpr double kSignalRatio = 0.75;

// Kinds about a rep's pace: what they take from the chance of the quota counts in their urgency.
// Of other kinds it is told, but does not move them in the list.
bool IsAboutPace(SignalKind kind);

// How much it asks for attention, in [0, 1]: the larger of what it takes from the chance of the
// quota, for kinds about pace, and the weight of its kind, times its probability.
double Urgency(const Signal& signal);

// Most urgent first; of equals the larger amounts first.
void SortByUrgency(std::vector<Signal>& signals);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_SIGNAL_H_
