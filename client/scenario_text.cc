#include "client/scenario_text.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/session.h"
#include "client/table.h"

namespace quotacast::client {
namespace {

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

namespace {

// In the order of the enumeration.
constexpr const char* kReasons[] = {
    "", "time passed", "won", "lost", "stage moves", "deal changes", "new deals", "quota", "rates"};

}  // namespace

std::string ExplanationText(const v1::ExplainChangeResponse& response, const ForecastView& view) {
  Table table({{"rep", false, kLeastNameWidth},
               {"period", false, 0, 2},
               {"measure", false, 0, 1},
               {"then", true},
               {"time", true},
               {"won", true},
               {"lost", true},
               {"stages", true},
               {"deals", true},
               {"new", true},
               {"quota", true},
               {"rates", true},
               {"now", true}});
  const auto add = [&](const v1::ChanceExplanation& explanation) {
    std::vector<Cell> cells = {{NameOf(explanation, view)},
                               {PeriodLabel(explanation.period_start(), explanation.period_end(),
                                            view.fiscal_year_start_month)},
                               {explanation.measure() == v1::AMOUNT ? "amount" : "units"},
                               {Percent(explanation.probability_before())}};
    for (const v1::ChancePart& part : explanation.parts()) {
      const double change = part.change();
      const Style style = change > 0 ? Style::kGreen : change < 0 ? Style::kRed : Style::kDim;
      cells.push_back({change == 0 ? "0" : Points(change), style});
    }
    cells.push_back({Percent(explanation.probability_after())});
    table.AddRow(std::move(cells));
  };
  for (const auto& explanation : response.explanations()) add(explanation);
  if (response.totals_size() > 0 && response.explanations_size() > 0) table.AddRule();
  for (const auto& total : response.totals()) add(total);
  std::string text = table.Render(view.width, view.color);
  if (response.explanations_size() == 1) {
    for (const v1::ChancePart& part : response.explanations(0).parts()) {
      if (part.opportunity_count() == 0) continue;
      absl::StrAppend(&text, kReasons[part.reason()], ":");
      for (const std::string& name : part.opportunities()) absl::StrAppend(&text, " ", IdOf(name));
      const int more = part.opportunity_count() - part.opportunities_size();
      absl::StrAppend(&text, more > 0 ? absl::StrCat(" and ", more, " more") : "", "\n");
    }
  }
  return text +
         Styled(
             "Points by which each kind of news moved the chance, each on top of those "
             "before it;\nthe parts add up. Deals: other amounts and owners. Rates: conversion, "
             "speed and\npace estimated anew.\n",
             Style::kDim, view.color);
}

std::string ExplanationCsv(const v1::ExplainChangeResponse& response) {
  std::string text =
      CsvLine({"owner_id", "measure", "period_start", "period_end", "probability_before",
               "probability_after", "time_passed", "won", "lost", "stage_moves", "deal_changes",
               "new_deals", "quota", "rates", "standard_error"});
  const auto add = [&](const v1::ChanceExplanation& explanation) {
    std::vector<std::string> fields = {IdOf(OwnerName(explanation)),
                                       v1::Measure_Name(explanation.measure()),
                                       explanation.period_start(),
                                       explanation.period_end(),
                                       absl::StrCat(explanation.probability_before()),
                                       absl::StrCat(explanation.probability_after())};
    for (const v1::ChancePart& part : explanation.parts()) {
      fields.push_back(absl::StrCat(part.change()));
    }
    fields.push_back(absl::StrCat(explanation.standard_error()));
    absl::StrAppend(&text, CsvLine(fields));
  };
  for (const auto& explanation : response.explanations()) add(explanation);
  for (const auto& total : response.totals()) add(total);
  return text;
}

}  // namespace quotacast::client
