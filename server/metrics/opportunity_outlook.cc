#include "server/metrics/opportunity_outlook.h"

#include <algorithm>
#include <map>

#include "absl/container/flat_hash_map.h"
#include "server/metrics/grouping.h"
#include "server/metrics/parallel_count.h"
#include "server/metrics/win_rates.h"
#include "simulation/chance.h"
#include "simulation/parallel.h"
#include "simulation/parameter_draw.h"

namespace quotacast::metrics {
namespace {

using simulation::FittedModel;
using simulation::kNone;
using simulation::Lanes;
using simulation::Period;
using simulation::StageKind;

constexpr int64_t kYearUs = static_cast<int64_t>(365 * kDayUs);

// Days that opportunities won in the window were in each stage.
class WonStays {
 public:
  WonStays(const StageIndex& stages, Window window)
      : stages_(&stages), window_(window), days_(stages.size()) {}

  void Add(const Journey& journey) {
    if (journey.state != StageKind::kWon || !window_.Holds(journey.close_us)) return;
    for (size_t i = 0; i < journey.stays.size(); ++i) {
      const int16_t stage = journey.stays[i].stage;
      const auto same = [stage](const Stay& stay) { return stay.stage == stage; };
      const auto first = journey.stays.begin(), here = first + static_cast<ptrdiff_t>(i);
      if (std::any_of(first, here, same)) continue;
      double days = 0;
      for (auto it = here; it != journey.stays.end(); ++it) days += same(*it) ? it->Days() : 0;
      days_[stages_->Of(journey.pipeline, stage)].push_back(days);
    }
  }
  void Merge(const WonStays& other) {
    for (size_t s = 0; s < days_.size(); ++s) {
      days_[s].insert(days_[s].end(), other.days_[s].begin(), other.days_[s].end());
    }
  }
  void Finish() {
    for (std::vector<double>& days : days_) std::sort(days.begin(), days.end());
  }
  Counts StayedAsLong(size_t stage, double age_days) const {
    const std::vector<double>& days = days_[stage];
    const auto longer = days.end() - std::lower_bound(days.begin(), days.end(), age_days);
    return {static_cast<double>(longer), static_cast<double>(days.size())};
  }
  double Median(size_t stage) const {
    const std::vector<double>& days = days_[stage];
    if (days.empty()) return 0;
    const size_t middle = days.size() / 2;
    return days.size() % 2 == 1 ? days[middle] : (days[middle - 1] + days[middle]) / 2;
  }

 private:
  const StageIndex* stages_;
  Window window_;
  std::vector<std::vector<double>> days_;  // By StageIndex number.
};

// What is open, and what became of what was won or lost in the window before.
class Reader {
 public:
  Reader(const simulation::History& history, const Grouping& grouping, const StageIndex& stages,
         Window window)
      : won(stages, window),
        closes(grouping, stages, window),
        history_(&history),
        stages_(&stages),
        window_(window) {}

  void Read(int32_t opportunity) {
    if (ClosedBefore(*history_, opportunity, window_.start_us)) return;
    if (!ReadJourney(*history_, opportunity, window_.end_us, journey_)) return;
    won.Add(journey_);
    closes.Add(journey_);
    if (!journey_.IsOpen() || journey_.stays.empty()) return;
    const Stay& now = journey_.stays.back();
    OpportunityOutlook& outlook = open.emplace_back();
    outlook.opportunity = journey_.opportunity;
    outlook.rep = now.rep;
    outlook.stage = stages_->Of(journey_.pipeline, now.stage);
    outlook.age_days = now.Days();
    outlook.amount_micros = journey_.amount_micros;
  }
  void Merge(Reader&& other) {
    won.Merge(other.won);
    closes.Merge(other.closes);
    open.insert(open.end(), other.open.begin(), other.open.end());
  }

  WonStays won;
  CloseCounter closes;
  std::vector<OpportunityOutlook> open;

 private:
  const simulation::History* history_;
  const StageIndex* stages_;
  Window window_;
  Journey journey_;
};

void SetStandings(std::vector<OpportunityOutlook>& outlooks) {
  double sum = 0;
  for (const OpportunityOutlook& outlook : outlooks) sum += outlook.win_chance;
  const double average = outlooks.empty() ? 0 : sum / static_cast<double>(outlooks.size());
  for (OpportunityOutlook& outlook : outlooks) {
    const Counts& stayed = outlook.won_stayed_as_long;
    if (stayed.total >= kFewestWon && stayed.Crude() <= kEmptyShare) {
      outlook.standing = Standing::kEmpty;
    } else if (outlook.win_chance > 0 && outlook.win_chance >= kPromisingFactor * average) {
      outlook.standing = Standing::kPromising;
    }
  }
}

// The chances of one rep's open opportunities in one pipeline.
class RepChances {
 public:
  RepChances(const FittedModel& model, Period period, int32_t pipeline, std::vector<int32_t> open)
      : model_(model), open_(std::move(open)) {
    for (const int32_t index : open_) starts_.push_back(StartOf(index));
    std::sort(starts_.begin(), starts_.end());
    const auto same = [](const auto& a, const auto& b) { return !(a < b) && !(b < a); };
    starts_.erase(std::unique(starts_.begin(), starts_.end(), same), starts_.end());
    compilers_.emplace_back(model, pipeline, period.end, starts_);
    // What is won before the period does not count in it.
    if (period.start > model.as_of_day) {
      compilers_.emplace_back(model, pipeline, period.start, starts_);
    }
  }

  // Adds the mean over the block's draws to `chances`, by index into model.open.
  void Add(const simulation::CompanyDraw& company, const simulation::RepDraw& rep,
           simulation::RecursionScratch& scratch, std::vector<double>& chances) const {
    simulation::WinChances found;
    for (size_t c = 0; c < compilers_.size(); ++c) {
      compilers_[c].Compile(company, rep, scratch, found);
      for (const int32_t index : open_) {
        const auto start = std::lower_bound(starts_.begin(), starts_.end(), StartOf(index));
        const Lanes& lanes = found.starts[static_cast<size_t>(start - starts_.begin())];
        double sum = 0;
        for (int l = 0; l < simulation::kLanes; ++l) sum += static_cast<double>(lanes[l]);
        chances[index] += (c == 0 ? sum : -sum) / simulation::kLanes;
      }
    }
  }

 private:
  simulation::Start StartOf(int32_t index) const {
    const simulation::OpenOpportunity& open = model_.open[index];
    return {open.cell, model_.as_of_day - open.entry_day};
  }

  const FittedModel& model_;
  std::vector<int32_t> open_;
  std::vector<simulation::Start> starts_;
  std::vector<simulation::ChanceCompiler> compilers_;  // Until the end; until the start.
};

}  // namespace

std::vector<OpportunityOutlook> OutlooksOf(const simulation::History& history,
                                           const StageIndex& stages, const FittedModel& model,
                                           const std::vector<double>& win_chances, int64_t as_of_us,
                                           int thread_count) {
  absl::flat_hash_map<int32_t, double> chance_of;
  chance_of.reserve(model.open.size());
  for (size_t i = 0; i < model.open.size(); ++i) {
    chance_of[model.open[i].opportunity] = win_chances[i];
  }
  const Grouping grouping(history);
  const Window year = {as_of_us - kYearUs, as_of_us};
  Reader read = CountInParallel(history.opportunities.size(), thread_count,
                                [&] { return Reader(history, grouping, stages, year); });
  read.won.Finish();
  const CloseTable table = read.closes.Finish();
  const size_t first = grouping.organization_row() * stages.size();
  std::vector<double> weights;
  for (size_t s = 0; s < stages.size(); ++s) {
    weights.push_back(Proportion(table.stages[first + s].WinRate(), {}).Mean());
  }
  // Threads found them in no order.
  std::vector<OpportunityOutlook> outlooks = std::move(read.open);
  std::sort(outlooks.begin(), outlooks.end(),
            [](const auto& a, const auto& b) { return a.opportunity < b.opportunity; });
  for (OpportunityOutlook& outlook : outlooks) {
    const auto chance = chance_of.find(outlook.opportunity);
    if (chance != chance_of.end()) outlook.win_chance = chance->second;
    outlook.won_stayed_as_long = read.won.StayedAsLong(outlook.stage, outlook.age_days);
    outlook.won_median_days = read.won.Median(outlook.stage);
    outlook.weight = weights[outlook.stage];
  }
  SetStandings(outlooks);
  return outlooks;
}

std::vector<double> WinChances(const FittedModel& model, Period period, uint64_t seed,
                               int thread_count, const std::function<bool()>& cancelled) {
  std::vector<simulation::CompanyDraw> company;
  for (uint64_t block = 0; block < kChanceBlocks; ++block) {
    company.push_back(simulation::DrawCompany(model, seed, block));
  }
  std::map<int32_t, std::map<int32_t, std::vector<int32_t>>> by_rep;  // By rep, pipeline.
  for (size_t i = 0; i < model.open.size(); ++i) {
    const simulation::OpenOpportunity& open = model.open[i];
    if (open.rep == kNone) continue;
    by_rep[open.rep][model.cells[open.cell].pipeline].push_back(static_cast<int32_t>(i));
  }
  std::vector<int32_t> reps;
  for (const auto& entry : by_rep) reps.push_back(entry.first);
  std::vector<double> chances(model.open.size(), 0);
  std::vector<simulation::RecursionScratch> scratch(static_cast<size_t>(thread_count));
  simulation::ParallelFor(thread_count, reps.size(), [&](int thread, size_t i) {
    if (cancelled && cancelled()) return;
    for (const auto& [pipeline, open] : by_rep.at(reps[i])) {
      const RepChances part(model, period, pipeline, open);
      for (uint64_t block = 0; block < kChanceBlocks; ++block) {
        const simulation::RepDraw rep = simulation::DrawRep(model, reps[i], seed, block);
        part.Add(company[block], rep, scratch[static_cast<size_t>(thread)], chances);
      }
    }
  });
  for (double& chance : chances) chance = std::clamp(chance / kChanceBlocks, 0., 1.);
  return chances;
}

}  // namespace quotacast::metrics
