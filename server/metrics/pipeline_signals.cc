#include "server/metrics/pipeline_signals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulation/portable_math.h"

namespace quotacast::metrics {
namespace {

using simulation::kNone;

constexpr double kStaleRatio = 1. / 3;
constexpr double kOutOfReach = .05;
constexpr double kFewestSilentDays = 5;
constexpr double kSilenceChance = .001;

Signal About(SignalKind kind, int32_t rep, double value, double reference) {
  Signal signal;
  signal.kind = kind;
  signal.rep = rep;
  signal.value = value;
  signal.reference = reference;
  return signal;
}

// One signal for each rep with opportunities of which `is_so(item)` is the probability.
template <typename IsSo>
void AddByRep(const SignalEvidence& evidence, SignalKind kind, const IsSo& is_so,
              std::vector<Signal>& signals) {
  std::vector<std::vector<std::pair<OpenItem, double>>> of_rep(evidence.rep_count());
  std::vector<int64_t> open(evidence.rep_count(), 0);
  for (const OpenItem& item : evidence.open) {
    if (item.rep == kNone) continue;
    ++open[item.rep];
    const double probability = is_so(item);
    if (probability > 0) of_rep[item.rep].push_back({item, probability});
  }
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    auto& items = of_rep[rep];
    if (items.empty()) continue;
    std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
      return a.first.amount_micros > b.first.amount_micros;
    });
    const auto count = static_cast<double>(items.size());
    Signal signal = About(kind, rep, count, 0);
    signal.counts = {count, static_cast<double>(open[rep])};
    for (const auto& [item, probability] : items) {
      signal.probability = std::min(signal.probability, probability);
      signal.amount_micros += item.amount_micros;
      signal.opportunities.push_back(item.opportunity);
    }
    signals.push_back(std::move(signal));
  }
}

// P(stale) by interval of the life table of one stage: of those seen there at its start, the share
// that advanced later, against the share of all. Who is still there counts as not advancing: the
// cohorts are at least kRecentDays old.
std::vector<double> StaleByInterval(const LifeTable& table) {
  double present = 0, advancing = 0;
  for (const LifeTable::Exits& exits : table.intervals) {
    present += exits.advanced + exits.lost + exits.open;
    advancing += exits.advanced;
  }
  const BetaDistribution fresh = Proportion({advancing, present}, {});
  std::vector<double> stale;
  for (const LifeTable::Exits& exits : table.intervals) {
    const BetaDistribution now = Proportion({advancing, present}, {});
    const bool may_be = now.Mean() < kStaleRatio * fresh.Mean();
    stale.push_back(may_be ? 1 - ChanceAbove(now, fresh, kStaleRatio) : 0);
    present -= exits.advanced + exits.lost + exits.open;
    advancing -= exits.advanced;
  }
  return stale;
}

}  // namespace

void AddOverloaded(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  const LoadBand& band = evidence.band;
  if (!band.known || evidence.history->activities.empty()) return;
  const auto attended = [&](int32_t row) {
    const OpenCounts open = evidence.load.Total(row);
    return Counts{static_cast<double>(open.attended), static_cast<double>(open.open)};
  };
  const RatePopulation reps = PopulationOf(evidence.grouping, &LearnProportions, attended);
  const double company = attended(evidence.organization_row()).Crude();
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    const Counts counts = attended(rep);
    if (counts.total <= band.high) continue;
    const auto share = RobustProportion(counts, reps.PriorFor(counts));
    const double probability = share.Below(kSignalRatio * company);
    if (probability < kSignalProbability) continue;
    Signal signal = About(SignalKind::kOverloaded, rep, share.Mean(), company);
    signal.probability = probability;
    signal.counts = counts;
    signal.interval = share.CentralInterval();
    signals.push_back(signal);
  }
}

void AddUnderloaded(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  const LoadBand& band = evidence.band;
  if (!band.known) return;
  const double probability =
      1 - ChanceAbove(Proportion(band.made_below, {}), Proportion(band.made_within, {}), 1);
  if (probability < kSignalProbability) return;
  const simulation::Day as_of_day =
      simulation::DayOf(evidence.as_of_us, evidence.history->time_zone);
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    const auto open = static_cast<double>(evidence.load.Total(rep).open);
    const simulation::Rep& record = evidence.history->reps[rep];
    if (open >= band.low || evidence.attainment[rep].target == 0 || record.end_day <= as_of_day) {
      continue;
    }
    Signal signal = About(SignalKind::kUnderloaded, rep, open, band.low);
    signal.probability = probability;
    signal.counts = band.made_below;
    signal.interval = {band.low, band.high};
    signals.push_back(signal);
  }
}

void AddStaleOpportunities(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  const size_t width = evidence.stage_count();
  std::vector<std::vector<double>> stale;
  for (size_t s = 0; s < width; ++s) {
    LifeTable company = evidence.earlier[evidence.organization_row() * width + s];
    stale.push_back(StaleByInterval(company));
  }
  AddByRep(
      evidence, SignalKind::kStaleOpportunities,
      [&stale](const OpenItem& item) {
        const auto after =
            std::upper_bound(kLifeTableStarts.begin(), kLifeTableStarts.end(), item.age_days);
        const double probability = stale[item.stage][after - kLifeTableStarts.begin() - 1];
        return probability >= kSignalProbability ? probability : 0;
      },
      signals);
}

void AddCloseDatePast(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  const simulation::Day as_of_day =
      simulation::DayOf(evidence.as_of_us, evidence.history->time_zone);
  AddByRep(
      evidence, SignalKind::kCloseDatePast,
      [&](const OpenItem& item) {
        const simulation::Day day =
            evidence.history->opportunities[item.opportunity].expected_close_day;
        return day != INT32_MIN && day < as_of_day ? 1. : 0.;
      },
      signals);
}

void AddNothingRecorded(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  const absl::TimeZone zone = evidence.history->time_zone;
  const simulation::Day as_of_day = simulation::DayOf(evidence.as_of_us, zone);
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    const simulation::Rep& record = evidence.history->reps[rep];
    const int64_t last_us = evidence.last_record_us[rep];
    if (last_us == std::numeric_limits<int64_t>::min() || record.end_day <= as_of_day) continue;
    const double silent = WorkingDays(record, {last_us, evidence.as_of_us}, zone);
    if (silent < kFewestSilentDays) continue;
    const double days = evidence.activities[rep].working_days - silent;
    if (days <= 0) continue;
    const auto records = static_cast<double>(evidence.records[rep]);
    // Records come in bunches: days with any are what a silent day is held against.
    const double pace = std::min(records, days);
    const double chance = simulation::Pow(days / (days + silent), pace + .5);
    if (chance > kSilenceChance) continue;
    Signal signal = About(SignalKind::kNothingRecorded, rep, silent, days / (records + .5));
    signal.probability = 1 - chance;
    signal.counts = {records, days};
    signals.push_back(signal);
  }
}

void AddImpossibleData(const SignalEvidence& evidence, std::vector<Signal>& signals) {
  for (int32_t rep = 0; rep < evidence.rep_count(); ++rep) {
    const std::vector<int32_t>& items = evidence.impossible[rep];
    if (items.empty()) continue;
    Signal signal = About(SignalKind::kImpossibleData, rep, static_cast<double>(items.size()), 0);
    signal.counts.count = static_cast<double>(items.size());
    signal.opportunities = items;
    signals.push_back(signal);
  }
}

void AddQuotaSignals(const SignalEvidence& evidence,
                     absl::Span<const simulation::Forecast> forecasts,
                     std::vector<Signal>& signals) {
  const size_t width = evidence.stage_count();
  const StageIndex& stages = evidence.stages;
  const double cycle = evidence.closes.rows[evidence.organization_row()].AverageCycleDays();
  const simulation::Day as_of_day =
      simulation::DayOf(evidence.as_of_us, evidence.history->time_zone);
  for (const simulation::Forecast& forecast : forecasts) {
    if (forecast.question.owner_type != simulation::OwnerType::kRep) continue;
    const int32_t rep = forecast.question.owner;
    const double chance = forecast.attainment_probability;
    if (chance >= .5) continue;
    OpenCounts last;
    for (size_t s = 0; s < width; ++s) {
      if (stages.IsLate(s)) last += evidence.load.stages[rep * width + s];
    }
    const bool amounts = forecast.question.measure == simulation::Measure::kAmount;
    const int64_t in_last = amounts ? last.amount_micros : last.units;
    const int64_t missing = forecast.question.target - forecast.booked;
    const bool thin = in_last < missing && forecast.question.period_end - as_of_day < cycle;
    const bool out_of_reach = std::max(chance, forecast.probability_high) < kOutOfReach;
    if (!thin && !out_of_reach) continue;
    Signal signal = About(out_of_reach ? SignalKind::kQuotaOutOfReach : SignalKind::kThinLastStages,
                          rep, out_of_reach ? chance : static_cast<double>(in_last),
                          out_of_reach ? kOutOfReach : static_cast<double>(missing));
    signal.probability = 1 - chance;
    signal.interval = {forecast.probability_low, forecast.probability_high};
    signal.counts = {static_cast<double>(forecast.booked),
                     static_cast<double>(forecast.question.target)};
    signal.amount_micros = last.amount_micros;
    signals.push_back(signal);
  }
}

}  // namespace quotacast::metrics
