// The engine against path simulators, on a company of 1,000 reps with 40 open opportunities each in
// six stages, three months ahead. WeibullPaths is the baseline that ratios are taken to: see
// tests/benchmarks/compare.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_01.hpp>
#include <boost/random/weibull_distribution.hpp>
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

void SetPerOpportunityAndTrial(benchmark::State& state, int64_t trials) {
  state.counters["per_opportunity_and_trial"] = benchmark::Counter(
      static_cast<double>(trials * kOpenOpportunities) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
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
    ->MeasureProcessCPUTime()
    ->UseRealTime();

// One block of one rep's chances: 16 parameter draws.
void CompileRep(benchmark::State& state) {
  const FittedModel model = Company(1);
  std::vector<Start> starts;
  for (const OpenOpportunity& open : model.open) {
    starts.push_back({open.cell, model.as_of_day - open.entry_day});
  }
  const ChanceCompiler compiler(model, 0, model.as_of_day + kQuarterDays, starts);
  const CompanyDraw company = DrawCompany(model, 1, 0);
  const RepDraw rep = DrawRep(model, 0, 1, 0);
  RecursionScratch scratch;
  WinChances chances;
  for (auto _ : state) {
    compiler.Compile(company, rep, scratch, chances);
    benchmark::DoNotOptimize(chances.new_by_day.data());
  }
}
BENCHMARK(CompileRep)->Unit(benchmark::kMicrosecond);

// The wins of 40 open opportunities in a block of 2,048 trials.
void SampleWins(benchmark::State& state) {
  std::vector<uint64_t> keys;
  std::vector<int64_t> values;
  Thresholds thresholds;
  thresholds.fill(kCertain / 4);
  for (uint64_t i = 0; i < kOpenOpportunities; ++i) {
    keys.push_back(i);
    values.push_back(static_cast<int64_t>(1'000'000 * (i + 1)));
  }
  const std::vector<Thresholds> all(keys.size(), thresholds);
  std::vector<int64_t> trials(kTrialsPerBlock);
  uint64_t block = 0;
  for (auto _ : state) {
    AddWins(keys, all, values, block++, trials.data());
    benchmark::DoNotOptimize(trials.data());
  }
  SetPerOpportunityAndTrial(state, kTrialsPerBlock);
}
BENCHMARK(SampleWins)->Unit(benchmark::kMicrosecond);

// The baseline: 10,000 trials of 40 open opportunities as a simulation usually goes about it, stage
// by stage: a Weibull sojourn, then on or lost. Fewer effects than the model has.
void WeibullPaths(benchmark::State& state) {
  constexpr int kStages = 6, kTrials = 10'000;
  boost::random::mt19937 random(1);
  boost::random::weibull_distribution<double> sojourn(1.2, 14);
  boost::random::uniform_01<double> uniform;
  std::vector<double> bookings(kTrials);
  for (auto _ : state) {
    for (double& sum : bookings) {
      sum = 0;
      for (int i = 0; i < kOpenOpportunities; ++i) {
        double day = 0;
        int stage = i % kStages;
        while (stage < kStages && (day += sojourn(random)) < kQuarterDays &&
               uniform(random) < .75) {
          ++stage;
        }
        if (stage == kStages) sum += i + 1;
      }
    }
    benchmark::DoNotOptimize(bookings.data());
  }
  SetPerOpportunityAndTrial(state, kTrials);
}
BENCHMARK(WeibullPaths)->Unit(benchmark::kMillisecond);

// The oracle of the tests: the model's own words, day by day and deal by deal.
void Oracle(benchmark::State& state) {
  const FittedModel model = Company(1);
  const std::vector<Question> questions = QuestionsOf(model);
  PathOptions options;
  options.trial_count = 1'000;
  for (auto _ : state) benchmark::DoNotOptimize(SimulatePaths(model, questions, options));
  SetPerOpportunityAndTrial(state, options.trial_count);
}
BENCHMARK(Oracle)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace quotacast::simulation

BENCHMARK_MAIN();
