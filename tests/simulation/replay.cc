// Replays a canonical CSV folder and prints the scores of the model and of the baselines:
//
//   replay FOLDER TIME_ZONE week|month|quarter|any [FROM TO [amount|units [SETTINGS]]]
//
// FROM and TO are dates (TO exclusive) or "-" for no bound. SETTINGS vary the model
// (model_settings.h), as in rep_shock_shape=inf,trial_count=2048.

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "simulation/backtest.h"
#include "tests/simulation/csv_history.h"
#include "tests/simulation/model_settings.h"

namespace quotacast::simulation {
namespace {

Day DateOr(const std::string& text, Day otherwise) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) return otherwise;
  return static_cast<Day>(day - absl::CivilDay(1970, 1, 1));
}

void Print(const BacktestResult& result) {
  std::printf("%-18s %-7s %6s %6s %6s %6s %6s %5s %5s %5s %6s %14s %14s\n", "", "origin", "n",
              "Brier", "log", "CRPS", "ECE", "50%", "80%", "95%", "", "bias (se)", "width (se)");
  for (const BacktestSummary& summary : result.summaries) {
    const ScoreSummary& s = summary.scores;
    const std::string origin =
        summary.origin == kAllOrigins ? "all" : std::to_string(summary.origin);
    std::printf(
        "%-18s %-7s %6ld %6.3f %6.3f %6.3f %6.3f %5.3f %5.3f %5.3f %6s %6.3f (%.3f) %6.2f (%.2f)\n",
        summary.forecaster.c_str(), origin.c_str(), static_cast<long>(s.count), s.brier, s.log_loss,
        s.crps, s.calibration_error, s.coverage_50, s.coverage_80, s.coverage_95,
        summary.company_total ? "total" : "reps", s.bias.value, s.bias.standard_error,
        s.width.value, s.width.standard_error);
  }
  for (const std::string& finding : result.findings) std::printf("%s\n", finding.c_str());
}

int Run(const std::vector<std::string>& args) {
  const std::map<std::string, PeriodKind> kinds = {{"week", PeriodKind::kWeek},
                                                   {"month", PeriodKind::kMonth},
                                                   {"quarter", PeriodKind::kQuarter},
                                                   {"any", PeriodKind::kAny}};
  absl::TimeZone zone;
  if (args.size() < 3 || !absl::LoadTimeZone(args[1], &zone) || kinds.count(args[2]) == 0) {
    std::fprintf(stderr,
                 "replay FOLDER TIME_ZONE week|month|quarter|any [FROM TO [amount|units "
                 "[SETTINGS]]]\n");
    return 2;
  }
  const auto history = LoadCsvHistory(args[0], zone);
  if (!history.ok()) {
    std::fprintf(stderr, "%s\n", history.status().ToString().c_str());
    return 1;
  }
  BacktestOptions options;
  options.replay.period_kind = kinds.at(args[2]);
  if (args.size() > 4) {
    options.replay.from = DateOr(args[3], options.replay.from);
    options.replay.to = DateOr(args[4], options.replay.to);
  }
  if (args.size() > 5 && args[5] == "units") options.replay.measure = Measure::kUnits;
  if (args.size() > 6) {
    if (const absl::Status status = ApplySettings(args[6], options.forecast); !status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      return 2;
    }
  }
  options.forecast.thread_count = 2;
  const auto result = RunBacktest(*history, options);
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    return 1;
  }
  Print(*result);
  return 0;
}

}  // namespace
}  // namespace quotacast::simulation

int main(int argc, char** argv) {
  return quotacast::simulation::Run(std::vector<std::string>(argv + 1, argv + argc));
}
