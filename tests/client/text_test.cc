// Forecasts, backtests and metrics as text.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "client/backtest_text.h"
#include "client/forecast_text.h"
#include "client/metrics_text.h"
#include "client/table.h"

namespace quotacast::client {
namespace {

TEST(PeriodLabelTest, NamesWhatHasAName) {
  EXPECT_EQ(PeriodLabel("2026-03-01", "2026-04-01", 1), "2026-03");
  EXPECT_EQ(PeriodLabel("2025-12-01", "2026-01-01", 1), "2025-12");
  EXPECT_EQ(PeriodLabel("2026-01-01", "2026-04-01", 1), "2026-Q1");
  EXPECT_EQ(PeriodLabel("2026-10-01", "2027-01-01", 1), "2026-Q4");
  // A fiscal year from February is named after the year in which it begins.
  EXPECT_EQ(PeriodLabel("2026-11-01", "2027-02-01", 2), "2026-Q4");
  EXPECT_EQ(PeriodLabel("2027-01-01", "2027-04-01", 4), "2026-Q4");
  EXPECT_EQ(PeriodLabel("2026-02-01", "2026-05-01", 1), "2026-02-01..2026-05-01");
  EXPECT_EQ(PeriodLabel("2026-03-02", "2026-03-09", 1), "2026-W10");
  EXPECT_EQ(PeriodLabel("2024-12-30", "2025-01-06", 1), "2025-W01");
  EXPECT_EQ(PeriodLabel("2026-12-28", "2027-01-04", 1), "2026-W53");
  EXPECT_EQ(PeriodLabel("2026-03-03", "2026-03-10", 1), "2026-03-03..2026-03-10");
}

v1::Forecast MakeForecast(const std::string& rep, double chance, double target) {
  v1::Forecast forecast;
  forecast.set_rep("organizations/acme/reps/" + rep);
  forecast.set_measure(v1::AMOUNT);
  forecast.set_period_start("2026-03-01");
  forecast.set_period_end("2026-04-01");
  forecast.set_target(target);
  forecast.set_booked(12'300);
  forecast.set_attainment_probability(chance);
  forecast.set_standard_error(.004);
  forecast.set_trial_count(10'000);
  forecast.set_rep_count(1);
  forecast.mutable_distribution()->set_mean(40'000);
  for (const double level : {.05, .1, .25, .5, .75, .9, .95}) {
    v1::Quantile* quantile = forecast.mutable_distribution()->add_quantiles();
    quantile->set_level(level);
    quantile->set_value(100'000 * level);
  }
  return forecast;
}

v1::ForecastAttainmentResponse MakeResponse() {
  v1::ForecastAttainmentResponse response;
  response.mutable_as_of()->set_seconds(1'773'792'000);  // 2026-03-18T00:00:00Z
  response.set_currency_code("EUR");
  *response.add_forecasts() = MakeForecast("anna", .9, 30'000);
  *response.add_forecasts() = MakeForecast("bram", .2, 50'000);
  *response.add_forecasts() = MakeForecast("eva", .2, 60'000);
  v1::Forecast total = MakeForecast("", .5, 140'000);
  total.set_team("organizations/acme/teams/north");
  total.set_rep_count(3);
  total.set_target_is_sum(true);
  *response.add_totals() = total;
  total.set_organization("organizations/acme");
  *response.add_totals() = total;
  return response;
}

ForecastView MakeView(int width) {
  ForecastView view;
  view.zone = absl::UTCTimeZone();
  view.width = width;
  view.display_names = {{"organizations/acme/reps/anna", "Anna Visser"},
                        {"organizations/acme/teams/north", "North"}};
  return view;
}

TEST(ForecastTextTest, LowestChanceFirstAndTeamsBelow) {
  const std::string text = ForecastText(MakeResponse(), MakeView(100));
  EXPECT_TRUE(absl::StartsWith(
      text,
      "2026-03: 2026-03-01 to 2026-03-31, 14 days left; amount in EUR\n"
      "rep             period   quota  booked  expected        10-90 %  chance  could be\n"
      "───────────────────────────────────────────────────────────────────────────────────────────"
      "\n"
      "eva             2026-03  60.0k   12.3k     40.0k  10.0k - 90.0k    20 %     0-0 %  █▋\n"
      "bram            2026-03  50.0k   12.3k     40.0k  10.0k - 90.0k    20 %     0-0 %  █▋\n"
      "Anna Visser     2026-03  30.0k   12.3k     40.0k  10.0k - 90.0k    90 %     0-0 %  "
      "███████▎\n"
      "───────────────────────────────────────────────────────────────────────────────────────────"
      "\n"
      "North (3 reps)  2026-03  140k*   12.3k     40.0k  10.0k - 90.0k    50 %     0-0 %  ████\n"))
      << text;
  EXPECT_TRUE(absl::StrContains(text, "simulation error is at most 0.4 points")) << text;
  EXPECT_TRUE(absl::StrContains(text, "* The sum of its reps' quotas.")) << text;
}

TEST(ForecastTextTest, FitsEightyColumns) {
  for (const int width : {80, 120}) {
    const std::string text = ForecastText(MakeResponse(), MakeView(width));
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      if (!absl::StrContains(line, "k - ")) continue;
      EXPECT_LE(DisplayWidth(line), width) << line;
    }
  }
}

TEST(ForecastTextTest, CsvHasALineForEachForecastAndTotal) {
  const std::vector<std::string> lines = absl::StrSplit(ForecastCsv(MakeResponse()), '\n');
  ASSERT_EQ(lines.size(), 7u);  // The last is empty.
  EXPECT_EQ(
      lines[1],
      "rep,anna,amount,2026-03-01,2026-04-01,30000,12300,0.9,0.004,0,0,40000,5000,10000,25000,"
      "50000,75000,90000,95000,0,0,0");
  EXPECT_TRUE(absl::StartsWith(lines[5], "organization,acme,"));
}

TEST(BacktestTextTest, SaysWhatCameIn) {
  v1::BacktestResult result;
  result.add_origins(0);
  v1::BacktestScores* scores = result.add_scores();
  scores->set_forecaster("model");
  scores->set_origin_index(-1);
  scores->set_count(222);
  scores->set_coverage_80(.81);
  for (const auto& [low, count, forecast, observed] :
       {std::tuple(.6, 100, .65, .66), std::tuple(.7, 112, .75, .75),
        std::tuple(.9, 10, .95, 1.)}) {
    v1::ReliabilityBin* bin = scores->add_reliability();
    bin->set_low(low);
    bin->set_high(low + .1);
    bin->set_count(count);
    bin->set_mean_forecast(forecast);
    bin->set_observed_share(observed);
  }
  for (const int64_t count : {0, 4, 8}) scores->add_pit_histogram(count);
  result.add_findings("The intervals are as wide as they should be.");
  const std::string text = BacktestText(result, v1::OFF, 80, false);
  EXPECT_TRUE(absl::StrContains(
      text,
      "Of 212 forecasts between 60 and 80 %, 71 % came in (65 to 76); 70 % were to be expected.\n"))
      << text;
  EXPECT_TRUE(absl::StrContains(
      text, "Of 10 forecasts between 80 and 100 %, 100 % came in (79 to 100); 95 %"));
  EXPECT_TRUE(absl::StrContains(text, "Of 222 outcomes, ")) << text;
  EXPECT_TRUE(absl::StrContains(text, "81 % (76 to 85)\n  inside that of 80 %")) << text;
  EXPECT_FALSE(absl::StrContains(text, "between 0 and 20")) << "no forecasts there";
  EXPECT_TRUE(absl::StrContains(text, "| ▄█|")) << text;
  EXPECT_TRUE(absl::StrContains(text, "Each rep\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, "as wide as they should be")) << text;
}

TEST(BacktestTextTest, SaysHowToSwitchCorrectionsOnWhereTheyWouldHelp) {
  constexpr char kHow[] = "quotacast org update --correction where-better\n";
  v1::BacktestResult result;
  EXPECT_FALSE(absl::StrContains(BacktestText(result, v1::OFF, 80, false), kHow));
  result.set_correction_better(true);
  EXPECT_TRUE(absl::StrContains(BacktestText(result, v1::OFF, 80, false), kHow));
  EXPECT_FALSE(absl::StrContains(BacktestText(result, v1::WHERE_BETTER, 80, false), kHow));
}

// The header and the form of a row are what other people's scripts rely on.
TEST(BacktestTextTest, RowsAreAsTheContractSays) {
  v1::BacktestRow row;
  row.set_rep("organizations/acme/reps/eva");
  row.set_measure(v1::AMOUNT);
  row.set_period_start("2011-11-21");
  row.set_period_end("2011-11-28");
  row.mutable_as_of()->set_seconds(1'321'830'000);  // 2011-11-20T23:00:00Z
  row.set_target(4'438);
  row.set_booked(0);
  row.set_attainment_probability(.25);
  row.set_actual(4'500.5);
  row.mutable_distribution()->set_mean(4'000);
  for (const double level : {.05, .1, .25, .5, .75, .9, .95}) {
    v1::Quantile* quantile = row.mutable_distribution()->add_quantiles();
    quantile->set_level(level);
    quantile->set_value(1'000 * level);
  }
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &zone));
  EXPECT_EQ(
      BacktestRowsHeader(),
      "rep_id,measure,period_start,period_end,as_of,target,booked,attainment_probability,mean,"
      "q05,q10,q25,q50,q75,q90,q95,actual\n");
  EXPECT_EQ(
      BacktestRowText(row, zone),
      "eva,amount,2011-11-21,2011-11-28,2011-11-21T00:00:00+01:00,4438,0,0.25,4000,50,100,250,"
      "500,750,900,950,4500.5\n");
}

v1::ReportPipelineResponse PipelineOfOneTeam(int64_t team_open) {
  v1::ReportPipelineResponse response;
  response.add_metrics()->set_organization("organizations/acme");
  response.add_metrics()->set_team("organizations/acme/teams/sales");
  response.add_metrics()->set_rep("organizations/acme/reps/ann");
  response.mutable_metrics(0)->set_open_count(7);
  response.mutable_metrics(1)->set_open_count(team_open);
  response.mutable_metrics(2)->set_open_count(3);
  response.mutable_metrics(2)->mutable_previous_open()->set_open_count(1'234);
  return response;
}

TEST(MetricsTextTest, ATeamOfAllIsShownOnce) {
  EXPECT_FALSE(absl::StrContains(PipelineText(PipelineOfOneTeam(7), {}), "Team sales"));
  EXPECT_TRUE(absl::StrContains(PipelineText(PipelineOfOneTeam(6), {}), "Team sales"));
  // Asked for by name it is shown, and the organization is not.
  MetricsView view;
  view.focus = "organizations/acme/teams/sales";
  const std::string text = PipelineText(PipelineOfOneTeam(7), view);
  EXPECT_TRUE(absl::StrContains(text, "Stages: Team sales")) << text;
}

TEST(MetricsTextTest, WhatIsOpenStandsBesideThePeriodBefore) {
  MetricsView view;
  view.focus = "organizations/acme/reps/ann";
  const std::string text = PipelineText(PipelineOfOneTeam(7), view);
  EXPECT_TRUE(absl::StrContains(text, "1,234")) << text;
}

}  // namespace
}  // namespace quotacast::client
