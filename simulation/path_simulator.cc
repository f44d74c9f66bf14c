#include "simulation/path_simulator.h"

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <numeric>

#include "simulation/point_parameters.h"

namespace quotacast::simulation {
namespace {

constexpr Day kNotWon = INT32_MAX;

class Simulator {
 public:
  Simulator(const FittedModel& model, absl::Span<const Question> questions, uint64_t seed)
      : model_(model), questions_(questions), asked_by_(model.reps.size()), random_(seed) {
    for (size_t q = 0; q < questions.size(); ++q) {
      for (const int32_t rep : AskedReps(model, questions[q])) asked_by_[rep].push_back(q);
      end_ = std::max(end_, questions[q].period_end);
    }
  }

  // Adds the bookings of one trial from now on to `sums`, by question.
  void RunTrial(std::vector<int64_t>& sums) {
    draw_ = DrawParameters(model_, random_);
    for (const OpenOpportunity& open : model_.open) {
      if (open.rep == kNone || asked_by_[open.rep].empty()) continue;
      const int age_days = model_.as_of_day - open.entry_day;
      if (NeverLeaves(open.cell, age_days)) continue;
      const Day won = Walk(open.cell, open.rep, age_days, model_.as_of_day);
      if (won == kNotWon) continue;
      const double amount = static_cast<double>(open.amount_micros) * DrawRatio(open.label);
      Book(open.rep, won, {std::llround(amount), open.units}, sums);
    }
    for (size_t p = 0; p < model_.pipelines.size(); ++p) {
      for (size_t r = 0; r < model_.reps.size(); ++r) {
        if (!asked_by_[r].empty()) {
          RunArrivals(static_cast<int32_t>(p), static_cast<int32_t>(r), sums);
        }
      }
    }
  }

 private:
  bool NeverLeaves(int32_t cell, int age_days) {
    return uniform_(random_) >=
           model_.cells[cell].MayLeave(BucketOf(age_days, model_.bucket_starts));
  }

  // The day on which an opportunity is won that is created on a day in a stage.
  Day Create(const FittedPipeline& pipeline, int16_t stage, int32_t rep, Day day) {
    if (pipeline.stage_kinds[stage] == StageKind::kWon) return day;
    const int32_t cell = pipeline.cell_of_stage[stage];
    if (cell == kNone || NeverLeaves(cell, 0)) return kNotWon;
    return Walk(cell, rep, 0, day);
  }

  // The day on which an opportunity is won that is in `cell` at an age on a day and may leave.
  Day Walk(int32_t cell, int32_t rep, int age_days, Day day) {
    while (day < end_) {
      const double sum = HazardsOf(model_, draw_, cell, rep, age_days, day, hazards_);
      if (uniform_(random_) >= -std::expm1(-sum * FractionAhead(model_, day))) {
        ++age_days;
        ++day;
        continue;
      }
      double left = uniform_(random_) * sum;
      size_t k = 0;
      while (k + 1 < hazards_.size() && left >= hazards_[k]) left -= hazards_[k++];
      const FittedPipeline& pipeline = model_.pipelines[model_.cells[cell].pipeline];
      const int16_t next = model_.cells[cell].causes[k].next_stage;
      if (pipeline.stage_kinds[next] != StageKind::kOpen) {
        return pipeline.stage_kinds[next] == StageKind::kWon ? day : kNotWon;
      }
      const bool forward = next > model_.cells[cell].stage;
      cell = pipeline.cell_of_stage[next];
      if (NeverLeaves(cell, 0)) return kNotWon;
      age_days = forward ? 0 : 1;
      if (!forward) ++day;
    }
    return kNotWon;
  }

  void RunArrivals(int32_t pipeline, int32_t rep, std::vector<int64_t>& sums) {
    const Arrivals& arrivals = model_.pipelines[pipeline].arrivals;
    for (Day day = model_.as_of_day; day < end_; ++day) {
      const double mean =
          ArrivalsOn(model_, draw_, pipeline, rep, day) * FractionAhead(model_, day);
      if (mean <= 0) continue;
      const int count = boost::random::poisson_distribution<int>(mean)(random_);
      for (int i = 0; i < count; ++i) {
        const int16_t stage = DrawEntry(arrivals.entry_share);
        const Day won = Create(model_.pipelines[pipeline], stage, rep, day);
        if (won != kNotWon) Book(rep, won, DrawSize(arrivals, rep), sums);
      }
    }
  }

  int16_t DrawEntry(const std::vector<double>& shares) {
    double left = uniform_(random_);
    size_t stage = 0;
    while (stage + 1 < shares.size() && left >= shares[stage]) left -= shares[stage++];
    return static_cast<int16_t>(stage);
  }

  // From the own values with probability n / (n + own_amount_wins), else from all.
  template <typename T>
  const T& DrawOwnOrAll(const std::vector<T>& own, const std::vector<T>& all) {
    const double n = static_cast<double>(own.size());
    const bool take_own = n > 0 && uniform_(random_) < n / (n + model_.options.own_amount_wins);
    const std::vector<T>& from = take_own ? own : all;
    return from[boost::random::uniform_int_distribution<size_t>(0, from.size() - 1)(random_)];
  }

  WonSize DrawSize(const Arrivals& arrivals, int32_t rep) {
    if (arrivals.company_sizes.empty()) return {};
    return DrawOwnOrAll(arrivals.rep_sizes[rep].sizes(), arrivals.company_sizes.sizes());
  }

  double DrawRatio(int32_t label) {
    if (model_.ratios.all.empty()) return 1;
    const Ratios none;
    const Ratios& own = label == kNone ? none : model_.ratios.by_label[label];
    return DrawOwnOrAll(own.ratios(), model_.ratios.all.ratios());
  }

  void Book(int32_t rep, Day day, WonSize size, std::vector<int64_t>& sums) const {
    for (const size_t q : asked_by_[rep]) {
      const Question& question = questions_[q];
      if (day < question.period_start || day >= question.period_end) continue;
      sums[q] += question.measure == Measure::kAmount ? size.amount_micros : size.units;
    }
  }

  const FittedModel& model_;
  absl::Span<const Question> questions_;
  std::vector<std::vector<size_t>> asked_by_;  // By rep.
  Day end_ = INT32_MIN;
  boost::random::mt19937_64 random_;
  boost::random::uniform_01<double> uniform_;
  PointParameters draw_;
  std::vector<double> hazards_;
};

bool InTeam(const FittedModel& model, int32_t team, int32_t root) {
  while (team != kNone && team != root) team = model.team_parents[team];
  return team == root;
}

}  // namespace

std::vector<int32_t> AskedReps(const FittedModel& model, const Question& question) {
  std::vector<int32_t> reps = question.reps;
  if (!reps.empty()) {
    std::sort(reps.begin(), reps.end());
  } else if (question.owner_type == OwnerType::kRep) {
    reps = {question.owner};
  } else {
    for (size_t r = 0; r < model.reps.size(); ++r) {
      if (InTeam(model, model.reps[r].team, question.owner)) {
        reps.push_back(static_cast<int32_t>(r));
      }
    }
  }
  return reps;
}

std::vector<std::vector<int64_t>> SimulatePaths(const FittedModel& model,
                                                absl::Span<const Question> questions,
                                                const PathOptions& options) {
  Simulator simulator(model, questions, options.seed);
  std::vector<int64_t> booked;
  for (const Question& question : questions) {
    const DailyBookings& bookings = model.bookings[question.measure == Measure::kAmount ? 0 : 1];
    booked.push_back(
        bookings.Between(AskedReps(model, question), question.period_start, question.period_end));
  }
  std::vector<std::vector<int64_t>> samples(questions.size());
  for (int64_t trial = 0; trial < options.trial_count; ++trial) {
    std::vector<int64_t> sums = booked;
    simulator.RunTrial(sums);
    for (size_t q = 0; q < questions.size(); ++q) samples[q].push_back(sums[q]);
  }
  return samples;
}

}  // namespace quotacast::simulation
