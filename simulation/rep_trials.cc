#include "simulation/rep_trials.h"

#include <algorithm>
#include <cmath>

#include "simulation/arrival_count.h"
#include "simulation/distributions.h"
#include "simulation/portable_math.h"
#include "simulation/random.h"
#include "simulation/resampling.h"

namespace quotacast::simulation {
namespace {

using TrialWords = std::array<uint32_t, kTrialsPerBlock>;

// One word for each trial of the block.
TrialWords WordsOfBlock(const Stream& stream, uint64_t block) {
  TrialWords words;
  for (size_t i = 0; i < kTrialsPerBlock; i += 4) {
    const std::array<uint32_t, 4> four = stream.Words((block * kTrialsPerBlock + i) / 4);
    std::copy(four.begin(), four.end(), words.begin() + i);
  }
  return words;
}

}  // namespace

RepTrials::RepTrials(const FittedModel& model, const RepQuestion& question,
                     std::vector<int32_t> open, uint64_t seed, double run_rate_share)
    : model_(model),
      question_(question),
      open_(model.pipelines.size()),
      starts_(model.pipelines.size()),
      start_of_open_(model.pipelines.size()),
      seed_(seed),
      run_rate_share_(run_rate_share) {
  const auto start_of = [&](int32_t index) {
    const OpenOpportunity& opportunity = model.open[index];
    return Start{opportunity.cell, model.as_of_day - opportunity.entry_day};
  };
  for (const int32_t index : open) {
    open_[model.cells[model.open[index].cell].pipeline].push_back(index);
  }
  for (size_t p = 0; p < open_.size(); ++p) {
    std::vector<Start>& starts = starts_[p];
    for (const int32_t index : open_[p]) starts.push_back(start_of(index));
    std::sort(starts.begin(), starts.end());
    const auto same = [](const Start& a, const Start& b) { return !(a < b) && !(b < a); };
    starts.erase(std::unique(starts.begin(), starts.end(), same), starts.end());
    for (const int32_t index : open_[p]) {
      const auto found = std::lower_bound(starts.begin(), starts.end(), start_of(index));
      start_of_open_[p].push_back(static_cast<int32_t>(found - starts.begin()));
    }
  }
}

DrawMeans RepTrials::Run(uint64_t block, const CompanyDraw& company,
                         absl::Span<int64_t> trials) const {
  std::fill(trials.begin(), trials.end(), question_.booked);
  DrawMeans means = {Broadcast(0), Broadcast(0)};
  const RepDraw rep = DrawRep(model_, question_.rep, seed_, block);
  for (size_t p = 0; p < open_.size(); ++p) {
    const int32_t pipeline = static_cast<int32_t>(p);
    if (open_[p].empty() && model_.pipelines[p].arrivals.reps[question_.rep].shape <= 0) continue;
    const PipelineChances chances = Compile(pipeline, company, rep);
    for (size_t i = 0; i < open_[p].size(); ++i) {
      AddOpen(open_[p][i], chances.open[start_of_open_[p][i]], block, means, trials);
    }
    AddNew(pipeline, chances.new_wins, block, means, trials);
  }
  if (run_rate_share_ > 0) ApplyRunRate(block, trials);
  return means;
}

RepTrials::PipelineChances RepTrials::Compile(int32_t pipeline, const CompanyDraw& company,
                                              const RepDraw& rep) const {
  PipelineChances chances = CompileUntil(pipeline, question_.period_end, company, rep);
  if (question_.period_start <= model_.as_of_day) return chances;
  // What is won before the period does not count in it.
  const PipelineChances before = CompileUntil(pipeline, question_.period_start, company, rep);
  for (int l = 0; l < kLanes; ++l) {
    for (size_t i = 0; i < chances.open.size(); ++i) chances.open[i][l] -= before.open[i][l];
    chances.new_wins[l] -= before.new_wins[l];
  }
  return chances;
}

RepTrials::PipelineChances RepTrials::CompileUntil(int32_t pipeline, Day end,
                                                   const CompanyDraw& company,
                                                   const RepDraw& rep) const {
  const WinChances compiled = CompileChances(model_, pipeline, company, rep, end, starts_[pipeline]);
  PipelineChances chances = {compiled.starts, Broadcast(0)};
  const FittedRep& fitted = model_.reps[question_.rep];
  const ArrivalDraw& arrivals = company.pipelines[pipeline];
  for (size_t t = 0; t < compiled.new_by_day.size(); ++t) {
    const Day day = model_.as_of_day + static_cast<Day>(t);
    if (day < fitted.start_day || day >= fitted.end_day) continue;
    const double fraction = t == 0 ? model_.first_day_fraction : 1;
    const Lanes& weekday = arrivals.weekday[WeekdayOf(day, model_.calendar)];
    for (int l = 0; l < kLanes; ++l) {
      chances.new_wins[l] += fraction * weekday[l] * compiled.new_by_day[t][l];
    }
  }
  for (int l = 0; l < kLanes; ++l) {
    chances.new_wins[l] *= rep.arrival_rates[pipeline][l] * arrivals.shock[l];
  }
  return chances;
}

void RepTrials::AddOpen(int32_t index, const Lanes& chance, uint64_t block, DrawMeans& means,
                        absl::Span<int64_t> trials) const {
  const OpenOpportunity& opportunity = model_.open[index];
  const bool amount = question_.measure == Measure::kAmount;
  const AmountSampler sampler(model_, opportunity);
  const bool fixed = !amount || sampler.fixed();
  const int64_t value = amount ? opportunity.amount_micros : opportunity.units;
  const double mean_value = fixed ? static_cast<double>(value) : sampler.mean();
  const TrialWords words = WordsOfBlock({seed_, Purpose::kWin, opportunity.key}, block);
  const TrialWords sizes = fixed ? TrialWords()
                                 : WordsOfBlock({seed_, Purpose::kAmountRatio, opportunity.key},
                                                block);
  for (int l = 0; l < kLanes; ++l) {
    const double p = std::clamp(chance[l], 0.0, 1.0);
    means.from_open[l] += p * mean_value;
    const uint64_t threshold = static_cast<uint64_t>(p * 0x1p32);
    for (int i = l * kTrialsPerDraw; i < (l + 1) * kTrialsPerDraw; ++i) {
      if (words[i] >= threshold) continue;
      trials[i] += fixed ? value : sampler.Draw(sizes[i]);
    }
  }
}

void RepTrials::AddNew(int32_t pipeline, const Lanes& mean_wins, uint64_t block, DrawMeans& means,
                       absl::Span<int64_t> trials) const {
  const FittedPipeline& fitted = model_.pipelines[pipeline];
  const uint64_t key = CombineKeys(fitted.key, model_.reps[question_.rep].key);
  const SizeSampler sampler(fitted.arrivals, question_.rep, question_.measure,
                            model_.options.own_amount_wins);
  const Stream counts(seed_, Purpose::kArrivalCount, key);
  const Stream sizes(seed_, Purpose::kArrivalSize, key);
  for (int l = 0; l < kLanes; ++l) {
    const double mean = std::max(0.0, mean_wins[l]);
    means.from_new[l] += mean * sampler.mean();
    if (mean == 0) continue;
    const uint64_t draw = block * kLanes + static_cast<uint64_t>(l);
    const ArrivalCounts wins =
        DrawArrivalCounts(mean, model_.options.arrival_rep_shock_shape, counts, draw);
    for (int i = 0; i < kTrialsPerDraw; ++i) {
      const int trial = l * kTrialsPerDraw + i;
      trials[trial] +=
          sampler.DrawSum(wins[i], sizes, block * kTrialsPerBlock + static_cast<uint64_t>(trial));
    }
  }
}

void RepTrials::ApplyRunRate(uint64_t block, absl::Span<int64_t> trials) const {
  const Stream stream(seed_, Purpose::kRunRate, model_.reps[question_.rep].key);
  const TrialWords words = WordsOfBlock(stream, block);
  const double deviation = std::sqrt(question_.pace.variance);
  for (int i = 0; i < kTrialsPerBlock; ++i) {
    // Evenly spread over the trials, the same for every rep.
    const double trial = static_cast<double>(block * kTrialsPerBlock + static_cast<uint64_t>(i));
    if (std::floor((trial + 1) * run_rate_share_) <= std::floor(trial * run_rate_share_)) continue;
    const double rest =
        question_.pace.mean + deviation * NormalQuantile(OpenUniform(words[i]));
    trials[i] = question_.booked + std::llround(std::max(0.0, rest));
  }
}

}  // namespace quotacast::simulation
