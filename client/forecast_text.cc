#include "client/forecast_text.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "client/session.h"
#include "client/table.h"

namespace quotacast::client {
namespace {

constexpr int kBarWidth = 8;
constexpr int kLeastNameWidth = 16;
constexpr char kCouldBe[] = "could be";

using Forecast = v1::Forecast;

const std::string& OwnerOf(const Forecast& forecast) {
  switch (forecast.owner_case()) {
    case Forecast::kTeam:
      return forecast.team();
    case Forecast::kOrganization:
      return forecast.organization();
    default:
      return forecast.rep();
  }
}

double QuantileAt(const Forecast& forecast, double level) {
  for (const v1::Quantile& quantile : forecast.distribution().quantiles()) {
    if (std::abs(quantile.level() - level) < 1e-9) return quantile.value();
  }
  return 0;
}

absl::CivilDay DayOf(const std::string& text) {
  absl::CivilDay day;
  return absl::ParseCivilTime(text, &day) ? day : absl::CivilDay();
}

// One table holds the forecasts of one of these.
using SectionKey = std::tuple<std::string, std::string, int>;  // End, start, measure.

SectionKey KeyOf(const Forecast& forecast) {
  return {forecast.period_end(), forecast.period_start(), forecast.measure()};
}

Style StyleOf(double chance) {
  return chance < .3 ? Style::kRed : chance < .7 ? Style::kYellow : Style::kGreen;
}

std::string NameOf(const Forecast& forecast, const ForecastView& view) {
  const std::string& owner = OwnerOf(forecast);
  const auto found = view.display_names.find(owner);
  const bool named = found != view.display_names.end() && !found->second.empty();
  if (forecast.owner_case() == Forecast::kRep) return named ? found->second : IdOf(owner);
  const std::string name = forecast.owner_case() == Forecast::kOrganization ? "All"
                           : named                                          ? found->second
                                                                            : IdOf(owner);
  return absl::StrCat(name, " (", forecast.rep_count(),
                      forecast.rep_count() == 1 ? " rep)" : " reps)");
}

void AddForecast(const Forecast& forecast, const ForecastView& view, Table& table) {
  const double chance = forecast.attainment_probability();
  const Style style = StyleOf(chance);
  table.AddRow(
      {{NameOf(forecast, view)},
       {PeriodLabel(forecast.period_start(), forecast.period_end(), view.fiscal_year_start_month)},
       {absl::StrCat(Compact(forecast.target()), forecast.target_is_sum() ? "*" : "")},
       {Compact(forecast.booked())},
       {Compact(forecast.distribution().mean())},
       {absl::StrCat(Compact(QuantileAt(forecast, .1)), " - ", Compact(QuantileAt(forecast, .9)))},
       {Percent(chance), style},
       {absl::StrFormat("%.0f-%.0f %%", 100 * forecast.probability_low(),
                        100 * forecast.probability_high())},
       {Bar(chance, kBarWidth), style}});
}

std::string Heading(const Forecast& forecast, const std::string& currency,
                    const v1::ForecastAttainmentResponse& response, const ForecastView& view) {
  const absl::CivilDay as_of =
      absl::ToCivilDay(absl::FromUnixSeconds(response.as_of().seconds()), view.zone);
  const absl::CivilDay end = DayOf(forecast.period_end());
  const auto left = static_cast<int64_t>(end - std::max(as_of, DayOf(forecast.period_start())));
  return absl::StrCat(
      PeriodLabel(forecast.period_start(), forecast.period_end(), view.fiscal_year_start_month),
      ": ", forecast.period_start(), " to ", absl::FormatCivilTime(end - 1), ", ", left,
      left == 1 ? " day left" : " days left", "; ",
      forecast.measure() == v1::AMOUNT ? absl::StrCat("amount in ", currency) : "units");
}

std::string Footer(const v1::ForecastAttainmentResponse& response, const ForecastView& view,
                   bool has_sum, bool has_could_be) {
  double error = 0;
  int64_t trials = 0;
  for (const Forecast& forecast : response.forecasts()) {
    error = std::max(error, forecast.standard_error());
    trials = std::max(trials, forecast.trial_count());
  }
  std::string text = absl::StrFormat(
      "As of %s. Chance: the share of %s simulated endings of the period that reach\n"
      "the quota; its simulation error is at most %.1f points.%s\n"
      "Expected: the mean, what is booked included.\n",
      absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixSeconds(response.as_of().seconds()),
                       view.zone),
      Thousands(trials), 100 * error,
      has_could_be ? " Could be: where the chance may\nlie for want of more history (90 %)." : "");
  if (has_sum) text += "* The sum of its reps' quotas.\n";
  for (const v1::ForecastCorrection& correction : response.corrections()) {
    absl::StrAppend(&text, "Corrected: ", correction.description(), "\n");
  }
  return Styled(text, Style::kDim, view.color);
}

// Whether the organization's line would say again what the line of its topmost team says.
bool IsRepeated(const Forecast& total, const std::vector<const Forecast*>& totals) {
  return total.owner_case() == Forecast::kOrganization &&
         std::any_of(totals.begin(), totals.end(), [&total](const Forecast* other) {
           return other->owner_case() == Forecast::kTeam && other->target() == total.target() &&
                  other->rep_count() >= total.rep_count();
         });
}

std::vector<Column> Columns() {
  return {{"rep", false, kLeastNameWidth},
          {"period", false, 0, 2},
          {"quota", true},
          {"booked", true},
          {"expected", true},
          {"10-90 %", true},
          {"chance", true},
          {kCouldBe, true, 0, 3},
          {"", false, 0, 1}};
}

}  // namespace

std::string ForecastText(const v1::ForecastAttainmentResponse& response, const ForecastView& view) {
  std::map<SectionKey, std::vector<const Forecast*>> reps;
  std::map<SectionKey, std::vector<const Forecast*>> totals;
  for (const Forecast& forecast : response.forecasts()) reps[KeyOf(forecast)].push_back(&forecast);
  for (const Forecast& total : response.totals()) totals[KeyOf(total)].push_back(&total);
  std::string text;
  bool has_sum = false;
  for (auto& [key, forecasts] : reps) {
    std::stable_sort(forecasts.begin(), forecasts.end(), [](const Forecast* a, const Forecast* b) {
      if (a->attainment_probability() != b->attainment_probability()) {
        return a->attainment_probability() < b->attainment_probability();
      }
      return a->target() - a->booked() > b->target() - b->booked();
    });
    Table table(Columns());
    for (const Forecast* forecast : forecasts) AddForecast(*forecast, view, table);
    const auto& of_teams = totals[key];
    if (!of_teams.empty()) table.AddRule();
    for (const Forecast* total : of_teams) {
      if (IsRepeated(*total, of_teams)) continue;
      AddForecast(*total, view, table);
      has_sum |= total->target_is_sum();
    }
    absl::StrAppend(&text,
                    Styled(Heading(*forecasts.front(), response.currency_code(), response, view),
                           Style::kBold, view.color),
                    "\n", table.Render(view.width, view.color), "\n");
  }
  return text + Footer(response, view, has_sum, absl::StrContains(text, kCouldBe));
}

std::string ForecastCsv(const v1::ForecastAttainmentResponse& response) {
  std::vector<std::string> fields = {
      "owner_type",     "owner_id",        "measure",          "period_start",
      "period_end",     "target",          "booked",           "attainment_probability",
      "standard_error", "probability_low", "probability_high", "mean"};
  constexpr double kLevels[] = {.05, .1, .25, .5, .75, .9, .95};
  for (const double level : kLevels) fields.push_back(absl::StrFormat("q%02.0f", 100 * level));
  for (const char* name : {"expected_from_open", "expected_from_new", "open_opportunity_count"}) {
    fields.emplace_back(name);
  }
  std::string text = CsvLine(fields);
  for (const auto* forecasts : {&response.forecasts(), &response.totals()}) {
    for (const Forecast& forecast : *forecasts) {
      const char* owner_type = forecast.owner_case() == Forecast::kTeam           ? "team"
                               : forecast.owner_case() == Forecast::kOrganization ? "organization"
                                                                                  : "rep";
      fields = {owner_type, IdOf(OwnerOf(forecast)),
                absl::AsciiStrToLower(v1::Measure_Name(forecast.measure())),
                forecast.period_start(), forecast.period_end()};
      const auto add = [&fields](double number) {
        fields.push_back(absl::StrFormat("%.10g", number));
      };
      for (const double number :
           {forecast.target(), forecast.booked(), forecast.attainment_probability(),
            forecast.standard_error(), forecast.probability_low(), forecast.probability_high(),
            forecast.distribution().mean()}) {
        add(number);
      }
      for (const double level : kLevels) add(QuantileAt(forecast, level));
      add(forecast.expected_from_open());
      add(forecast.expected_from_new());
      add(forecast.open_opportunity_count());
      text += CsvLine(fields);
    }
  }
  return text;
}

std::string PeriodLabel(const std::string& start, const std::string& end,
                        int fiscal_year_start_month) {
  const absl::CivilDay first = DayOf(start);
  const absl::CivilDay last = DayOf(end);
  const absl::CivilMonth month(first);
  if (first.day() == 1 && last == absl::CivilDay(month + 1)) return start.substr(0, 7);
  const int months_in = ((first.month() - fiscal_year_start_month) % 12 + 12) % 12;
  if (first.day() == 1 && last == absl::CivilDay(month + 3) && months_in % 3 == 0) {
    // The fiscal year is named after the calendar year in which it begins.
    const auto year = (month - months_in).year();
    return absl::StrCat(year, "-Q", months_in / 3 + 1);
  }
  if (last - first == 7 && absl::GetWeekday(first) == absl::Weekday::monday) {
    // An ISO week belongs to the year of its Thursday.
    const absl::CivilDay thursday = first + 3;
    return absl::StrFormat("%d-W%02d", thursday.year(), (absl::GetYearDay(thursday) - 1) / 7 + 1);
  }
  return absl::StrCat(start, "..", end);
}

}  // namespace quotacast::client
