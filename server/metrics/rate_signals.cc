#include "server/metrics/rate_signals.h"

#include <algorithm>

namespace quotacast::metrics {
namespace {

using simulation::StageKind;

constexpr double kOwnStrength = 20;
constexpr double kFewest = 8;  // Trials or expected events below which nothing is said.

Signal Make(SignalKind kind, int32_t rep, double probability, Counts counts, double value,
            Interval interval, double reference) {
  Signal signal;
  signal.kind = kind;
  signal.rep = rep;
  signal.probability = probability;
  signal.counts = counts;
  signal.value = value;
  signal.interval = interval;
  signal.reference = reference;
  return signal;
}

// The last open stage of each pipeline, as StageIndex numbers.
std::vector<size_t> LastOpenStages(const StageIndex& stages) {
  std::vector<size_t> last;
  for (size_t s = 0; s < stages.size(); ++s) {
    if (stages[s].kind != StageKind::kOpen) continue;
    if (!last.empty() && stages[last.back()].pipeline == stages[s].pipeline) last.pop_back();
    last.push_back(s);
  }
  return last;
}

}  // namespace

void AddConversionDrops(const SignalEvidence& evidence, size_t s, std::vector<Signal>& signals) {
  if (evidence.stages[s].kind != StageKind::kOpen) return;
  const size_t width = evidence.stage_count();
  const auto counts_of = [width, s](const std::vector<LifeTable>& tables, int32_t row) {
    return EstimateConversion(tables[row * width + s], kConversionHorizonDays).effective;
  };
  std::vector<Counts> now, before;
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    now.push_back(counts_of(evidence.recent, rep));
    before.push_back(counts_of(evidence.earlier, rep));
  }
  const RatePopulation reps_now = LearnProportions(now), reps_before = LearnProportions(before);
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    if (now[rep].total < kFewest || before[rep].total < kFewest) continue;
    const auto x = RobustProportion(now[rep], reps_now.PriorFor(now[rep]));
    // What the rep was before is the rep's own: a lasting difference from the others is no drop.
    const RatePrior others = reps_before.PriorFor(before[rep]);
    const RatePrior own_before = {others.mean, std::min(others.strength, kOwnStrength)};
    const BetaDistribution y = Proportion(before[rep], own_before);
    if (x.Mean() > kSignalRatio * y.Mean()) continue;
    if (!MayBeAtMost(1 - kSignalProbability, x, y, kSignalRatio)) continue;
    const double probability = 1 - ChanceAbove(x, y, kSignalRatio);
    if (probability < kSignalProbability) continue;
    Signal signal = Make(SignalKind::kConversionDrop, rep, probability, now[rep], x.Mean(),
                         x.CentralInterval(), y.Mean());
    signal.pipeline = evidence.stages[s].pipeline;
    signal.stage = evidence.stages[s].stage;
    signals.push_back(signal);
  }
}

void AddOpensButDoesNotClose(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  const size_t width = evidence.stage_count();
  const auto created = [&](int32_t row) {
    return Counts{static_cast<double>(evidence.contacts[row].opportunities),
                  evidence.activities[row].working_days};
  };
  const double company_creates = created(evidence.organization_row()).Crude();
  for (const size_t s : LastOpenStages(evidence.stages)) {
    const auto rate = [&](int32_t row) {
      return evidence.closes.stages[row * width + s].WinRate();
    };
    const RatePopulation reps = PopulationOf(evidence.grouping, &LearnProportions, rate);
    const double company = rate(evidence.organization_row()).Crude();
    for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
      const Counts counts = rate(rep);
      if (counts.total < kFewest || created(rep).Crude() < company_creates) continue;
      const auto x = RobustProportion(counts, reps.PriorFor(counts));
      const double probability = x.Below(kSignalRatio * company);
      if (probability < kSignalProbability) continue;
      Signal signal = Make(SignalKind::kOpensButDoesNotClose, rep, probability, counts, x.Mean(),
                           x.CentralInterval(), company);
      signal.pipeline = evidence.stages[s].pipeline;
      signal.stage = evidence.stages[s].stage;
      signals.push_back(signal);
    }
  }
}

void AddLowContactRates(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  const bool linked = CallsAreLinked(evidence.contacts[evidence.organization_row()]);
  const auto rate = [&](int32_t row) {
    return ContactRate(evidence.contacts[row], evidence.activities[row], linked);
  };
  const double company = rate(evidence.organization_row()).Crude();
  const RatePopulation reps = PopulationOf(evidence.grouping, &LearnIntensities, rate);
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    const Counts counts = rate(rep);
    if (counts.total * company < kFewest) continue;
    const auto x = RobustIntensity(counts, reps.PriorFor(counts));
    const double probability = x.Below(kSignalRatio * company);
    if (probability < kSignalProbability) continue;
    signals.push_back(Make(SignalKind::kLowContactRate, rep, probability, counts, x.Mean(),
                           x.CentralInterval(), company));
  }
}

void AddGivesUpEarly(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  const auto share = [&](int32_t row) {
    const CountHistogram& lost = evidence.follow_ups[row].lost;
    return Counts{static_cast<double>(lost.bins[0] + lost.bins[1]),
                  static_cast<double>(lost.Count())};
  };
  const FollowUpCounts& all = evidence.follow_ups[evidence.organization_row()];
  const int64_t without = all.won.bins[0] + all.lost.bins[0];
  if (2 * without > all.won.Count() + all.lost.Count()) return;
  const double company = share(evidence.organization_row()).Crude();
  const RatePopulation reps = PopulationOf(evidence.grouping, &LearnProportions, share);
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    const Counts counts = share(rep);
    if (counts.total < kFewest) continue;
    const auto x = RobustProportion(counts, reps.PriorFor(counts));
    const double probability = 1 - x.Below(std::min(1., company / kSignalRatio));
    if (probability < kSignalProbability) continue;
    signals.push_back(Make(SignalKind::kGivesUpEarly, rep, probability, counts, x.Mean(),
                           x.CentralInterval(), company));
  }
}

}  // namespace quotacast::metrics
