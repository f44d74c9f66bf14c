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
Thresholds ThresholdsOf(const Lanes& chance, uint64_t key, uint64_t block) {
  Thresholds thresholds;
  for (int l = 0; l < kLanes; ++l) {
    const uint64_t draw = block * kLanes + static_cast<uint64_t>(l);
    const uint32_t dither = static_cast<uint32_t>((key >> 32) + draw * 0x9E3779B9u);
    const double steps = std::clamp(static_cast<double>(chance[l]), 0.0, 1.0) * kCertain;
    thresholds[static_cast<size_t>(l)] = static_cast<uint32_t>(steps + dither * 0x1p-32);
  }
  return thresholds;
}

}  // namespace

RepTrials::RepTrials(const FittedModel& model, const RepQuestion& question,
                     const std::vector<int32_t>& open, uint64_t seed, double run_rate_share)
    : model_(model),
      question_(question),
      seed_(seed),
      run_rate_share_(run_rate_share * PartAhead(model, question)) {
  for (const CreationChange& change : model.reps[question.rep].creation_changes) {
    if (change.from <= model.as_of_day) creation_factor_ *= static_cast<float>(change.factor);
  }
  std::vector<std::vector<int32_t>> open_of(model.pipelines.size());
  for (const int32_t index : open) {
    open_of[model.cells[model.open[index].cell].pipeline].push_back(index);
  }
  const bool units = question.measure == Measure::kUnits;
  for (size_t p = 0; p < open_of.size(); ++p) {
    const Arrivals& arrivals = model.pipelines[p].arrivals;
    if (open_of[p].empty() && arrivals.reps[question.rep].shape <= 0) continue;
    const int32_t pipeline = static_cast<int32_t>(p);
    const std::vector<Start> starts = StartsOf(model, open_of[p]);
    std::stable_partition(open_of[p].begin(), open_of[p].end(), [&](int32_t index) {
      return units || AmountSampler(model, model.open[index]).fixed();
    });
    PipelinePart part = {
        pipeline,
        open_of[p],
        {},
        {},
        {},
        {},
        ChanceCompiler(model, pipeline, question.period_end, starts),
        {},
        SizeSampler(arrivals, question.rep, question.measure, model.options.own_amount_wins)};
    for (const int32_t index : part.open) {
      const OpenOpportunity& opportunity = model.open[index];
      part.win_keys.push_back(Stream(seed, Purpose::kWin, opportunity.key).key());
      const AmountSampler sampler(model, opportunity);
      if (units || sampler.fixed()) {
        part.values.push_back(units ? opportunity.units : opportunity.amount_micros);
      }
      const auto found = std::lower_bound(starts.begin(), starts.end(), StartOf(model, index));
      part.start_of_open.push_back(static_cast<int32_t>(found - starts.begin()));
      part.mean_values.push_back(units ? static_cast<double>(opportunity.units) : sampler.mean());
    }
    if (question.period_start > model.as_of_day) {
      part.until_start.emplace_back(model, pipeline, question.period_start, starts);
    }
    parts_.push_back(std::move(part));
  }
}

DrawMeans RepTrials::Run(uint64_t block, const CompanyDraw& company, TrialScratch& scratch,
                         absl::Span<int64_t> trials) const {
  RunOpen(block, company, scratch, scratch.open, trials);
  const DrawMeans means = AddNew(block, scratch.open, 1, trials);
  if (run_rate_share_ > 0) ApplyRunRate(block, trials);
  return means;
}

void RepTrials::RunOpen(uint64_t block, const CompanyDraw& company, TrialScratch& scratch,
                        OpenBlock& open, absl::Span<int64_t> trials) const {
  std::fill(trials.begin(), trials.end(), question_.booked);
  open.means = {};
  open.new_wins.clear();
  const RepDraw rep = DrawRep(model_, question_.rep, seed_, block);
  for (const PipelinePart& part : parts_) {
    open.new_wins.push_back(Compile(part, company, rep, scratch));
    AddOpenMeans(part, scratch.chances, open.means);
    AddOpen(part, scratch.chances, block, scratch, trials);
  }
}

DrawMeans RepTrials::AddNew(uint64_t block, const OpenBlock& open, double creation_factor,
                            absl::Span<int64_t> trials) const {
  DrawMeans means = open.means;
  const float factor = creation_factor_ * static_cast<float>(creation_factor);
  for (size_t p = 0; p < parts_.size(); ++p) {
    Lanes wins = open.new_wins[p];
    for (int l = 0; l < kLanes; ++l) wins[l] *= factor;
    AddNewMeans(parts_[p], wins, means);
    AddNewWins(parts_[p], wins, block, trials);
  }
  return means;
}

DrawMeans RepTrials::MeansWithoutShocks(uint64_t block, const CompanyDraw& company,
                                        TrialScratch& scratch) const {
  DrawMeans means;
  const RepDraw rep = DrawRep(model_, question_.rep, seed_, block, Shocks::kOff);
  for (const PipelinePart& part : parts_) {
    Lanes wins = Compile(part, company, rep, scratch);
    for (int l = 0; l < kLanes; ++l) wins[l] *= creation_factor_;
    AddOpenMeans(part, scratch.chances, means);
    AddNewMeans(part, wins, means);
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

void RepTrials::AddOpenMeans(const PipelinePart& part, const WinChances& chances,
                             DrawMeans& means) const {
  for (int l = 0; l < kLanes; ++l) {
    double from_open = 0;
    for (size_t i = 0; i < part.open.size(); ++i) {
      from_open +=
          static_cast<double>(chances.starts[part.start_of_open[i]][l]) * part.mean_values[i];
    }
    means.from_open[static_cast<size_t>(l)] += from_open;
  }
}

void RepTrials::AddNewMeans(const PipelinePart& part, const Lanes& new_wins,
                            DrawMeans& means) const {
  for (int l = 0; l < kLanes; ++l) {
    means.from_new[static_cast<size_t>(l)] +=
        std::max(0.0, static_cast<double>(new_wins[l])) * part.sizes.mean();
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
      if (change.from > model_.as_of_day && day >= change.from) {
        fraction *= static_cast<float>(change.factor);
      }
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

void RepTrials::AddOpen(const PipelinePart& part, const WinChances& chances, uint64_t block,
                        TrialScratch& scratch, absl::Span<int64_t> trials) const {
  scratch.thresholds.clear();
  for (size_t i = 0; i < part.win_keys.size(); ++i) {
    const Lanes& chance = chances.starts[part.start_of_open[i]];
    scratch.thresholds.push_back(ThresholdsOf(chance, part.win_keys[i], block));
  }
  // Those whose amount is known come first.
  const size_t fixed = part.values.size();
  const absl::Span<const Thresholds> thresholds = scratch.thresholds;
  AddWins(absl::MakeConstSpan(part.win_keys).first(fixed), thresholds.first(fixed), part.values,
          block, trials.data());
  for (size_t i = fixed; i < part.win_keys.size(); ++i) {
    const OpenOpportunity& opportunity = model_.open[part.open[i]];
    const WinBits won = MarkWins(part.win_keys[i], block, thresholds[i]);
    const AmountPool amounts(AmountSampler(model_, opportunity),
                             {seed_, Purpose::kAmountRatio, opportunity.key}, block);
    for (size_t l = 0; l < kLanes; ++l) {
      for (size_t w = 0; w < won[l].size(); ++w) {
        for (uint64_t bits = won[l][w]; bits != 0; bits &= bits - 1) {
          const size_t t = 64 * w + static_cast<size_t>(std::countr_zero(bits));
          trials[l * kTrialsPerDraw + t] += amounts.Of(l, t);
        }
      }
    }
  }
}

void RepTrials::AddNewWins(const PipelinePart& part, const Lanes& mean_wins, uint64_t block,
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
