#include "simulation/forecast.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "simulation/fit.h"
#include "simulation/parallel.h"
#include "simulation/questions.h"
#include "simulation/rep_trials.h"
#include "simulation/tally.h"

namespace quotacast::simulation {
namespace {

constexpr int64_t kFewestBlocks = 5;
// Blocks that are compiled a second time, with other shocks, for the interval of the parameters: 32
// draws give its width within about 15 %.
constexpr uint64_t kOtherBlocks = 2;
constexpr int64_t kMostBlocks = 10'000'000 / kTrialsPerBlock;
// More blocks at a time would hold memory that a cancelled question never needs.
constexpr int64_t kMostBlocksPerRound = 1024;

class ForecastRun {
 public:
  ForecastRun(const FittedModel& model, absl::Span<const Question> questions,
              const ForecastOptions& options)
      : model_(model),
        questions_(questions),
        options_(options),
        tasks_(PlanTasks(model, questions, options)),
        scratch_(static_cast<size_t>(options.thread_count)),
        active_(questions.size(), true),
        rep_counts_(questions.size(), 0) {
    for (const Question& question : questions) tallies_.emplace_back(question.target);
    for (const RepTask& task : tasks_) {
      trials_.emplace_back(model, task.question, task.open, options.seed, options.run_rate_share);
      for (const int32_t q : task.asked_by) ++rep_counts_[q];
    }
  }

  absl::StatusOr<std::vector<Forecast>> Run() {
    // What independent trials of an even chance would need, to begin with.
    const double limit = options_.precision_pp / 100;
    const double trials = limit > 0 ? std::min(0.25 / (limit * limit), 1e7)
                                    : static_cast<double>(options_.trial_count);
    int64_t done = 0;
    int64_t wanted =
        std::max(kFewestBlocks, static_cast<int64_t>(std::ceil(trials / kTrialsPerBlock)));
    while (done < wanted) {
      const int64_t blocks = std::min(wanted - done, kMostBlocksPerRound);
      if (!RunRound(done, blocks)) return absl::CancelledError("the forecast was cancelled");
      done += blocks;
      if (options_.precision_pp > 0) wanted = std::min(kMostBlocks, WantedBlocks(done));
    }
    return Summarize();
  }

 private:
  // Runs the blocks [first, first + count) of every question that is not precise enough yet. False
  // if cancelled.
  bool RunRound(int64_t first, int64_t count) {
    std::vector<absl::Span<int64_t>> room(questions_.size());
    for (size_t q = 0; q < questions_.size(); ++q) {
      if (active_[q]) room[q] = tallies_[q].AddBlocks(count);
    }
    std::vector<CompanyDraw> company(static_cast<size_t>(count));
    ParallelFor(options_.thread_count, company.size(), [&](int, size_t b) {
      if (!Cancelled()) {
        company[b] = DrawCompany(model_, options_.seed, static_cast<uint64_t>(first) + b);
      }
    });
    std::vector<CompanyDraw> other;
    if (first == 0) {
      for (uint64_t b = 0; b < kOtherBlocks; ++b) {
        other.push_back(DrawCompany(model_, options_.seed, b, Shocks::kOther));
      }
    }
    std::vector<std::vector<DrawMeans>> means(tasks_.size()), other_means(tasks_.size());
    // Sums of several reps: a part for each thread, whole numbers, added up in the end.
    std::vector<std::vector<std::vector<int64_t>>> parts(
        static_cast<size_t>(options_.thread_count),
        std::vector<std::vector<int64_t>>(questions_.size()));
    ParallelFor(options_.thread_count, tasks_.size(), [&](int thread, size_t i) {
      RunTask(i, thread, first, company, room, parts[static_cast<size_t>(thread)], means[i]);
      TrialScratch& scratch = scratch_[static_cast<size_t>(thread)];
      for (size_t b = 0; b < other.size() && !Cancelled(); ++b) {
        other_means[i].push_back(trials_[i].MeansUnderOtherShocks(b, other[b], scratch));
      }
    });
    if (cancelled_) return false;
    for (const auto& part : parts) {
      for (size_t q = 0; q < part.size(); ++q) {
        for (size_t t = 0; t < part[q].size(); ++t) room[q][t] += part[q][t];
      }
    }
    for (size_t i = 0; i < tasks_.size(); ++i) {
      for (const int32_t q : tasks_[i].asked_by) {
        if (!active_[q]) continue;
        for (size_t b = 0; b < means[i].size(); ++b) {
          tallies_[q].AddMeans(first + static_cast<int64_t>(b), means[i][b]);
        }
        for (size_t b = 0; b < other_means[i].size(); ++b) {
          tallies_[q].AddOtherMeans(b, other_means[i][b]);
        }
      }
    }
    for (size_t q = 0; q < questions_.size(); ++q) {
      if (active_[q]) tallies_[q].Count();
    }
    return true;
  }

  void RunTask(size_t i, int thread, int64_t first, const std::vector<CompanyDraw>& company,
               std::vector<absl::Span<int64_t>>& room, std::vector<std::vector<int64_t>>& parts,
               std::vector<DrawMeans>& means) {
    const std::vector<int32_t>& asked_by = tasks_[i].asked_by;
    if (std::none_of(asked_by.begin(), asked_by.end(), [&](int32_t q) { return active_[q]; })) {
      return;
    }
    std::vector<int64_t> trials(kTrialsPerBlock);
    TrialScratch& scratch = scratch_[static_cast<size_t>(thread)];
    for (size_t b = 0; b < company.size(); ++b) {
      if (Cancelled()) return;
      const uint64_t block = static_cast<uint64_t>(first) + b;
      means.push_back(trials_[i].Run(block, company[b], scratch, absl::MakeSpan(trials)));
      for (const int32_t q : asked_by) {
        if (!active_[q]) continue;
        if (rep_counts_[q] == 1) {
          std::copy(trials.begin(), trials.end(), room[q].begin() + b * kTrialsPerBlock);
          continue;
        }
        if (parts[q].empty()) parts[q].resize(room[q].size());
        int64_t* sums = &parts[q][b * kTrialsPerBlock];
        for (size_t t = 0; t < trials.size(); ++t) sums[t] += trials[t];
      }
    }
  }

  // How many blocks the least precise question is expected to need in all.
  int64_t WantedBlocks(int64_t done) {
    const double limit = options_.precision_pp / 100;
    double wanted = 0;
    for (size_t q = 0; q < questions_.size(); ++q) {
      if (!active_[q]) continue;
      const double ratio = tallies_[q].StandardError() / limit;
      if (ratio <= 1) {
        active_[q] = false;
      } else {
        wanted = std::max(wanted, static_cast<double>(done) * ratio * ratio);
      }
    }
    if (wanted == 0) return done;
    // The error is an estimate too: approach the end in steps.
    const double most = static_cast<double>(done) * 1.5;
    return std::max(done + 1, static_cast<int64_t>(std::ceil(std::min(wanted, most))));
  }

  bool Cancelled() {
    if (!cancelled_ && options_.cancelled && options_.cancelled()) cancelled_ = true;
    return cancelled_;
  }

  std::vector<Forecast> Summarize() {
    std::vector<Forecast> forecasts(questions_.size());
    for (const RepTask& task : tasks_) {
      for (const int32_t q : task.asked_by) {
        forecasts[q].booked += task.question.booked;
        forecasts[q].open_opportunity_count += static_cast<int32_t>(task.open.size());
      }
    }
    ParallelFor(options_.thread_count, questions_.size(), [&](int, size_t q) {
      forecasts[q].question = questions_[q];
      tallies_[q].Summarize(options_.keep_samples, forecasts[q]);
    });
    return forecasts;
  }

  const FittedModel& model_;
  absl::Span<const Question> questions_;
  const ForecastOptions& options_;
  std::vector<RepTask> tasks_;
  std::vector<RepTrials> trials_;
  std::vector<TrialScratch> scratch_;  // By thread.
  std::vector<Tally> tallies_;
  std::vector<char> active_;
  std::vector<int32_t> rep_counts_;
  std::atomic<bool> cancelled_ = false;
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
