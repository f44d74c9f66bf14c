// The engine against the plain path simulator, on a company of 1,000 reps with 40 open
// opportunities each in six stages, three months ahead. The path simulator is the baseline that
// ratios are taken to; see docs/benchmarks.md.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "simulation/chance.h"
#include "simulation/forecast.h"
#include "simulation/parameter_draw.h"
#include "simulation/path_simulator.h"
#include "simulation/questions.h"
#include "simulation/rep_trials.h"
#include "tests/simulation/random_model.h"

namespace quotacast::simulation {
namespace {

constexpr int kReps = 1000;
constexpr int kOpenOpportunities = 40;
constexpr Day kQuarterDays = 90;

FittedModel Company(int reps) {
  CompanyShape shape;
  shape.reps = reps;
  shape.stages = 6;
  shape.open_opportunities = kOpenOpportunities;
  shape.events = 200;
  return RandomModel(shape, 1);
}

// Of every rep, with a target near the median, where a chance is hardest to pin down.
std::vector<Question> QuestionsOf(const FittedModel& model) {
  std::vector<Question> questions;
  for (size_t r = 0; r < model.reps.size(); ++r) {
    Question question;
    question.owner = static_cast<int32_t>(r);
    question.period_start = model.as_of_day;
    question.period_end = model.as_of_day + kQuarterDays;
    question.target = 1;
    questions.push_back(question);
  }
  ForecastOptions options;
  options.trial_count = 100;
  const auto forecasts = ForecastAttainment(model, questions, options);
  for (size_t q = 0; q < questions.size(); ++q) {
    questions[q].target = std::max<int64_t>(1, static_cast<int64_t>((*forecasts)[q].mean));
  }
  return questions;
}

// Seconds until every chance has a standard error of at most half a percentage point.
void ToPrecision(benchmark::State& state) {
  const FittedModel model = Company(static_cast<int>(state.range(0)));
  const std::vector<Question> questions = QuestionsOf(model);
  ForecastOptions options;
  options.precision_pp = 0.5;
  options.thread_count = static_cast<int>(state.range(1));
  double trials = 0, error = 0;
  for (auto _ : state) {
    const auto forecasts = ForecastAttainment(model, questions, options);
    for (const Forecast& forecast : *forecasts) {
      trials += static_cast<double>(forecast.trial_count);
      error = std::max(error, forecast.standard_error);
    }
    ++options.seed;
  }
  state.counters["trials_per_rep"] =
      trials / static_cast<double>(questions.size()) / static_cast<double>(state.iterations());
  state.counters["largest_error_pp"] = 100 * error;
}
BENCHMARK(ToPrecision)
    ->Args({1, 1})
    ->Args({kReps, 1})
    ->Args({kReps, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// The baseline: 10,000 trials of one rep, day by day and deal by deal.
void PathSimulator(benchmark::State& state) {
  const FittedModel model = Company(1);
  const std::vector<Question> questions = QuestionsOf(model);
  PathOptions options;
  options.trial_count = 10'000;
  for (auto _ : state) benchmark::DoNotOptimize(SimulatePaths(model, questions, options));
  state.counters["per_opportunity_and_trial"] = benchmark::Counter(
      static_cast<double>(options.trial_count * kOpenOpportunities) *
          static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(PathSimulator)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace quotacast::simulation

BENCHMARK_MAIN();
