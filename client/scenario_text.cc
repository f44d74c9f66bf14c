#include "client/scenario_text.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/session.h"
#include "client/table.h"

namespace quotacast::client {
namespace {

constexpr int kBarWidth = 16;
constexpr int kLeastNameWidth = 14;

template <typename Owned>
std::string OwnerName(const Owned& owned) {
  return !owned.rep().empty()    ? owned.rep()
         : !owned.team().empty() ? owned.team()
                                 : owned.organization();
}

template <typename Owned>
std::string NameOf(const Owned& owned, const ForecastView& view) {
  const std::string owner = OwnerName(owned);
  const auto found = view.display_names.find(owner);
  if (found != view.display_names.end() && !found->second.empty()) return found->second;
  return owned.organization().empty() ? IdOf(owner) : "All";
}

std::string Points(double difference) { return absl::StrFormat("%+.1f", 100 * difference); }

std::string PeriodOf(const v1::Forecast& forecast, const ForecastView& view) {
  return PeriodLabel(forecast.period_start(), forecast.period_end(), view.fiscal_year_start_month);
}

Style StyleOf(const v1::ChanceDifference& difference) {
  const double value = difference.attainment_probability();
  if (std::abs(value) <= 2 * difference.standard_error()) return Style::kPlain;
  return value > 0 ? Style::kGreen : Style::kRed;
}

void AddScenarioRow(const v1::Forecast& before, const v1::Forecast& after,
                    const v1::ChanceDifference& difference, const ForecastView& view,
                    Table& table) {
  table.AddRow({{NameOf(after, view)},
                {PeriodOf(after, view)},
                {before.measure() == v1::AMOUNT ? "amount" : "units"},
                {Compact(after.target())},
                {Compact(before.distribution().mean())},
                {Compact(after.distribution().mean())},
                {Percent(before.attainment_probability())},
                {Percent(after.attainment_probability())},
                {Points(difference.attainment_probability()), StyleOf(difference)},
                {absl::StrFormat("%.1f", 100 * difference.standard_error())}});
}

template <typename Forecasts, typename Differences>
void AddScenarioCsv(const std::string& name, const Forecasts& before, const Forecasts& after,
                    const Differences& differences, std::string& text) {
  for (int i = 0; i < after.size(); ++i) {
    absl::StrAppend(&text,
                    CsvLine({name, IdOf(OwnerName(after[i])), v1::Measure_Name(after[i].measure()),
                             after[i].period_start(), after[i].period_end(),
                             absl::StrCat(before[i].attainment_probability()),
                             absl::StrCat(after[i].attainment_probability()),
                             absl::StrCat(differences[i].attainment_probability()),
                             absl::StrCat(differences[i].standard_error())}));
  }
}

}  // namespace

std::string ScenarioText(const v1::SimulateScenariosResponse& response, const ForecastView& view) {
  std::string text;
  for (const v1::ScenarioResult& scenario : response.scenarios()) {
    Table table({{"rep", false, kLeastNameWidth},
                 {"period", false, 0, 2},
                 {"measure", false, 0, 1},
                 {"quota", true},
                 {"expected", true, 0, 3},
                 {"then", true, 0, 3},
                 {"chance", true},
                 {"then", true},
                 {"points", true},
                 {"+-", true}});
    for (int i = 0; i < scenario.forecasts_size(); ++i) {
      AddScenarioRow(response.baseline().forecasts(i), scenario.forecasts(i),
                     scenario.differences(i), view, table);
    }
    if (scenario.totals_size() > 0) table.AddRule();
    for (int i = 0; i < scenario.totals_size(); ++i) {
      AddScenarioRow(response.baseline().totals(i), scenario.totals(i),
                     scenario.total_differences(i), view, table);
    }
    absl::StrAppend(&text, Styled(scenario.name(), Style::kBold, view.color), "\n",
                    table.Render(view.width, view.color), "\n");
  }
  return text + Styled(
                    "Points: the chance with the changes less the chance without, over the same "
                    "simulated\nendings; +-: its simulation error.\n",
                    Style::kDim, view.color);
}

std::string ScenarioCsv(const v1::SimulateScenariosResponse& response) {
  std::string text =
      CsvLine({"scenario", "owner_id", "measure", "period_start", "period_end",
               "baseline_probability", "attainment_probability", "difference", "standard_error"});
  for (const v1::ScenarioResult& scenario : response.scenarios()) {
    AddScenarioCsv(scenario.name(), response.baseline().forecasts(), scenario.forecasts(),
                   scenario.differences(), text);
    AddScenarioCsv(scenario.name(), response.baseline().totals(), scenario.totals(),
                   scenario.total_differences(), text);
  }
  return text;
}

std::string DealsText(const v1::AnalyzeDealsResponse& response, const ForecastView& view) {
  std::string text;
  for (const v1::QuotaDeals& quota : response.quotas()) {
    const v1::Forecast& forecast = quota.forecast();
    const bool amount = forecast.measure() == v1::AMOUNT;
    absl::StrAppend(&text,
                    Styled(absl::StrCat(NameOf(forecast, view), ", ", PeriodOf(forecast, view),
                                        ", quota ", Compact(forecast.target()), " ",
                                        amount ? response.currency_code() : "units", ": chance ",
                                        Percent(forecast.attainment_probability())),
                           Style::kBold, view.color),
                    "\n");
    Table table({{"deal", false, kLeastNameWidth},
                 {"name", false, kLeastNameWidth, 2},
                 {"stage", false, 0, 1},
                 {"amount", true},
                 {"to be won", true},
                 {"if won", true},
                 {"if lost", true},
                 {"points", true},
                 {"+-", true, 0, 3}});
    for (const v1::DealLeverage& deal : quota.deals()) {
      table.AddRow({{IdOf(deal.opportunity())},
                    {deal.display_name()},
                    {deal.stage()},
                    {Compact(deal.amount())},
                    {Percent(deal.win_probability())},
                    {Percent(deal.probability_if_won())},
                    {Percent(deal.probability_if_lost())},
                    {Points(deal.difference())},
                    {absl::StrFormat("%.1f", 100 * deal.standard_error())}});
    }
    absl::StrAppend(&text, table.Render(view.width, view.color), "\n");
  }
  for (const v1::AttainmentCount& count : response.counts()) {
    absl::StrAppend(&text,
                    absl::StrFormat("%s, %s: %.1f of %d reps are expected to hit quota",
                                    PeriodLabel(count.period_start(), count.period_end(),
                                                view.fiscal_year_start_month),
                                    count.measure() == v1::AMOUNT ? "amount" : "units",
                                    count.expected(), count.rep_count()),
                    absl::StrFormat("; at least half of them: %s.\n",
                                    Percent(count.at_least((count.rep_count() - 1) / 2))));
  }
  return text;
}

std::string DealsCsv(const v1::AnalyzeDealsResponse& response) {
  std::string text = CsvLine({"rep_id", "measure", "period_start", "period_end", "opportunity_id",
                              "stage_id", "amount", "win_probability", "probability_if_won",
                              "probability_if_lost", "difference", "standard_error"});
  for (const v1::QuotaDeals& quota : response.quotas()) {
    const v1::Forecast& forecast = quota.forecast();
    for (const v1::DealLeverage& deal : quota.deals()) {
      absl::StrAppend(
          &text,
          CsvLine({IdOf(forecast.rep()), v1::Measure_Name(forecast.measure()),
                   forecast.period_start(), forecast.period_end(), IdOf(deal.opportunity()),
                   deal.stage(), absl::StrFormat("%.6g", deal.amount()),
                   absl::StrCat(deal.win_probability()), absl::StrCat(deal.probability_if_won()),
                   absl::StrCat(deal.probability_if_lost()), absl::StrCat(deal.difference()),
                   absl::StrCat(deal.standard_error())}));
    }
  }
  return text;
}

std::string PlanText(const v1::PlanActivityResponse& plan, const ForecastView& view) {
  const std::string owner = plan.rep().empty() ? plan.team() : plan.rep();
  const auto found = view.display_names.find(owner);
  std::string text = Styled(
      absl::StrFormat(
          "%s, %s, quota %s %s", found == view.display_names.end() ? IdOf(owner) : found->second,
          PeriodLabel(plan.period_start(), plan.period_end(), view.fiscal_year_start_month),
          Compact(plan.target()), plan.measure() == v1::AMOUNT ? "amount" : "units"),
      Style::kBold, view.color);
  absl::StrAppend(&text,
                  absl::StrFormat("\nNow: %.1f %s a week, chance %s.\n", plan.current_per_week(),
                                  plan.activity(), Percent(plan.current_probability())));
  if (plan.attainable()) {
    absl::StrAppend(
        &text, absl::StrFormat("For %s: %g a week (chance %.1f %%, +- %.1f)%s.\n",
                               Percent(plan.target_probability()), plan.required_per_week(),
                               100 * plan.attainment_probability(), 100 * plan.standard_error(),
                               plan.extrapolated() ? ", beyond what was ever observed" : ""));
  } else {
    absl::StrAppend(&text, "For ", Percent(plan.target_probability()), ": not attainable; ",
                    plan.reason(), ".\n");
  }
  absl::StrAppend(
      &text, absl::StrFormat("One more a week: %s points (+- %.2f). Observed: %.1f to %.1f a "
                             "week.\n",
                             absl::StrFormat("%+.2f", 100 * plan.one_more_probability()),
                             100 * plan.one_more_standard_error(), plan.least_observed_per_week(),
                             plan.most_observed_per_week()));
  Table table({{"a week", true}, {"chance", true}, {"", false}, {"", false}});
  for (const v1::PlanCurvePoint& point : plan.curve()) {
    table.AddRow({{absl::StrFormat("%g", point.per_week())},
                  {Percent(point.attainment_probability())},
                  {Bar(point.attainment_probability(), kBarWidth)},
                  {point.extrapolated() ? "extrapolated" : ""}});
  }
  absl::StrAppend(&text, table.Render(view.width, view.color));
  for (const std::string& line : {plan.evidence(), plan.caveat()}) {
    if (!line.empty()) absl::StrAppend(&text, Styled(line, Style::kDim, view.color), "\n");
  }
  return text;
}

std::string PlanCsv(const v1::PlanActivityResponse& plan) {
  std::string text =
      CsvLine({"per_week", "attainment_probability", "standard_error", "extrapolated"});
  for (const v1::PlanCurvePoint& point : plan.curve()) {
    absl::StrAppend(
        &text,
        CsvLine({absl::StrCat(point.per_week()), absl::StrCat(point.attainment_probability()),
                 absl::StrCat(point.standard_error()), point.extrapolated() ? "true" : "false"}));
  }
  return text;
}

}  // namespace quotacast::client
