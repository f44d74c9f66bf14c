// Fitting the model to histories of 10^4 to 10^7 stage events, and of 10 to 10,000 reps, on two
// threads.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <map>
#include <utility>

#include "simulation/fit.h"
#include "tests/simulation/planted_company.h"

namespace quotacast::simulation {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
constexpr double kEventsPerRepAndDay = 1.05;

const PlantedCompany& Company(int reps, int events) {
  static auto& known = *new std::map<std::pair<int, int>, PlantedCompany>();
  known.clear();  // One at a time, for the memory.
  PlantedOptions options;
  options.reps = reps;
  options.stages = 6;
  options.days = static_cast<int>(events / (reps * kEventsPerRepAndDay));
  options.shocks = false;
  return known.emplace(std::make_pair(reps, events), PlantCompany(options, 1)).first->second;
}

// Arguments: reps, stage events wanted.
void Fit(benchmark::State& state) {
  const PlantedCompany& company =
      Company(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  const int64_t as_of_us = company.truth.as_of_day * kDayUs;
  for (auto _ : state) benchmark::DoNotOptimize(FitModel(company.history, as_of_us, {}, 2));
  const auto events = static_cast<double>(company.history.events.size());
  state.counters["events"] = events;
  state.counters["per_event"] =
      benchmark::Counter(events * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_mb"] = static_cast<double>(usage.ru_maxrss) / 1024;
}
BENCHMARK(Fit)
    ->Args({10, 10'000})
    ->Args({100, 100'000})
    ->Args({1'000, 1'000'000})
    ->Args({10, 1'000'000})
    ->Args({10'000, 1'000'000})
    ->Args({1'000, 10'000'000})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace quotacast::simulation

BENCHMARK_MAIN();
