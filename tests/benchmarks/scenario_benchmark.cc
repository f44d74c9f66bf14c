// How long scenarios and plans take on a made-up company, and what common random numbers are worth:
//
//   scenario_benchmark [REPS [FOLDER]]
//
// FOLDER is made where it is missing; without it, one among the temporary files.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>

#include "client/sample/sample.h"
#include "simulation/fit.h"
#include "simulation/scenario/leverage.h"
#include "simulation/scenario/plan.h"
#include "simulation/scenario/scenario.h"
#include "tests/simulation/csv_history.h"

namespace quotacast::simulation {
namespace {

// Processor time: what else the machine does counts less. One thread is used.
class Clock {
 public:
  // Milliseconds since the last call.
  double Lap() {
    const std::clock_t now = std::clock();
    const double ms = 1e3 * static_cast<double>(now - last_) / CLOCKS_PER_SEC;
    last_ = now;
    return ms;
  }

 private:
  std::clock_t last_ = std::clock();
};

void CompareErrors(const PairedRun& run, const Outcome& scenario) {
  const ChanceDifference difference = Difference(run.baseline()[0], scenario);
  std::printf(
      "difference %.4f, standard error %.5f; of independent runs %.5f\n", difference.value,
      difference.standard_error,
      std::hypot(run.baseline()[0].forecast.standard_error, scenario.forecast.standard_error));
}

int Run(int reps, const std::string& folder) {
  if (!std::filesystem::exists(folder)) {
    sample::SampleOptions options;
    options.rep_count = reps;
    options.end = absl::CivilDay(2026, 3, 1);
    const auto made = sample::WriteSample(folder, options);
    if (!made.ok()) return 1;
  }
  const auto history = LoadCsvHistory(folder, absl::UTCTimeZone());
  if (!history.ok()) return 1;
  const Day today = static_cast<Day>(absl::CivilDay(2026, 3, 1) - absl::CivilDay(1970, 1, 1));
  Clock clock;
  const auto model = FitModel(*history, StartOfDayUs(today, history->time_zone));
  if (!model.ok()) return 1;
  std::printf("fit %.0f ms\n", clock.Lap());
  const ActivityEffects effects = LearnActivityEffects(*history, *model, model->as_of_us, 1);
  std::printf("activity effects %.0f ms\n", clock.Lap());
  Question question;
  for (const Quota& quota : history->quotas) {
    if (quota.owner_type != OwnerType::kRep || quota.owner != 5 ||
        quota.measure != Measure::kAmount || quota.period_start > today ||
        quota.period_end < today + 20) {
      continue;
    }
    question = {.owner = quota.owner,
                .measure = quota.measure,
                .period_start = quota.period_start,
                .period_end = quota.period_end,
                .target = quota.target};
  }
  const ForecastOptions options;
  clock.Lap();
  const auto run = PairedRun::Create(*model, {question}, options);
  if (!run.ok()) return 1;
  const double baseline = clock.Lap();
  const auto variant = ApplyScenario(*model, &effects, {question.owner},
                                     {"", {ActivityChange{ActivityType::kCall, true, 1.05}}});
  const auto outcomes = run->Run(*variant);
  std::printf("what-if of one rep: baseline %.1f ms, scenario %.1f ms\n", baseline, clock.Lap());
  CompareErrors(*run, outcomes->front());
  clock.Lap();
  const auto plan = PlanActivity(*run, effects, 0, {});
  std::printf("plan of one rep %.1f ms: %g calls a week now %g, chance %.3f\n", clock.Lap(),
              plan->required, plan->current, plan->probability);
  const auto deals = Leverage(*run, 0);
  std::printf("leverage of %zu deals %.1f ms\n", deals->size(), clock.Lap());
  return 0;
}

}  // namespace
}  // namespace quotacast::simulation

int main(int argc, char** argv) {
  const int reps = argc > 1 ? std::atoi(argv[1]) : 1'000;
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / "quotacast_scenario_benchmark";
  return quotacast::simulation::Run(reps, argc > 2 ? argv[2] : folder.string());
}
