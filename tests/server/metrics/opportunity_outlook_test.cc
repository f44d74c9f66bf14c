// Open opportunities beside those that were won from where they are.

#include "server/metrics/opportunity_outlook.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "simulation/fit.h"
#include "simulation/scenario/leverage.h"
#include "tests/server/metrics/alike_company.h"
#include "tests/server/metrics/small_history.h"

namespace quotacast::metrics {
namespace {

using simulation::History;

std::vector<OpportunityOutlook> Outlooks(const History& history, double as_of_day,
                                         double chance = .1) {
  simulation::FittedModel model;
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    model.open.emplace_back().opportunity = static_cast<int32_t>(i);
  }
  return OutlooksOf(history, StageIndex(history), model,
                    std::vector<double>(model.open.size(), chance), AtDay(as_of_day), 1);
}

TEST(OpportunityOutlook, AgeBesideThoseWhoWonFromThere) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {2, kDemo}, {10, kWon}});            // 2 days in new.
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {4, kDemo}, {6, kNew}, {9, kWon}});  // 4 + 3.
  small.AddOpportunity(kBob, 0, {{0, kNew}, {30, kLost}});                       // Not won.
  const int32_t open = small.AddOpportunity(kBob, 44, {{44, kNew}}, 500);
  const std::vector<OpportunityOutlook> outlooks = Outlooks(small.Build(), 50);
  ASSERT_EQ(outlooks.size(), 1u);
  EXPECT_EQ(outlooks[0].opportunity, open);
  EXPECT_EQ(outlooks[0].rep, kBob);
  EXPECT_EQ(outlooks[0].age_days, 6);
  EXPECT_EQ(outlooks[0].amount_micros, 500);
  EXPECT_EQ(outlooks[0].won_stayed_as_long.count, 1);
  EXPECT_EQ(outlooks[0].won_stayed_as_long.total, 2);
  EXPECT_EQ(outlooks[0].won_median_days, 4.5);
  // Of three that reached new and were closed two were won: Jeffreys' mean.
  EXPECT_NEAR(outlooks[0].weight, 2.5 / 4, 1e-12);
  EXPECT_EQ(outlooks[0].standing, Standing::kUsual);  // Two won tell too little.
}

TEST(OpportunityOutlook, EmptyIsOlderThanNearlyAllThatWereWon) {
  SmallHistory small;
  for (int i = 0; i < 20; ++i) small.AddOpportunity(kAnn, 0, {{0, kNew}, {1. + i, kWon}});
  small.AddOpportunity(kAnn, 30, {{30, kNew}});  // 20 days: one of 20 stayed as long.
  small.AddOpportunity(kAnn, 31, {{31, kNew}});  // 19 days: two did.
  const std::vector<OpportunityOutlook> outlooks = Outlooks(small.Build(), 50);
  ASSERT_EQ(outlooks.size(), 2u);
  EXPECT_EQ(outlooks[0].standing, Standing::kEmpty);
  EXPECT_EQ(outlooks[1].standing, Standing::kUsual);
}

TEST(WinChances, AreThoseOfTheSimulation) {
  AlikeOptions options;
  options.reps = 3;
  options.days = 300;
  const History history = MakeAlikeCompany(options, 3);
  const auto model = simulation::FitModel(
      history, simulation::StartOfDayUs(kAlikeFirstDay + 300, history.time_zone));
  ASSERT_TRUE(model.ok()) << model.status();
  const simulation::Period period = {kAlikeFirstDay + 285, kAlikeFirstDay + 330};
  const std::vector<double> chances = WinChances(*model, period, 1, 2, nullptr);
  ASSERT_EQ(chances.size(), model->open.size());
  // What the deals of a scenario run say, from 10,240 trials each: their standard error is at most
  // .005, plus about .005 for other draws of the parameters. A gap of .03 is exceeded with
  // probability below 1e-4.
  for (int32_t rep = 0; rep < 3; ++rep) {
    simulation::ForecastOptions forecast;
    forecast.run_rate_share = 0;
    const auto run = simulation::PairedRun::Create(
        *model,
        {{simulation::OwnerType::kRep, rep, simulation::Measure::kAmount, period.start, period.end,
          1'000'000}},
        forecast);
    ASSERT_TRUE(run.ok()) << run.status();
    const auto deals = simulation::Leverage(*run, 0);
    ASSERT_TRUE(deals.ok()) << deals.status();
    ASSERT_FALSE(deals->empty());
    for (const simulation::DealLeverage& deal : *deals) {
      EXPECT_NEAR(chances[deal.open], deal.win_chance, .03);
    }
  }
  // One thread or two, and a period that has not begun: less than until its end.
  EXPECT_EQ(WinChances(*model, period, 1, 1, nullptr), chances);
  const std::vector<double> later =
      WinChances(*model, {kAlikeFirstDay + 310, kAlikeFirstDay + 330}, 1, 1, nullptr);
  for (size_t i = 0; i < later.size(); ++i) EXPECT_LE(later[i], chances[i] + 1e-6);
}

}  // namespace
}  // namespace quotacast::metrics
