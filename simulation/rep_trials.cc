#include "simulation/rep_trials.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "simulation/arrival_count.h"
#include "simulation/distributions.h"
#include "simulation/random.h"

namespace quotacast::simulation {
namespace {

double PartAhead(const FittedModel& model, const RepQuestion& question) {
  const double gone = std::max(0, model.as_of_day - question.period_start);
  return 1 - gone / (question.period_end - question.period_start);
}

Start StartOf(const FittedModel& model, int32_t index) {
  const OpenOpportunity& opportunity = model.open[index];
  return {opportunity.cell, model.as_of_day - opportunity.entry_day};
}

// The distinct (cell, age) of opportunities, sorted.
std::vector<Start> StartsOf(const FittedModel& model, const std::vector<int32_t>& open) {
  std::vector<Start> starts;
  for (const int32_t index : open) starts.push_back(StartOf(model, index));
  std::sort(starts.begin(), starts.end());
  const auto same = [](const Start& a, const Start& b) { return !(a < b) && !(b < a); };
  starts.erase(std::unique(starts.begin(), starts.end(), same), starts.end());
  return starts;
}

// Chances in steps of 2^-16, rounded up or down so that over the draws (a Weyl sequence) they are
// right on average.
std::array<uint32_t, kLanes> ThresholdsOf(const Lanes& chance, uint64_t key, uint64_t block) {
  std::array<uint32_t, kLanes> thresholds;
  for (int l = 0; l < kLanes; ++l) {
    const uint64_t draw = block * kLanes + static_cast<uint64_t>(l);
    const uint32_t dither = static_cast<uint32_t>((key >> 32) + draw * 0x9E3779B9u);
    const double steps = std::clamp(static_cast<double>(chance[l]), 0.0, 1.0) * kCertain;
    thresholds[static_cast<size_t>(l)] = static_cast<uint32_t>(steps + dither * 0x1p-32);
  }
  return thresholds;
}

// The logarithm to the base 2 within 0.1: all that a regression on it asks.
double RoughLog(float x) {
  const int32_t bits = std::bit_cast<int32_t>(x);
  return static_cast<double>(bits) * 0x1p-23;
}

}  // namespace

RepTrials::RepTrials(const FittedModel& model, const RepQuestion& question,
                     std::vector<int32_t> open, uint64_t seed, double run_rate_share)
    : model_(model),
      question_(question),
      seed_(seed),
      run_rate_share_(run_rate_share * PartAhead(model, question)) {
  std::vector<std::vector<int32_t>> open_of(model.pipelines.size());
  for (const int32_t index : open) {
    open_of[model.cells[model.open[index].cell].pipeline].push_back(index);
  }
  for (size_t p = 0; p < open_of.size(); ++p) {
    const Arrivals& arrivals = model.pipelines[p].arrivals;
    if (open_of[p].empty() && arrivals.reps[question.rep].shape <= 0) continue;
    const int32_t pipeline = static_cast<int32_t>(p);
    const std::vector<Start> starts = StartsOf(model, open_of[p]);
    PipelinePart part = {
        pipeline,
        open_of[p],
        {},
        {},
        ChanceCompiler(model, pipeline, question.period_end, starts),
        {},
        SizeSampler(arrivals, question.rep, question.measure, model.options.own_amount_wins)};
    for (const int32_t index : part.open) {
      const auto found = std::lower_bound(starts.begin(), starts.end(), StartOf(model, index));
      part.start_of_open.push_back(static_cast<int32_t>(found - starts.begin()));
      part.mean_values.push_back(question.measure == Measure::kAmount
                                     ? AmountSampler(model, model.open[index]).mean()
                                     : static_cast<double>(model.open[index].units));
    }
    if (question.period_start > model.as_of_day) {
      part.until_start.emplace_back(model, pipeline, question.period_start, starts);
    }
    parts_.push_back(std::move(part));
  }
}

DrawMeans RepTrials::Run(uint64_t block, const CompanyDraw& company, TrialScratch& scratch,
                         absl::Span<int64_t> trials) const {
  std::fill(trials.begin(), trials.end(), question_.booked);
  DrawMeans means;
  const RepDraw rep = DrawRep(model_, question_.rep, seed_, block);
  AddLevels(company, rep, means);
  for (const PipelinePart& part : parts_) {
    const Lanes new_wins = Compile(part, company, rep, scratch);
    AddMeans(part, scratch.chances, new_wins, means);
    for (size_t i = 0; i < part.open.size(); ++i) {
      AddOpen(part.open[i], scratch.chances.starts[part.start_of_open[i]], block, trials);
    }
    AddNew(part, new_wins, block, trials);
  }
  if (run_rate_share_ > 0) ApplyRunRate(block, trials);
  return means;
}

DrawMeans RepTrials::MeansUnderOtherShocks(uint64_t block, const CompanyDraw& company,
                                           TrialScratch& scratch) const {
  DrawMeans means;
  const RepDraw rep = DrawRep(model_, question_.rep, seed_, block, Shocks::kOther);
  for (const PipelinePart& part : parts_) {
    const Lanes new_wins = Compile(part, company, rep, scratch);
    AddMeans(part, scratch.chances, new_wins, means);
  }
  return means;
}

Lanes RepTrials::Compile(const PipelinePart& part, const CompanyDraw& company, const RepDraw& rep,
                         TrialScratch& scratch) const {
  WinChances& chances = scratch.chances;
  part.until_end.Compile(company, rep, scratch.recursion, chances);
  Lanes new_wins = NewWins(part, company, rep, chances);
  for (const ChanceCompiler& until_start : part.until_start) {
    // What is won before the period does not count in it.
    until_start.Compile(company, rep, scratch.recursion, scratch.before);
    const Lanes early = NewWins(part, company, rep, scratch.before);
    for (int l = 0; l < kLanes; ++l) {
      new_wins[l] -= early[l];
      for (size_t i = 0; i < chances.starts.size(); ++i) {
        chances.starts[i][l] -= scratch.before.starts[i][l];
      }
    }
  }
  return new_wins;
}

void RepTrials::AddMeans(const PipelinePart& part, const WinChances& chances, const Lanes& new_wins,
                         DrawMeans& means) const {
  for (int l = 0; l < kLanes; ++l) {
    double from_open = 0;
    for (size_t i = 0; i < part.open.size(); ++i) {
      from_open +=
          static_cast<double>(chances.starts[part.start_of_open[i]][l]) * part.mean_values[i];
    }
    means.from_open[static_cast<size_t>(l)] += from_open;
    means.from_new[static_cast<size_t>(l)] +=
        std::max(0.0, static_cast<double>(new_wins[l])) * part.sizes.mean();
  }
}

void RepTrials::AddLevels(const CompanyDraw& company, const RepDraw& rep, DrawMeans& means) const {
  const auto add = [&](const Lanes& a, const Lanes& b) {
    means.levels.emplace_back();
    for (int l = 0; l < kLanes; ++l) {
      // A level of nothing has no logarithm, and nothing follows from it.
      means.levels.back()[static_cast<size_t>(l)] = RoughLog(std::max(1e-30f, a[l] * b[l]));
    }
  };
  for (size_t k = 0; k < rep.multipliers.size(); ++k) add(company.levels[k], rep.multipliers[k]);
  for (size_t p = 0; p < rep.arrival_rates.size(); ++p) {
    add(company.pipelines[p].shock, rep.arrival_rates[p]);
  }
}

Lanes RepTrials::NewWins(const PipelinePart& part, const CompanyDraw& company, const RepDraw& rep,
                         const WinChances& chances) const {
  Lanes wins = Broadcast(0);
  const FittedRep& fitted = model_.reps[question_.rep];
  const ArrivalDraw& arrivals = company.pipelines[part.pipeline];
  for (size_t t = 0; t < chances.new_by_day.size(); ++t) {
    const Day day = model_.as_of_day + static_cast<Day>(t);
    if (day < fitted.start_day || day >= fitted.end_day) continue;
    float fraction = t == 0 ? static_cast<float>(model_.first_day_fraction) : 1;
    for (const CreationChange& change : fitted.creation_changes) {
      if (day >= change.from) fraction *= static_cast<float>(change.factor);
    }
    const Lanes& weekday = arrivals.weekday[WeekdayOf(day, model_.calendar)];
    for (int l = 0; l < kLanes; ++l) {
      wins[l] += fraction * weekday[l] * chances.new_by_day[t][l];
    }
  }
  for (int l = 0; l < kLanes; ++l) {
    wins[l] *= rep.arrival_rates[part.pipeline][l] * arrivals.shock[l];
  }
  return wins;
}

void RepTrials::AddOpen(int32_t index, const Lanes& chance, uint64_t block,
                        absl::Span<int64_t> trials) const {
  const OpenOpportunity& opportunity = model_.open[index];
  const bool amount = question_.measure == Measure::kAmount;
  const int64_t value = amount ? opportunity.amount_micros : opportunity.units;
  if (value == 0) return;
  const Stream wins(seed_, Purpose::kWin, opportunity.key);
  const std::array<uint32_t, kLanes> thresholds = ThresholdsOf(chance, wins.key(), block);
  if (const AmountSampler sampler(model_, opportunity); !amount || sampler.fixed()) {
    AddWins(wins.key(), block, thresholds, value, trials.data());
  } else {
    std::array<uint8_t, kTrialsPerBlock> won;
    MarkWins(wins.key(), block, thresholds, won.data());
    std::array<uint32_t, kTrialsPerBlock> words;
    const Stream ratios(seed_, Purpose::kAmountRatio, opportunity.key);
    PhiloxWords(ratios.key(), block * kTrialsPerBlock / 4, absl::MakeSpan(words));
    for (size_t i = 0; i < won.size(); ++i) {
      if (won[i] != 0) trials[i] += sampler.Draw(words[i]);
    }
  }
}

void RepTrials::AddNew(const PipelinePart& part, const Lanes& mean_wins, uint64_t block,
                       absl::Span<int64_t> trials) const {
  const uint64_t key =
      CombineKeys(model_.pipelines[part.pipeline].key, model_.reps[question_.rep].key);
  if (*std::max_element(mean_wins.at.begin(), mean_wins.at.end()) <= 0) return;
  const Stream counts(seed_, Purpose::kArrivalCount, key);
  const Stream places(seed_, Purpose::kArrivalPlace, key);
  const SizePool pool(part.sizes, {seed_, Purpose::kArrivalSize, key}, block);
  std::array<uint32_t, kTrialsPerBlock / 2> words;
  PhiloxWords(places.key(), block * words.size() / 4, absl::MakeSpan(words));
  for (int l = 0; l < kLanes; ++l) {
    const double mean = std::max(0.0, static_cast<double>(mean_wins[l]));
    if (mean == 0) continue;
    const uint64_t draw = block * kLanes + static_cast<uint64_t>(l);
    const ArrivalCounts wins =
        DrawArrivalCounts(mean, model_.options.arrival_rep_shock_shape, counts, draw);
    for (size_t i = 0; i < kTrialsPerDraw; ++i) {
      const size_t trial = static_cast<size_t>(l) * kTrialsPerDraw + i;
      const uint32_t place = words[trial / 2] >> (trial % 2 * 16);
      trials[trial] +=
          part.sizes.equal() ? wins[i] * part.sizes.equal_value() : pool.Sum(wins[i], place);
    }
  }
}

void RepTrials::ApplyRunRate(uint64_t block, absl::Span<int64_t> trials) const {
  // Evenly spread over the trials, the same ones for every rep: the k-th is that at which the share
  // of the trials so far reaches k.
  std::vector<size_t> chosen;
  const double first = static_cast<double>(block * kTrialsPerBlock);
  for (double k = std::floor(first * run_rate_share_) + 1;; ++k) {
    const double trial = std::ceil(k / run_rate_share_) - 1 - first;
    if (trial >= kTrialsPerBlock) break;
    if (trial >= 0) chosen.push_back(static_cast<size_t>(trial));
  }
  std::vector<uint32_t> words((chosen.size() + 3) / 4 * 4);
  const Stream stream(seed_, Purpose::kRunRate, model_.reps[question_.rep].key);
  PhiloxWords(stream.key(), block * kTrialsPerBlock / 4, absl::MakeSpan(words));
  const double deviation = std::sqrt(question_.pace.variance);
  for (size_t i = 0; i < chosen.size(); ++i) {
    const double rest = question_.pace.mean + deviation * NormalQuantile(OpenUniform(words[i]));
    trials[chosen[i]] = question_.booked + std::llround(std::max(0.0, rest));
  }
}

}  // namespace quotacast::simulation
