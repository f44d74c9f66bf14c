#include "server/metrics/signal.h"

#include <algorithm>
#include <array>

namespace quotacast::metrics {
namespace {

// By kind: what a manager can do little about in time, or that can wait, asks for less.
constexpr std::array<double, kSignalKindCount> kWeights = {
    .35,  // kQuotaOutOfReach
    .40,  // kThinLastStages
    .45,  // kConversionDrop
    .40,  // kOpensButDoesNotClose
    .35,  // kLowContactRate
    .35,  // kGivesUpEarly
    .30,  // kOverloaded
    .30,  // kUnderloaded
    .20,  // kStaleOpportunities
    .10,  // kCloseDatePast
    .50,  // kNothingRecorded
    .15,  // kImpossibleData
};

}  // namespace

bool IsAboutPace(SignalKind kind) {
  return kind == SignalKind::kConversionDrop || kind == SignalKind::kOpensButDoesNotClose ||
         kind == SignalKind::kLowContactRate;
}

double Urgency(const Signal& signal) {
  const double weight = kWeights[static_cast<size_t>(signal.kind)];
  const bool counts = signal.effect_known && IsAboutPace(signal.kind);
  return signal.probability * std::max(weight, counts ? -signal.effect : 0);
}

void SortByUrgency(std::vector<Signal>& signals) {
  std::stable_sort(signals.begin(), signals.end(), [](const Signal& a, const Signal& b) {
    const double urgency_a = Urgency(a), urgency_b = Urgency(b);
    return urgency_a != urgency_b ? urgency_a > urgency_b : a.amount_micros > b.amount_micros;
  });
}

}  // namespace quotacast::metrics
