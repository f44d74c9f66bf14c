#include "simulation/forecast.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "simulation/company_draws.h"
#include "simulation/fit.h"
#include "simulation/own_answers.h"
#include "simulation/parallel.h"
#include "simulation/questions.h"
#include "simulation/rep_trials.h"
#include "simulation/tally.h"

namespace quotacast::simulation {
namespace {

// Blocks between two looks at what has been answered so far.
constexpr int64_t kBlocksPerLook = 64;
// The trials of questions about several reps are added up in memory.
constexpr double kMostSharedBytes = 2e9;

// Room for one thread's work.
struct ThreadScratch {
  TrialScratch trials;
  std::vector<int64_t> block = std::vector<int64_t>(kTrialsPerBlock);
  OwnAnswers own;
};

// A question about several reps.
struct SharedQuestion {
  SharedQuestion(int64_t target, bool until_precise) : tally(target, until_precise) {}
  Tally tally;
  absl::Span<int64_t> room;  // Of the blocks under way.
  std::mutex mutex;          // Guards room.
  bool active = true;
};

// Each rep's own questions are answered to the end, one rep after the other on each thread, so that
// no more is kept than is under way. Questions about several reps need all of their trials at once:
// the first blocks are added up on the way, more are run after it.
class ForecastRun {
 public:
  ForecastRun(const FittedModel& model, absl::Span<const Question> questions,
              const ForecastOptions& options)
      : model_(model),
        questions_(questions),
        options_(options),
        tasks_(PlanTasks(model, questions, options)),
        company_(model, options.seed, Shocks::kOwn),
        other_(model, options.seed, Shocks::kOff),
        scratch_(static_cast<size_t>(options.thread_count)),
        shared_(questions.size()),
        forecasts_(questions.size()) {
    std::vector<int> rep_counts(questions.size(), 0);
    for (const RepTask& task : tasks_) {
      for (const int32_t q : task.asked_by) {
        ++rep_counts[q];
        forecasts_[q].booked += task.question.booked;
        forecasts_[q].open_opportunity_count += static_cast<int32_t>(task.open.size());
      }
    }
    for (size_t q = 0; q < questions.size(); ++q) {
      forecasts_[q].question = questions[q];
      if (rep_counts[q] == 1) continue;
      shared_[q] = std::make_unique<SharedQuestion>(questions[q].target, UntilPrecise());
    }
  }

  absl::StatusOr<std::vector<Forecast>> Run() {
    // What independent trials of an even chance would need, to begin with.
    const double limit = options_.precision_pp / 100;
    const double trials = limit > 0 ? std::min(0.25 / (limit * limit), 1e7)
                                    : static_cast<double>(options_.trial_count);
    const int64_t first =
        std::max(kFewestBlocks, static_cast<int64_t>(std::ceil(trials / kTrialsPerBlock)));
    if (absl::Status status = CheckMemory(first); !status.ok()) return status;
    // How much questions about several reps will want beyond is not known yet.
    const bool more = UntilPrecise() && SharedCount() > 0;
    double share_done = more ? 0.3 : 1;
    RunTasks(0, first, /*alone=*/true, share_done);
    int64_t done = first;
    while (!cancelled_ && more && AnySharedWants(done)) {
      // The same steps whatever is asked, so that no question changes the answer to another.
      const int64_t blocks = std::min(done / 2 + 1, kMostBlocks - done);
      if (absl::Status status = CheckMemory(done + blocks); !status.ok()) return status;
      share_done += (1 - share_done) * ShareOfRest(done, blocks);
      RunTasks(done, blocks, /*alone=*/false, share_done);
      done += blocks;
      ShowShared();
    }
    if (cancelled_) return absl::CancelledError("the forecast was cancelled");
    if (options_.observer != nullptr) options_.observer->OnProgress(1);
    ParallelFor(options_.thread_count, questions_.size(), [&](int, size_t q) {
      if (!shared_[q]) return;
      shared_[q]->tally.Summarize(options_.keep_samples, forecasts_[q]);
      Show(static_cast<int32_t>(q), /*final=*/true, [&] { return forecasts_[q]; });
    });
    return std::move(forecasts_);
  }

 private:
  bool UntilPrecise() const { return options_.precision_pp > 0; }

  int64_t SharedCount() const {
    return std::count_if(shared_.begin(), shared_.end(),
                         [](const auto& s) { return s != nullptr; });
  }

  // Whether the questions about several reps may have so many blocks.
  absl::Status CheckMemory(int64_t blocks) const {
    const double bytes = static_cast<double>(SharedCount() * blocks * kTrialsPerBlock) * 8;
    if (bytes <= kMostSharedBytes) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        UntilPrecise() ? "precision_pp" : "trial_count", " asks for ", blocks * kTrialsPerBlock,
        " trials of ", SharedCount(), " teams at once, which need ", std::round(bytes / 1e8) / 10,
        " GB; at most 2 GB are allowed: ask for fewer teams, fewer trials or less precision"));
  }

  // Runs `count` blocks from `first` on for the questions about several reps that want more, and
  // with `alone` all of the others, which brings the share of the work done to `share_done`.
  void RunTasks(int64_t first, int64_t count, bool alone, double share_done) {
    for (const auto& shared : shared_) {
      if (shared && shared->active) shared->room = shared->tally.AddBlocks(count);
    }
    std::vector<std::vector<DrawMeans>> means(tasks_.size()), parameter_means(tasks_.size());
    ParallelFor(options_.thread_count, tasks_.size(), [&](int thread, size_t i) {
      ThreadScratch& scratch = scratch_[static_cast<size_t>(thread)];
      const std::vector<int32_t> together = SharedOf(tasks_[i]);
      const bool own = alone && together.size() < tasks_[i].asked_by.size();
      if (!own && together.empty()) {
        Advance(tasks_.size(), share_done);
        return;
      }
      const RepTrials trials(model_, tasks_[i].question, tasks_[i].open, options_.seed,
                             options_.run_rate_share);
      if (first == 0) {
        for (int64_t b = 0; b < kParameterBlocks && !Cancelled(); ++b) {
          parameter_means[i].push_back(
              trials.MeansWithoutShocks(static_cast<uint64_t>(b), other_.At(b), scratch.trials));
        }
      }
      scratch.own.Clear();
      if (own) BeginAlone(tasks_[i], count, parameter_means[i], scratch);
      for (int64_t b = first; !Cancelled(); ++b) {
        const bool alone_wants = scratch.own.Review(b, options_.precision_pp);
        if (!alone_wants && (together.empty() || b >= first + count)) break;
        const DrawMeans of_block = RunBlock(trials, b, scratch);
        scratch.own.Take(b, of_block, scratch.block);
        if (b < first + count && !together.empty()) {
          means[i].push_back(of_block);
          for (const int32_t q : together) AddShared(b - first, scratch.block, *shared_[q]);
        }
        if (alone_wants && (b + 1) % kBlocksPerLook == 0) ShowAlone(tasks_[i], scratch);
      }
      if (own && !cancelled_) FinishAlone(tasks_[i], scratch);
      Advance(tasks_.size(), share_done);
    });
    if (cancelled_) return;
    // In the order of the tasks, since these are not whole numbers.
    for (size_t i = 0; i < tasks_.size(); ++i) {
      for (const int32_t q : SharedOf(tasks_[i])) {
        for (size_t b = 0; b < means[i].size(); ++b) {
          shared_[q]->tally.AddMeans(first + static_cast<int64_t>(b), means[i][b]);
        }
        for (size_t b = 0; b < parameter_means[i].size(); ++b) {
          shared_[q]->tally.AddParameterMeans(b, parameter_means[i][b]);
        }
      }
    }
    for (const auto& shared : shared_) {
      if (shared && shared->active) shared->tally.Count();
    }
  }

  void ShowShared() {
    for (size_t q = 0; q < shared_.size() && options_.observer != nullptr; ++q) {
      if (!shared_[q] || !shared_[q]->active) continue;
      const auto index = static_cast<int32_t>(q);
      Show(index, /*final=*/false, [&] { return SoFar(index, shared_[q]->tally); });
    }
  }

  std::vector<int32_t> SharedOf(const RepTask& task) const {
    std::vector<int32_t> shared;
    for (const int32_t q : task.asked_by) {
      if (shared_[q] && shared_[q]->active) shared.push_back(q);
    }
    return shared;
  }

  DrawMeans RunBlock(const RepTrials& trials, int64_t block, ThreadScratch& scratch) {
    return trials.Run(static_cast<uint64_t>(block), company_.At(block), scratch.trials,
                      absl::MakeSpan(scratch.block));
  }

  static void AddShared(int64_t b, const std::vector<int64_t>& block, SharedQuestion& shared) {
    const std::lock_guard<std::mutex> lock(shared.mutex);
    int64_t* sums = &shared.room[static_cast<size_t>(b) * kTrialsPerBlock];
    for (size_t t = 0; t < block.size(); ++t) sums[t] += block[t];
  }

  void BeginAlone(const RepTask& task, int64_t blocks,
                  const std::vector<DrawMeans>& parameter_means, ThreadScratch& scratch) {
    for (const int32_t q : task.asked_by) {
      if (shared_[q]) continue;
      scratch.own.Add(questions_[q].target, blocks, UntilPrecise(), parameter_means);
    }
  }

  void FinishAlone(const RepTask& task, ThreadScratch& scratch) {
    size_t i = 0;
    for (const int32_t q : task.asked_by) {
      if (shared_[q]) continue;
      scratch.own.tally(i++).Summarize(options_.keep_samples, forecasts_[q]);
      Show(q, /*final=*/true, [&] { return forecasts_[q]; });
    }
  }

  // Answers that are still to become better.
  void ShowAlone(const RepTask& task, ThreadScratch& scratch) {
    if (options_.observer == nullptr) return;
    size_t i = 0;
    for (const int32_t q : task.asked_by) {
      if (shared_[q]) continue;
      Tally& tally = scratch.own.tally(i);
      if (scratch.own.WantsMore(i++)) Show(q, /*final=*/false, [&] { return SoFar(q, tally); });
    }
  }

  Forecast SoFar(int32_t q, Tally& tally) const {
    Forecast forecast = forecasts_[q];
    tally.Count();
    tally.Summarize(/*keep_samples=*/false, forecast);
    return forecast;
  }

  template <typename Make>
  void Show(int32_t q, bool final, const Make& forecast) {
    if (options_.observer == nullptr || cancelled_) return;
    const std::lock_guard<std::mutex> lock(observer_mutex_);
    options_.observer->OnAnswer(static_cast<size_t>(q), final, forecast);
  }

  // A task was done: one of `count` that bring the share of the work done to `until`.
  void Advance(size_t count, double until) {
    if (options_.observer == nullptr || cancelled_) return;
    const std::lock_guard<std::mutex> lock(observer_mutex_);
    ++tasks_done_;
    const double share = static_cast<double>(tasks_done_) / static_cast<double>(count);
    options_.observer->OnProgress(std::min(until, done_before_ + share * (until - done_before_)));
    if (tasks_done_ < count) return;
    tasks_done_ = 0;
    done_before_ = until;
  }

  // What `blocks` more are of all that questions about several reps are expected to want.
  double ShareOfRest(int64_t done, int64_t blocks) const {
    double wanted = static_cast<double>(blocks);
    for (const auto& shared : shared_) {
      if (!shared || !shared->active) continue;
      const double ratio = shared->tally.StandardError() / (options_.precision_pp / 100);
      wanted = std::max(wanted, static_cast<double>(done) * (ratio * ratio - 1));
    }
    return static_cast<double>(blocks) / wanted;
  }

  bool AnySharedWants(int64_t done) {
    bool any = false;
    for (const auto& shared : shared_) {
      if (!shared || !shared->active) continue;
      shared->active = WantedBlocks(done, shared->tally, options_.precision_pp) > done;
      any |= shared->active;
    }
    return any;
  }

  bool Cancelled() {
    if (!cancelled_ && options_.cancelled && options_.cancelled()) cancelled_ = true;
    return cancelled_;
  }

  const FittedModel& model_;
  absl::Span<const Question> questions_;
  const ForecastOptions& options_;
  std::vector<RepTask> tasks_;
  CompanyDraws company_, other_;
  std::vector<ThreadScratch> scratch_;                   // By thread.
  std::vector<std::unique_ptr<SharedQuestion>> shared_;  // By question; empty for one rep alone.
  std::vector<Forecast> forecasts_;
  std::atomic<bool> cancelled_ = false;
  std::mutex observer_mutex_;
  size_t tasks_done_ = 0;  // Of those that are being run.
  double done_before_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<Forecast>> ForecastAttainment(const FittedModel& model,
                                                         absl::Span<const Question> questions,
                                                         const ForecastOptions& options) {
  if (absl::Status status = ValidateForecast(model, questions, options); !status.ok()) {
    return status;
  }
  return ForecastRun(model, questions, options).Run();
}

absl::StatusOr<std::vector<Forecast>> ForecastAttainment(const History& history, int64_t as_of_us,
                                                         absl::Span<const Question> questions,
                                                         const ForecastOptions& options) {
  const absl::StatusOr<FittedModel> model = FitModel(history, as_of_us, options.model);
  if (!model.ok()) return model.status();
  return ForecastAttainment(*model, questions, options);
}

}  // namespace quotacast::simulation
