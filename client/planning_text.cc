#include "client/planning_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/session.h"
#include "client/table.h"

namespace quotacast::client {
namespace {

constexpr int kBarWidth = 16;
constexpr int kLeastNameWidth = 14;

std::string NameOf(const std::string& owner, const ForecastView& view) {
  const auto found = view.display_names.find(owner);
  return found == view.display_names.end() || found->second.empty() ? IdOf(owner) : found->second;
}

}  // namespace

std::string PlanText(const v1::PlanActivityResponse& plan, const ForecastView& view) {
  std::string text =
      Styled(absl::StrFormat(
                 "%s, %s, quota %s %s", NameOf(plan.rep().empty() ? plan.team() : plan.rep(), view),
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
                               plan.extrapolated() ? ", outside what was ever observed" : ""));
  } else {
    absl::StrAppend(&text, "For ", Percent(plan.target_probability()), ": not attainable; ",
                    plan.reason(), ".\n");
  }
  absl::StrAppend(
      &text,
      absl::StrFormat(
          "One more a week: %s points (+- %.2f)%s. Observed: %.1f to %.1f a "
          "week.\n",
          absl::StrFormat("%+.2f", 100 * plan.one_more_probability()),
          100 * plan.one_more_standard_error(),
          plan.current_per_week() + 1 > plan.most_observed_per_week() ? ", extrapolated" : "",
          plan.least_observed_per_week(), plan.most_observed_per_week()));
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

std::string PlansText(const v1::PlanRepsResponse& response, const ForecastView& view) {
  Table table({{"rep", false, kLeastNameWidth},
               {"period", false, 0, 2},
               {"quota", true, 0, 1},
               {"chance", true},
               {"a week now", true},
               {"needed", true},
               {"chance then", true},
               {"one more", true},
               {"", false}});
  for (const v1::PlanActivityResponse& plan : response.plans()) {
    table.AddRow(
        {{NameOf(plan.rep(), view)},
         {PeriodLabel(plan.period_start(), plan.period_end(), view.fiscal_year_start_month)},
         {Compact(plan.target())},
         {Percent(plan.current_probability())},
         {absl::StrFormat("%.1f", plan.current_per_week())},
         {plan.attainable() ? absl::StrFormat("%g", plan.required_per_week()) : "-"},
         {Percent(plan.attainment_probability())},
         {absl::StrFormat("%+.2f", 100 * plan.one_more_probability())},
         {!plan.attainable()    ? "not attainable"
          : plan.extrapolated() ? "outside what was observed"
                                : ""}});
  }
  std::string text = table.Render(view.width, view.color);
  if (response.plans().empty()) return text;
  const v1::PlanActivityResponse& first = response.plans(0);
  absl::StrAppend(
      &text,
      Styled(absl::StrFormat("Needed: the least %s a week for a chance of %s. One more: "
                             "points for one more a week.",
                             first.activity(), Percent(first.target_probability())),
             Style::kDim, view.color),
      "\n");
  for (const std::string& line : {first.evidence(), first.caveat()}) {
    if (!line.empty()) absl::StrAppend(&text, Styled(line, Style::kDim, view.color), "\n");
  }
  return text;
}

std::string PlansCsv(const v1::PlanRepsResponse& response) {
  std::string text = CsvLine({"rep_id", "activity", "measure", "period_start", "period_end",
                              "target", "current_per_week", "current_probability",
                              "required_per_week", "attainable", "attainment_probability",
                              "standard_error", "extrapolated", "one_more_probability", "reason"});
  for (const v1::PlanActivityResponse& plan : response.plans()) {
    absl::StrAppend(
        &text,
        CsvLine({IdOf(plan.rep()), plan.activity(), v1::Measure_Name(plan.measure()),
                 plan.period_start(), plan.period_end(), absl::StrCat(plan.target()),
                 absl::StrCat(plan.current_per_week()), absl::StrCat(plan.current_probability()),
                 absl::StrCat(plan.required_per_week()), plan.attainable() ? "true" : "false",
                 absl::StrCat(plan.attainment_probability()), absl::StrCat(plan.standard_error()),
                 plan.extrapolated() ? "true" : "false", absl::StrCat(plan.one_more_probability()),
                 plan.reason()}));
  }
  return text;
}

std::string QuotasText(const v1::SuggestQuotasResponse& response, const ForecastView& view) {
  Table table({{"rep", false, kLeastNameWidth},
               {"booked", true, 0, 2},
               {"expected", true},
               {"quota", true},
               {"chance", true},
               {"has now", true},
               {"chance", true}});
  for (const v1::SuggestedQuota& quota : response.quotas()) {
    const bool has = quota.current_target() > 0;
    table.AddRow({{NameOf(quota.rep(), view)},
                  {Compact(quota.booked())},
                  {Compact(quota.mean())},
                  {Compact(quota.target())},
                  {Percent(quota.attainment_probability())},
                  {has ? Compact(quota.current_target()) : "-"},
                  {has ? Percent(quota.current_probability()) : "-"}});
  }
  const bool amount = response.measure() == v1::AMOUNT;
  std::string text = Styled(
      absl::StrFormat(
          "%s, %s: %s in all, every rep at a chance of %s",
          PeriodLabel(response.period_start(), response.period_end(), view.fiscal_year_start_month),
          amount ? response.currency_code() : "units", Compact(response.total()),
          Percent(response.attainment_probability())),
      Style::kBold, view.color);
  absl::StrAppend(
      &text, "\n", table.Render(view.width, view.color),
      absl::StrFormat("Together they reach the total with a chance of %s; %.1f of %d reps "
                      "are expected to hit.\n",
                      Percent(response.total_probability()), response.expected_attaining(),
                      response.quotas_size()));
  return text;
}

std::string QuotasCsv(const v1::SuggestQuotasResponse& response) {
  std::string text = CsvLine({"rep_id", "measure", "period_start", "period_end", "target",
                              "attainment_probability", "standard_error", "booked", "mean",
                              "current_target", "current_probability"});
  for (const v1::SuggestedQuota& quota : response.quotas()) {
    absl::StrAppend(
        &text,
        CsvLine({IdOf(quota.rep()), v1::Measure_Name(response.measure()), response.period_start(),
                 response.period_end(), absl::StrFormat("%.9g", quota.target()),
                 absl::StrCat(quota.attainment_probability()), absl::StrCat(quota.standard_error()),
                 absl::StrFormat("%.9g", quota.booked()), absl::StrFormat("%.9g", quota.mean()),
                 absl::StrFormat("%.9g", quota.current_target()),
                 absl::StrCat(quota.current_probability())}));
  }
  return text;
}

}  // namespace quotacast::client
