#include "simulation/scenario/paired_run.h"

#include <algorithm>
#include <atomic>
#include <bitset>
#include <cmath>
#include <functional>
#include <mutex>

#include "simulation/own_answers.h"
#include "simulation/parallel.h"
#include "simulation/random.h"
#include "simulation/rep_trials.h"
#include "simulation/scenario/task_trials.h"
#include "simulation/tally.h"

namespace quotacast::simulation {
namespace {

constexpr size_t kWordsPerDraw = kTrialsPerDraw / 64;

std::vector<CompanyDraw> DrawBlocks(const FittedModel& model, const ForecastOptions& options,
                                    int64_t count, Shocks shocks) {
  std::vector<CompanyDraw> draws(static_cast<size_t>(count));
  ParallelFor(options.thread_count, draws.size(), [&](int, size_t b) {
    if (!options.cancelled || !options.cancelled()) {
      draws[b] = DrawCompany(model, options.seed, b, shocks);
    }
  });
  return draws;
}

// The trials of the model alone of a task, by its index.
using Simulate = std::function<TaskTrials(size_t task)>;

// Runs all tasks of a variant and answers the questions.
class VariantRun {
 public:
  // Without `rests_before` it is the baseline itself.
  VariantRun(const TaskContext& context, const Simulate& simulate, absl::Span<const RepTask> tasks,
             absl::Span<const Question> questions, absl::Span<const int64_t> targets,
             absl::Span<const double> rests_before, const ForecastOptions& options)
      : context_(context),
        simulate_(simulate),
        tasks_(tasks),
        questions_(questions),
        targets_(targets),
        rests_before_(rests_before),
        options_(options),
        means_(tasks.size()),
        parameter_means_(tasks.size()),
        mean_rests(tasks.size()) {}

  absl::StatusOr<std::vector<Outcome>> Run() {
    const auto blocks = static_cast<int64_t>(context_.company->size());
    for (size_t q = 0; q < questions_.size(); ++q) {
      tallies_.emplace_back(targets_[q], false);
      room_.push_back(tallies_.back().AddBlocks(blocks));
    }
    outcomes_.resize(questions_.size());
    ParallelFor(options_.thread_count, tasks_.size(), [&](int, size_t i) { RunTask(i); });
    if (cancelled_) return absl::CancelledError("the simulation was cancelled");
    for (size_t i = 0; i < tasks_.size(); ++i) {
      for (const int32_t q : tasks_[i].asked_by) {
        for (size_t b = 0; b < means_[i].size(); ++b) {
          tallies_[q].AddMeans(static_cast<int64_t>(b), means_[i][b]);
        }
        for (size_t b = 0; b < parameter_means_[i].size(); ++b) {
          tallies_[q].AddParameterMeans(b, parameter_means_[i][b]);
        }
      }
    }
    ParallelFor(options_.thread_count, questions_.size(), [&](int, size_t q) {
      Outcome& outcome = outcomes_[q];
      MarkAttained(room_[q], targets_[q], outcome);
      outcome.forecast.question = questions_[q];
      outcome.forecast.question.target = targets_[q];
      tallies_[q].Count();
      tallies_[q].Summarize(options_.keep_samples, outcome.forecast);
    });
    return std::move(outcomes_);
  }

 private:
  void RunTask(size_t i) {
    const RepTask& task = tasks_[i];
    if (options_.cancelled && options_.cancelled()) cancelled_ = true;
    if (cancelled_) return;
    TaskTrials trials = simulate_(i);
    mean_rests[i] = trials.mean_rest;
    if (rests_before_.empty()) {
      ApplyPace(context_, task, 1, trials);
    } else if (i < rests_before_.size()) {  // Those who join have no pace.
      ApplyPace(context_, task, PaceFactor(rests_before_[i], mean_rests[i]), trials);
    }
    means_[i] = std::move(trials.means);
    parameter_means_[i] = std::move(trials.parameter_means);
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const int32_t q : task.asked_by) {
      for (size_t t = 0; t < trials.bookings.size(); ++t) room_[q][t] += trials.bookings[t];
      outcomes_[q].forecast.booked += trials.booked;
      outcomes_[q].forecast.open_opportunity_count += trials.open_count;
    }
  }

  const TaskContext& context_;
  const Simulate& simulate_;
  absl::Span<const RepTask> tasks_;
  absl::Span<const Question> questions_;
  absl::Span<const int64_t> targets_;
  absl::Span<const double> rests_before_;
  const ForecastOptions& options_;
  std::mutex mutex_;
  std::vector<Tally> tallies_;
  std::vector<absl::Span<int64_t>> room_;
  std::vector<std::vector<DrawMeans>> means_, parameter_means_;
  std::vector<Outcome> outcomes_;
  std::atomic<bool> cancelled_ = false;

 public:
  std::vector<double> mean_rests;  // By task.
};

std::vector<int64_t> TargetsOf(const std::vector<Question>& questions) {
  std::vector<int64_t> targets;
  for (const Question& question : questions) targets.push_back(question.target);
  return targets;
}

// Indices of the tasks that a question needs.
std::vector<size_t> TasksOf(const PairedRun& run, size_t question) {
  std::vector<size_t> indices;
  for (size_t i = 0; i < run.tasks().size(); ++i) {
    const std::vector<int32_t>& asked_by = run.tasks()[i].asked_by;
    if (std::find(asked_by.begin(), asked_by.end(), static_cast<int32_t>(question)) !=
        asked_by.end()) {
      indices.push_back(i);
    }
  }
  return indices;
}

// A task asked for by one question alone.
RepTask AskedAlone(RepTask task) {
  task.asked_by = {0};
  return task;
}

// What those who join bring to the questions.
void AddJoiners(const Variant& variant, absl::Span<const Question> questions,
                std::vector<RepTask>& tasks) {
  for (const Joiner& joiner : variant.joiners) {
    const size_t first = tasks.size();
    for (size_t q = 0; q < questions.size(); ++q) {
      const Question& question = questions[q];
      if (!CountsJoiner(variant.model, questions, question, joiner)) continue;
      const auto found = std::find_if(
          tasks.begin() + static_cast<int64_t>(first), tasks.end(), [&](const RepTask& task) {
            return task.question.measure == question.measure &&
                   task.question.period_start == question.period_start &&
                   task.question.period_end == question.period_end;
          });
      RepTask& task = found == tasks.end() ? tasks.emplace_back() : *found;
      task.question = {joiner.rep, question.measure, question.period_start, question.period_end, 0,
                       {}};
      task.asked_by.push_back(static_cast<int32_t>(q));
    }
  }
}

}  // namespace

bool CountsJoiner(const FittedModel& model, absl::Span<const Question> questions,
                  const Question& question, const Joiner& joiner) {
  const auto is_total_above = [&](const Question& asked) {
    if (asked.owner_type != OwnerType::kTeam) return false;
    int32_t team = joiner.team;
    while (team != kNone && team != asked.owner) team = model.team_parents[team];
    return team != kNone;
  };
  if (question.owner_type == OwnerType::kTeam) return is_total_above(question);
  return question.reps.size() > 1 &&
         (joiner.team == kNone || std::any_of(questions.begin(), questions.end(), is_total_above));
}

void MarkAttained(absl::Span<const int64_t> trials, int64_t target, Outcome& outcome) {
  outcome.attained.assign((trials.size() + 63) / 64, 0);
  outcome.fingerprint = static_cast<uint64_t>(target);
  for (size_t t = 0; t < trials.size(); ++t) {
    if (trials[t] >= target) outcome.attained[t / 64] |= uint64_t{1} << (t % 64);
    outcome.fingerprint =
        (outcome.fingerprint ^ static_cast<uint64_t>(trials[t])) * 0x9E3779B97F4A7C15u;
    outcome.fingerprint ^= outcome.fingerprint >> 29;
  }
}

double AttainedShare(const Outcome& outcome) {
  int64_t count = 0;
  for (const uint64_t word : outcome.attained) {
    count += static_cast<int64_t>(std::bitset<64>(word).count());
  }
  return static_cast<double>(count) / static_cast<double>(outcome.attained.size() * 64);
}

ChanceDifference Difference(const Outcome& first, const Outcome& second) {
  ChanceDifference difference;
  const size_t words_per_block = kWordsPerDraw * kLanes;
  const size_t blocks = first.attained.size() / words_per_block;
  const auto count = [&](const Outcome& outcome, size_t block, size_t lane) {
    int64_t bits = 0;
    for (size_t w = 0; w < kWordsPerDraw; ++w) {
      bits += static_cast<int64_t>(
          std::bitset<64>(outcome.attained[block * words_per_block + lane * kWordsPerDraw + w])
              .count());
    }
    return bits;
  };
  std::vector<double> clusters;
  int64_t total = 0;
  for (size_t b = 0; b < blocks; ++b) {
    for (size_t l = 0; l < kLanes / 2; ++l) {
      int64_t sum = 0;
      for (const size_t lane : {l, l + kLanes / 2}) {
        sum += count(second, b, lane) - count(first, b, lane);
      }
      total += sum;
      clusters.push_back(static_cast<double>(sum) / (2 * kTrialsPerDraw));
    }
  }
  const double trials = static_cast<double>(first.attained.size() * 64);
  difference.value = static_cast<double>(total) / trials;
  if (first.fingerprint == second.fingerprint) return difference;
  const double n = static_cast<double>(clusters.size());
  double squares = 0;
  for (const double cluster : clusters) {
    squares += (cluster - difference.value) * (cluster - difference.value);
  }
  difference.standard_error = std::max(std::sqrt(squares / (n * (n - 1))), 1 / trials);
  return difference;
}

absl::StatusOr<PairedRun> PairedRun::Prepare(const FittedModel& model,
                                             std::vector<Question> questions,
                                             const ForecastOptions& options) {
  if (absl::Status status = ValidateForecast(model, questions, options); !status.ok()) {
    return status;
  }
  if (options.precision_pp != 0 || options.trial_count > kMostPairedTrials) {
    return absl::InvalidArgumentError("trial_count must be 100 to 1,000,000, without precision_pp");
  }
  PairedRun run;
  run.model_ = &model;
  run.options_ = &options;
  run.questions_ = std::move(questions);
  run.block_count_ =
      std::max(kFewestBlocks, (options.trial_count + kTrialsPerBlock - 1) / kTrialsPerBlock);
  run.tasks_ = PlanTasks(model, run.questions_, options);
  run.company_ = DrawBlocks(model, options, run.block_count_, Shocks::kOwn);
  return run;
}

absl::StatusOr<PairedRun> PairedRun::Create(const FittedModel& model,
                                            std::vector<Question> questions,
                                            const ForecastOptions& options) {
  absl::StatusOr<PairedRun> prepared = Prepare(model, std::move(questions), options);
  if (!prepared.ok()) return prepared;
  PairedRun& run = *prepared;
  run.other_ = DrawBlocks(model, options, kParameterBlocks, Shocks::kOff);
  const DealsByRep open = OpenDeals(model, run.tasks_);
  TaskContext context = run.BaselineContext(open);
  context.other = &run.other_;
  const Simulate simulate = [&](size_t i) { return RunModelTrials(context, run.tasks_[i]); };
  const std::vector<int64_t> targets = TargetsOf(run.questions_);
  VariantRun baseline(context, simulate, run.tasks_, run.questions_, targets, {}, options);
  absl::StatusOr<std::vector<Outcome>> outcomes = baseline.Run();
  if (!outcomes.ok()) return outcomes.status();
  run.baseline_ = *std::move(outcomes);
  run.mean_rests_ = std::move(baseline.mean_rests);
  return prepared;
}

absl::StatusOr<std::vector<Outcome>> PairedRun::Run(const Variant& variant, const Asked& asked,
                                                    bool intervals) const {
  std::vector<CompanyDraw> changed, changed_other;
  if (variant.company_changed) {
    changed = DrawBlocks(variant.model, *options_, block_count_, Shocks::kOwn);
    if (intervals) {
      changed_other = DrawBlocks(variant.model, *options_, kParameterBlocks, Shocks::kOff);
    }
  }
  std::vector<RepTask> joined;
  absl::Span<const RepTask> tasks = asked.tasks;
  if (!variant.joiners.empty()) {
    joined.assign(tasks.begin(), tasks.end());
    AddJoiners(variant, asked.questions, joined);
    tasks = joined;
  }
  const DealsByRep open = OpenDeals(variant.model, tasks);
  TaskContext context = BaselineContext(open);
  context.model = &variant.model;
  context.variant = &variant;
  if (variant.company_changed) context.company = &changed;
  if (intervals) context.other = variant.company_changed ? &changed_other : &other_;
  const Simulate simulate = [&](size_t i) { return RunModelTrials(context, tasks[i]); };
  return VariantRun(context, simulate, tasks, asked.questions, asked.targets, asked.rests,
                    *options_)
      .Run();
}

absl::StatusOr<std::vector<Outcome>> PairedRun::Run(const Variant& variant,
                                                    absl::Span<const int64_t> targets) const {
  return Run(variant, {tasks_, questions_, targets, mean_rests_}, /*intervals=*/true);
}

absl::StatusOr<std::vector<Outcome>> PairedRun::Run(const Variant& variant) const {
  return Run(variant, TargetsOf(questions_));
}

absl::StatusOr<Outcome> PairedRun::RunOne(const Variant& variant, size_t question) const {
  std::vector<RepTask> tasks;
  std::vector<double> rests;
  for (const size_t i : TasksOf(*this, question)) {
    tasks.push_back(AskedAlone(tasks_[i]));
    rests.push_back(mean_rests_[i]);
  }
  const Question& asked = questions_[question];
  const int64_t target = asked.target;
  auto outcomes = Run(variant, {tasks, {&asked, 1}, {&target, 1}, rests}, /*intervals=*/false);
  if (!outcomes.ok()) return outcomes.status();
  return std::move(outcomes->front());
}

TaskContext PairedRun::BaselineContext(const DealsByRep& open) const {
  static const Variant unchanged;
  TaskContext context;
  context.model = model_;
  context.open = &open;
  context.variant = &unchanged;
  context.company = &company_;
  context.seed = options_->seed;
  context.run_rate_share = options_->run_rate_share;
  context.cancelled = &options_->cancelled;
  return context;
}

CreationRun::CreationRun(const PairedRun& run, size_t question)
    : run_(run), question_(run.questions()[question]), open_(run.model().reps.size()) {
  for (const size_t i : TasksOf(run, question)) {
    tasks_.push_back(AskedAlone(run.tasks()[i]));
    open_[tasks_.back().question.rep] = tasks_.back().open;
  }
  trials_.resize(tasks_.size());
  rests_.resize(tasks_.size());
  const TaskContext context = run.BaselineContext(open_);
  ParallelFor(run.options().thread_count, tasks_.size(), [&](int, size_t i) {
    trials_[i].emplace(context, tasks_[i]);
    rests_[i] = trials_[i]->Run(1).mean_rest;
  });
}

absl::StatusOr<Outcome> CreationRun::Run(absl::Span<const double> creation_factors) const {
  const TaskContext context = run_.BaselineContext(open_);
  const Simulate simulate = [&](size_t i) {
    return trials_[i]->Run(creation_factors[tasks_[i].question.rep]);
  };
  const int64_t target = question_.target;
  auto outcomes =
      VariantRun(context, simulate, tasks_, {&question_, 1}, {&target, 1}, rests_, run_.options())
          .Run();
  if (!outcomes.ok()) return outcomes.status();
  return std::move(outcomes->front());
}

}  // namespace quotacast::simulation
