#include "simulation/scenario/leverage.h"

#include <algorithm>

#include "simulation/rep_trials.h"
#include "simulation/scenario/task_trials.h"

namespace quotacast::simulation {
namespace {

constexpr size_t kDealsPerRun = 62;  // Bits of a sum of powers of two that stays positive.

class DealCounter {
 public:
  DealCounter(const PairedRun& run, size_t question)
      : run_(run), question_(question), task_(run.tasks()[TaskOf(run, question)]) {
    open_ = OpenDeals(run.model(), {&task_, 1});
    context_ = run.BaselineContext(open_);
    base_ = RunModelTrials(context_, task_);
  }

  std::vector<DealLeverage> Count() {
    std::vector<DealLeverage> deals;
    for (size_t first = 0; first < task_.open.size(); first += kDealsPerRun) {
      const size_t count = std::min(kDealsPerRun, task_.open.size() - first);
      const TaskTrials wins = WinsOf(first, count);
      for (size_t i = 0; i < count; ++i) {
        if (Cancelled()) return deals;
        deals.push_back(CountDeal(task_.open[first + i], wins, i));
      }
    }
    return deals;
  }

  bool Cancelled() const { return run_.options().cancelled && run_.options().cancelled(); }

 private:
  static size_t TaskOf(const PairedRun& run, size_t question) {
    for (size_t i = 0; i < run.tasks().size(); ++i) {
      const auto& asked = run.tasks()[i].asked_by;
      if (std::find(asked.begin(), asked.end(), static_cast<int32_t>(question)) != asked.end()) {
        return i;
      }
    }
    return 0;
  }

  // Bit i of a trial: whether deal first + i is won. Deals that are worth powers of two, in a
  // company that creates nothing, add up to just that.
  TaskTrials WinsOf(size_t first, size_t count) const {
    FittedModel model = run_.model();
    std::vector<OpenOpportunity> deals;
    for (size_t i = 0; i < count; ++i) {
      deals.push_back(model.open[task_.open[first + i]]);
      deals.back().amount_micros = int64_t{1} << i;
    }
    model.open = std::move(deals);
    model.ratios = {};
    model.ratios.by_label.resize(run_.model().ratios.by_label.size());
    for (FittedPipeline& pipeline : model.pipelines) {
      pipeline.arrivals.reps[task_.question.rep] = {};
    }
    RepTask task = task_;
    task.question.measure = Measure::kAmount;
    task.question.booked = 0;
    TaskContext context = context_;
    const DealsByRep open = OpenDeals(model, {&task_, 1});
    context.model = &model;
    context.open = &open;
    return RunModelTrials(context, task);
  }

  DealLeverage CountDeal(int32_t open, const TaskTrials& wins, size_t bit) const {
    DealLeverage leverage;
    leverage.open = open;
    const SureWin deal = {run_.model().open[open], false};
    std::vector<int64_t> value(base_.bookings.size(), 0);
    for (size_t b = 0; b < base_.means.size(); ++b) {
      AddSureWin(run_.model(), deal, task_.question.measure, context_.seed, b,
                 absl::MakeSpan(value).subspan(b * kTrialsPerBlock, kTrialsPerBlock));
    }
    TaskTrials lost = base_;
    int64_t won_count = 0;
    for (size_t t = 0; t < value.size(); ++t) {
      if ((wins.bookings[t] >> bit & 1) == 0) continue;
      ++won_count;
      lost.bookings[t] -= value[t];
    }
    leverage.win_chance = static_cast<double>(won_count) / static_cast<double>(value.size());
    const double rest = MeanRest(lost.bookings, task_.question.booked);
    ApplyPace(context_, task_, PaceFactor(base_.mean_rest, rest), lost);
    TaskTrials won = std::move(lost);
    Outcome if_lost, if_won;
    MarkAttained(won.bookings, Target(), if_lost);
    const bool running = task_.question.period_start <= run_.model().as_of_day;
    for (size_t t = 0; running && t < value.size(); ++t) won.bookings[t] += value[t];
    MarkAttained(won.bookings, Target(), if_won);
    leverage.chance_if_lost = AttainedShare(if_lost);
    leverage.chance_if_won = AttainedShare(if_won);
    leverage.difference = Difference(if_lost, if_won);
    return leverage;
  }

  int64_t Target() const { return run_.questions()[question_].target; }

  const PairedRun& run_;
  size_t question_;
  const RepTask& task_;
  DealsByRep open_;
  TaskContext context_;
  TaskTrials base_;
};

}  // namespace

absl::StatusOr<std::vector<DealLeverage>> Leverage(const PairedRun& run, size_t question) {
  DealCounter counter(run, question);
  std::vector<DealLeverage> deals = counter.Count();
  if (counter.Cancelled()) return absl::CancelledError("the simulation was cancelled");
  return deals;
}

}  // namespace quotacast::simulation
