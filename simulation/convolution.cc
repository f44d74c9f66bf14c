#include "simulation/convolution.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "simulation/path_simulator.h"

namespace quotacast::simulation {
namespace {

ValueDistribution Convolve(const ValueDistribution& a, const ValueDistribution& b) {
  ValueDistribution sum;
  for (const auto& [x, p] : a) {
    for (const auto& [y, q] : b) sum[x + y] += p * q;
  }
  return sum;
}

// Adds `share` of a uniform choice among `values`.
template <typename T, typename F>
void AddChoice(const std::vector<T>& values, double share, F value_of, ValueDistribution& into) {
  for (const T& value : values) {
    into[value_of(value)] += share / static_cast<double>(values.size());
  }
}

// Own values with probability n / (n + own_amount_wins), else all of them.
template <typename T, typename F>
ValueDistribution OwnOrAll(const std::vector<T>& own, const std::vector<T>& all, double weight,
                           F value_of) {
  const double n = static_cast<double>(own.size());
  const double own_share = n > 0 ? n / (n + weight) : 0;
  ValueDistribution distribution;
  if (n > 0) AddChoice(own, own_share, value_of, distribution);
  AddChoice(all, 1 - own_share, value_of, distribution);
  return distribution;
}

ValueDistribution ValueOfOpen(const FittedModel& model, const OpenOpportunity& open,
                              Measure measure) {
  if (measure == Measure::kUnits) return {{open.units, 1}};
  if (model.ratios.all.empty()) return {{open.amount_micros, 1}};
  const Ratios none;
  const Ratios& own = open.label == kNone ? none : model.ratios.by_label[open.label];
  return OwnOrAll(
      own.ratios(), model.ratios.all.ratios(), model.options.own_amount_wins,
      [&](double ratio) { return std::llround(static_cast<double>(open.amount_micros) * ratio); });
}

ValueDistribution ValueOfNew(const FittedModel& model, int32_t pipeline, int32_t rep,
                             Measure measure) {
  const Arrivals& arrivals = model.pipelines[pipeline].arrivals;
  if (arrivals.company_sizes.empty()) return {{0, 1}};
  return OwnOrAll(arrivals.rep_sizes[rep].sizes(), arrivals.company_sizes.sizes(),
                  model.options.own_amount_wins, [measure](const WonSize& size) {
                    return measure == Measure::kAmount ? size.amount_micros : size.units;
                  });
}

// P(count = 0), P(count = 1), ... until less than `tail` is left.
std::vector<double> CountChances(double mean, double shape, double tail) {
  const bool poisson = std::isinf(shape);
  double chance = poisson ? std::exp(-mean) : std::exp(-shape * std::log1p(mean / shape)), left = 1;
  std::vector<double> chances;
  for (int n = 0; left > tail && chance > 0; ++n) {
    chances.push_back(chance);
    left -= chance;
    chance *= (poisson ? mean : mean * (shape + n) / (shape + mean)) / (n + 1);
  }
  return chances;
}

}  // namespace

double ExactChances::At(int32_t cell, int age_days, Day day) {
  if (day >= end_) return 0;
  // 16 bits of cell, 24 of the day and of the age hold any case that is small.
  const uint64_t key = static_cast<uint64_t>(cell) << 48 |
                       static_cast<uint64_t>(day - model_.as_of_day) << 24 |
                       static_cast<uint64_t>(age_days);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  std::vector<double> hazards;
  const double sum = HazardsOf(model_, draw_, cell, rep_, age_days, day, hazards);
  const double leaves = -std::expm1(-sum * FractionAhead(model_, day));
  double chance = (1 - leaves) * At(cell, age_days + 1, day + 1);
  const Cell& here = model_.cells[cell];
  for (size_t k = 0; k < hazards.size() && sum > 0; ++k) {
    const int16_t next = here.causes[k].next_stage;
    const bool backward =
        model_.pipelines[here.pipeline].stage_kinds[next] == StageKind::kOpen && next < here.stage;
    chance +=
        leaves * hazards[k] / sum *
        (backward ? Stage(here.pipeline, next, 1, day + 1) : Stage(here.pipeline, next, 0, day));
  }
  return known_[key] = chance;
}

double ExactChances::Stage(int32_t pipeline, int16_t stage, int age_days, Day day) {
  const StageKind kind = model_.pipelines[pipeline].stage_kinds[stage];
  if (kind == StageKind::kOpen) {
    const int32_t cell = model_.pipelines[pipeline].cell_of_stage[stage];
    return model_.cells[cell].MayLeave(0) * At(cell, age_days, day);
  }
  return kind == StageKind::kWon && day >= start_ && day < end_ ? 1 : 0;
}

double ExactChances::ExpectedNewWins(int32_t pipeline) {
  const std::vector<double>& shares = model_.pipelines[pipeline].arrivals.entry_share;
  double wins = 0;
  for (Day day = model_.as_of_day; day < end_; ++day) {
    const double created =
        ArrivalsOn(model_, draw_, pipeline, rep_, day) * FractionAhead(model_, day);
    for (size_t stage = 0; stage < shares.size() && created > 0; ++stage) {
      if (shares[stage] == 0) continue;
      wins += created * shares[stage] * Stage(pipeline, static_cast<int16_t>(stage), 0, day);
    }
  }
  return wins;
}

absl::StatusOr<ValueDistribution> ExactBookings(const FittedModel& model,
                                                const PointParameters& draw,
                                                const Question& question,
                                                const ConvolutionOptions& options) {
  const Measure measure = question.measure;
  const Day start = question.period_start, end = question.period_end;
  const std::vector<int32_t> reps = AskedReps(model, question);
  ValueDistribution total = {
      {model.bookings[measure == Measure::kAmount ? 0 : 1].Between(reps, start, end), 1}};
  const auto fits = [&](const ValueDistribution& value) {
    if (value.size() <= options.max_values) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", options.max_values, " values of the bookings are possible"));
  };
  for (const int32_t rep : reps) {
    ExactChances chances(model, draw, rep, start, end);
    for (const OpenOpportunity& open : model.open) {
      if (open.rep != rep) continue;
      const int age_days = model.as_of_day - open.entry_day;
      const double chance =
          model.cells[open.cell].MayLeave(BucketOf(age_days, model.bucket_starts)) *
          chances.At(open.cell, age_days, model.as_of_day);
      ValueDistribution value;
      for (const auto& [worth, share] : ValueOfOpen(model, open, measure)) {
        value[worth] += chance * share;
      }
      value[0] += 1 - chance;
      total = Convolve(total, value);
      if (absl::Status status = fits(total); !status.ok()) return status;
    }
    for (size_t p = 0; p < model.pipelines.size(); ++p) {
      const auto pipeline = static_cast<int32_t>(p);
      const ValueDistribution size = ValueOfNew(model, pipeline, rep, measure);
      ValueDistribution sum_of_sizes = {{0, 1}}, value;
      for (const double chance :
           CountChances(chances.ExpectedNewWins(pipeline), options.arrival_shape, options.tail)) {
        for (const auto& [worth, share] : sum_of_sizes) value[worth] += chance * share;
        sum_of_sizes = Convolve(sum_of_sizes, size);
        if (absl::Status status = fits(sum_of_sizes); !status.ok()) return status;
      }
      total = Convolve(total, value);
      if (absl::Status status = fits(total); !status.ok()) return status;
    }
  }
  return total;
}

double ChanceAtLeast(const ValueDistribution& distribution, int64_t target) {
  double chance = 0;
  for (auto value = distribution.lower_bound(target); value != distribution.end(); ++value) {
    chance += value->second;
  }
  return chance;
}

}  // namespace quotacast::simulation
