#ifndef QUOTACAST_SIMULATION_SCENARIO_PAIRED_RUN_H_
#define QUOTACAST_SIMULATION_SCENARIO_PAIRED_RUN_H_

// Forecasts of variants of a company over the same trials, so that two of them can be compared
// trial by trial.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/forecast.h"
#include "simulation/parameter_draw.h"
#include "simulation/questions.h"
#include "simulation/scenario/task_trials.h"
#include "simulation/scenario/variant.h"

namespace quotacast::simulation {

// What one question's trials say.
struct Outcome {
  Forecast forecast;
  std::vector<uint64_t> attained;  // Bit t % 64 of word t / 64: whether trial t, in the order of
                                   // the draws, reached the target.
  uint64_t fingerprint = 0;        // Of all trials' bookings and the target.
};

// Fills attained and fingerprint from the bookings of all trials, a multiple of 64 of them.
void MarkAttained(absl::Span<const int64_t> trials, int64_t target, Outcome& outcome);

// Share of the trials that reached the target.
double AttainedShare(const Outcome& outcome);

struct ChanceDifference {
  double value = 0;           // Chance of the second less that of the first.
  double standard_error = 0;  // Of that, from the trials being the same; 0 where all are equal.
};

// The difference of two outcomes of the same trials. Its error comes from the spread of the
// differences over clusters of draws: the two draws that share their parameters. Strata make what
// is left smaller than that, so it is an upper estimate.
ChanceDifference Difference(const Outcome& first, const Outcome& second);

// Whether the bookings of a joining rep count in a question: in the totals of the rep's team and of
// those above it; in other totals over several reps where the rep has no team, or where one of
// `questions` is a total of such a team.
bool CountsJoiner(const FittedModel& model, absl::Span<const Question> questions,
                  const Question& question, const Joiner& joiner);

// The most trials of a paired run: 1,000,000.
inline constexpr int64_t kMostPairedTrials = 1'000'000;

// Asks the same questions of a baseline and of variants of it. The baseline's forecasts are those
// of ForecastAttainment, to the last bit. `model` and `options` must outlive it.
class PairedRun {
 public:
  // Runs the baseline. options.precision_pp must be 0 and options.trial_count at most
  // kMostPairedTrials. Errors: those of ForecastAttainment.
  static absl::StatusOr<PairedRun> Create(const FittedModel& model, std::vector<Question> questions,
                                          const ForecastOptions& options);

  // The same without the baseline, for CreationRun alone.
  static absl::StatusOr<PairedRun> Prepare(const FittedModel& model,
                                           std::vector<Question> questions,
                                           const ForecastOptions& options);

  const std::vector<Question>& questions() const { return questions_; }
  const std::vector<Outcome>& baseline() const { return baseline_; }

  // The questions, with `targets` in place of theirs, asked of the variant. The variant must have
  // the baseline's teams, and its reps before those who join. Trials that follow a rep's own pace
  // instead of the model take that pace times what the change does to the model's mean of the rest
  // of the period. CANCELLED.
  absl::StatusOr<std::vector<Outcome>> Run(const Variant& variant,
                                           absl::Span<const int64_t> targets) const;

  // The same with the targets of the questions.
  absl::StatusOr<std::vector<Outcome>> Run(const Variant& variant) const;

  // The same for one question alone, by its index, without the interval of its chance from
  // estimated parameters. Thread-safe.
  absl::StatusOr<Outcome> RunOne(const Variant& variant, size_t question) const;

  int64_t block_count() const { return block_count_; }

  // For parts of the scenario library.
  const FittedModel& model() const { return *model_; }
  const ForecastOptions& options() const { return *options_; }
  const std::vector<RepTask>& tasks() const { return tasks_; }
  // By task: what the model's trials bring in the rest of the period, on average.
  const std::vector<double>& mean_rests() const { return mean_rests_; }
  // Of the baseline's tasks, whose deals are `open`; without `other`. Points into both.
  TaskContext BaselineContext(const DealsByRep& open) const;

 private:
  PairedRun() = default;
  // What a run answers; `rests` are the baseline's, by task.
  struct Asked {
    absl::Span<const RepTask> tasks;
    absl::Span<const Question> questions;
    absl::Span<const int64_t> targets;
    absl::Span<const double> rests;
  };
  const FittedModel* model_ = nullptr;
  const ForecastOptions* options_ = nullptr;
  std::vector<Question> questions_;
  int64_t block_count_ = 0;
  std::vector<RepTask> tasks_;
  absl::StatusOr<std::vector<Outcome>> Run(const Variant& variant, const Asked& asked,
                                           bool intervals) const;
  std::vector<CompanyDraw> company_;  // By block.
  std::vector<CompanyDraw> other_;    // The first of them, without shocks.
  std::vector<Outcome> baseline_;
  std::vector<double> mean_rests_;
};

// One question of a paired run asked again and again where reps create more or less: what open
// deals bring is simulated once.
class CreationRun {
 public:
  // Takes 90 KB for each rep of the question. `run` must outlive it.
  CreationRun(const PairedRun& run, size_t question);
  CreationRun(const CreationRun&) = delete;
  CreationRun& operator=(const CreationRun&) = delete;

  // What PairedRun::RunOne answers about the variant in which each rep creates so many times (>= 0;
  // by rep of the model) what the baseline has on all days; of ones, its baseline without that
  // interval. CANCELLED. Thread-safe.
  absl::StatusOr<Outcome> Run(absl::Span<const double> creation_factors) const;

 private:
  const PairedRun& run_;
  const Question& question_;
  std::vector<RepTask> tasks_;
  DealsByRep open_;
  std::vector<std::optional<CreationTrials>> trials_;  // By task, as are
  std::vector<double> rests_;  // what the baseline's trials bring in the rest of the period.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_PAIRED_RUN_H_
