// The evidence of docs/model.md, as Markdown, from the shared data sets:
//
//   evidence [all|scores|totals|ablations [SETTINGS [ABLATION...]]]
//
// `scores`: model and baselines by set and origin; `totals`: the same of the company totals;
// `ablations`: what each constant or piece is worth (minutes), or what settings given as ABLATIONs
// do. SETTINGS (model_settings.h) change the model that is measured.

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "simulation/backtest.h"
#include "simulation/baselines.h"
#include "tests/simulation/csv_history.h"
#include "tests/simulation/model_settings.h"

namespace quotacast::simulation {
namespace {

constexpr int kOrigins = 3;

Day DayAt(int year, int month, int day) {
  return static_cast<Day>(absl::CivilDay(year, month, day) - absl::CivilDay(1970, 1, 1));
}

struct Set {
  std::string name;
  History history;
  ReplayOptions replay;
};

// Every week's quota, times four, for the four weeks that it begins.
History WithFourWeekQuotas(History history) {
  std::vector<Quota> quotas = history.quotas;
  for (Quota& quota : quotas) {
    quota.period_end = quota.period_start + 28;
    quota.target *= 4;
  }
  history.quotas = std::move(quotas);
  return history;
}

// Every month's quota, times three, for the three months that it begins.
History WithThreeMonthQuotas(History history) {
  const absl::CivilDay epoch(1970, 1, 1);
  std::vector<Quota> quotas;
  for (Quota quota : history.quotas) {
    const absl::CivilMonth month(epoch + quota.period_start);
    const auto end_of = [&](int months) {
      return static_cast<Day>(absl::CivilDay(month + months) - epoch);
    };
    if (quota.period_end != end_of(1)) continue;
    quota.period_end = end_of(3);
    quota.target *= 3;
    quotas.push_back(quota);
  }
  history.quotas = std::move(quotas);
  return history;
}

absl::StatusOr<std::vector<Set>> LoadSets() {
  auto loans = LoadLoans();
  if (!loans.ok()) return loans.status();
  auto crm = LoadCrm();
  if (!crm.ok()) return crm.status();
  ReplayOptions weeks, months;
  weeks.from = DayAt(2011, 11, 21);
  months.from = DayAt(2017, 6, 1);
  months.to = DayAt(2018, 1, 1);
  ReplayOptions four_weeks = weeks, quarters = months;
  // The last four weeks that lie within the history.
  four_weeks.to = DayAt(2011, 12, 20);
  weeks.period_kind = PeriodKind::kWeek;
  months.period_kind = PeriodKind::kMonth;
  quarters.period_kind = PeriodKind::kQuarter;
  // The last three months that lie within the history.
  ReplayOptions three_months = months;
  three_months.period_kind = PeriodKind::kAny;
  three_months.to = DayAt(2017, 10, 2);
  return std::vector<Set>{{"loans, week", *loans, weeks},
                          {"loans, four weeks", WithFourWeekQuotas(*loans), four_weeks},
                          {"crm, month", *crm, months},
                          {"crm, three months", WithThreeMonthQuotas(*crm), three_months},
                          {"crm, quarter", *crm, quarters}};
}

absl::StatusOr<BacktestResult> Replay(const Set& set, const ForecastOptions& forecast,
                                      bool baselines) {
  BacktestOptions options;
  options.replay = set.replay;
  options.forecast = forecast;
  options.forecast.thread_count = 2;
  options.baselines = baselines;
  return RunBacktest(set.history, options);
}

const char* OriginName(int origin) {
  return origin == kAllOrigins ? "all" : origin == 0 ? "start" : origin == 1 ? "1/3" : "2/3";
}

const ScoreSummary& Find(const BacktestResult& result, absl::string_view forecaster, int origin,
                         bool total) {
  for (const BacktestSummary& summary : result.summaries) {
    if (summary.forecaster == forecaster && summary.origin == origin &&
        summary.company_total == total) {
      return summary.scores;
    }
  }
  static const ScoreSummary none;
  return none;
}

absl::Status PrintScores(const std::vector<Set>& sets, const ForecastOptions& options, bool total) {
  std::vector<std::string> names = {std::string(kModelName)};
  for (const Baseline baseline : kBaselines) names.emplace_back(NameOf(baseline));
  std::printf("\n%s: CRPS over quota / Brier score / coverage of the 80 %% interval\n\n| | |",
              total ? "Company totals" : "Reps");
  for (const std::string& name : names) std::printf(" %s |", name.c_str());
  std::printf("\n|---|---|---|---|---|---|---|---|\n");
  std::string details;
  for (const Set& set : sets) {
    const auto result = Replay(set, options, true);
    if (!result.ok()) return result.status();
    for (int origin = kAllOrigins; origin < kOrigins; ++origin) {
      std::printf("| %s | %s |", set.name.c_str(), OriginName(origin));
      for (const std::string& name : names) {
        const ScoreSummary& s = Find(*result, name, origin, total);
        std::printf(" %.3f / %.3f / %.2f |", s.crps, s.brier, s.coverage_80);
      }
      std::printf("\n");
      const ScoreSummary& s = Find(*result, kModelName, origin, total);
      details += absl::StrFormat(
          "| %s | %s | %d | %.3f | %.3f | %.3f / %.3f / %.3f | %+.3f (%.3f) | %.2f (%.2f) |\n",
          set.name, OriginName(origin), s.count, s.log_loss, s.calibration_error, s.coverage_50,
          s.coverage_80, s.coverage_95, s.bias.value, s.bias.standard_error, s.width.value,
          s.width.standard_error);
    }
  }
  std::printf(
      "\n| model | | forecasts | log loss | ECE | coverage 50 / 80 / 95 %% | bias (s.e.) | width "
      "(s.e.) |\n|---|---|---|---|---|---|---|---|\n%s",
      details.c_str());
  return absl::OkStatus();
}

constexpr const char* kAblations[] = {"",
                                      "arrivals=0",
                                      "weekday_factors=0",
                                      "month_of_quarter_factors=0",
                                      "age_buckets=0",
                                      "cure_prior_events=inf",
                                      "cure_prior_events=3",
                                      "hazard_half_life_days=inf",
                                      "hazard_half_life_days=30",
                                      "hazard_half_life_days=90",
                                      "arrival_half_life_days=inf",
                                      "arrival_half_life_days=45",
                                      "arrival_half_life_days=180",
                                      "rep_credibility_events=inf",
                                      "rep_credibility_events=5",
                                      "rep_credibility_events=60",
                                      "rep_shock_shape=inf",
                                      "company_shock_shape=inf",
                                      "company_shock_shape=40",
                                      "arrival_rep_shock_shape=inf",
                                      "arrival_company_shock_shape=inf",
                                      "arrival_shock_prior_stretches=inf",
                                      "shock_days=30",
                                      ("rep_shock_shape=inf,company_shock_shape=inf,"
                                       "arrival_rep_shock_shape=inf,"
                                       "arrival_company_shock_shape=inf"),
                                      "parameter_uncertainty=0",
                                      "arrival_prior_events=5",
                                      "month_of_quarter_noise=0",
                                      "month_of_quarter_noise=0.03",
                                      "own_amount_wins=inf",
                                      "holidays=1",
                                      "run_rate_share=0",
                                      "run_rate_share=0.2"};

absl::Status PrintAblations(const std::vector<Set>& sets, const std::string& settings,
                            const std::vector<std::string>& ablations) {
  std::printf(
      "\nChange of CRPS in %% at the start / at 1/3 / at 2/3 (over all origins: coverage of 80 %% "
      "intervals, "
      "log loss, ECE; of the company total: CRPS, coverage)\n\n| setting |");
  for (const Set& set : sets) std::printf(" %s |", set.name.c_str());
  std::printf("\n|---|---|---|---|---|---|\n");
  std::vector<std::vector<double>> reference(sets.size());
  for (const std::string& ablation : ablations) {
    ForecastOptions options;
    if (absl::Status s = ApplySettings(absl::StrCat(settings, ",", ablation), options); !s.ok()) {
      return s;
    }
    std::printf("| %s |", ablation.empty() ? "as it is" : ablation.c_str());
    for (size_t i = 0; i < sets.size(); ++i) {
      const auto result = Replay(sets[i], options, false);
      if (!result.ok()) return result.status();
      for (int origin = 0; origin < kOrigins; ++origin) {
        const double crps = Find(*result, kModelName, origin, false).crps;
        if (reference[i].size() < kOrigins) {
          reference[i].push_back(crps);
          std::printf("%s %.3f", origin > 0 ? " /" : "", crps);
        } else {
          std::printf("%s %+.1f", origin > 0 ? " /" : "", 100 * (crps / reference[i][origin] - 1));
        }
      }
      const ScoreSummary& reps = Find(*result, kModelName, kAllOrigins, false);
      const ScoreSummary& total = Find(*result, kModelName, kAllOrigins, true);
      std::printf(" (%.2f %.3f %.3f; %.4f %.2f) |", reps.coverage_80, reps.log_loss,
                  reps.calibration_error, total.crps, total.coverage_80);
    }
    std::printf("\n");
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

absl::Status Print(const std::string& what, const std::string& settings,
                   const std::vector<std::string>& ablations) {
  const auto sets = LoadSets();
  if (!sets.ok()) return sets.status();
  ForecastOptions options;
  if (absl::Status status = ApplySettings(settings, options); !status.ok()) return status;
  const bool all = what == "all";
  if (!all && what != "scores" && what != "totals" && what != "ablations") {
    return absl::InvalidArgumentError("evidence [all|scores|totals|ablations [SETTINGS]]");
  }
  absl::Status status;
  if (all || what == "scores") status.Update(PrintScores(*sets, options, false));
  if (all || what == "totals") status.Update(PrintScores(*sets, options, true));
  if (all || what == "ablations") status.Update(PrintAblations(*sets, settings, ablations));
  return status;
}

}  // namespace
}  // namespace quotacast::simulation

int main(int argc, char** argv) {
  std::vector<std::string> ablations = {""};
  if (argc > 3) {
    ablations.insert(ablations.end(), argv + 3, argv + argc);
  } else {
    ablations.assign(std::begin(quotacast::simulation::kAblations),
                     std::end(quotacast::simulation::kAblations));
  }
  const absl::Status status =
      quotacast::simulation::Print(argc > 1 ? argv[1] : "all", argc > 2 ? argv[2] : "", ablations);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
