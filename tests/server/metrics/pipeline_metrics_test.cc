// The rules of the pipeline metrics, on histories small enough to count by hand.

#include <gtest/gtest.h>

#include "server/metrics/pipeline_report.h"
#include "tests/server/metrics/small_history.h"

namespace quotacast::metrics {
namespace {

using simulation::kNone;
using simulation::Measure;

PipelineReport Report(const simulation::History& history, double as_of_day,
                      simulation::Period period = {0, 100}) {
  return ReportPipeline(history, ActivityIndex(history), history.quotas, period, Measure::kAmount,
                        AtDay(as_of_day), {}, 1);
}

StageConversion Conversion(const PipelineReport& report, int32_t row, int16_t stage) {
  return EstimateConversion(report.current.conversion[row * report.stages.size() + stage]);
}

TEST(Conversion, SkippedStagesArePassedInNoTime) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {5, kOffer}, {8, kWon}});
  const PipelineReport report = Report(small.Build(), 50);
  for (const int16_t stage : {kNew, kDemo, kOffer}) {
    EXPECT_EQ(Conversion(report, kAnn, stage).reached, 1);
    EXPECT_EQ(Conversion(report, kAnn, stage).advanced, 1);
  }
  const size_t demo = static_cast<size_t>(kAnn) * report.stages.size() + kDemo;
  EXPECT_EQ(report.current.conversion[demo].intervals[0].advanced, 1);
}

TEST(Conversion, BackwardMovesAreNeitherAdvanceNorLoss) {
  SmallHistory small;
  // Falls back from demo to new, is in offer later, and lost from there.
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {3, kDemo}, {6, kNew}, {20, kOffer}, {22, kLost}});
  // Falls back and stays there.
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {3, kDemo}, {6, kNew}});
  const PipelineReport report = Report(small.Build(), 50);
  EXPECT_EQ(Conversion(report, kAnn, kNew).reached, 2);
  EXPECT_EQ(Conversion(report, kAnn, kNew).advanced, 2);
  const StageConversion demo = Conversion(report, kAnn, kDemo);
  EXPECT_EQ(demo.reached, 2);
  EXPECT_EQ(demo.advanced, 1);
  EXPECT_EQ(demo.open, 1);
  EXPECT_EQ(demo.lost, 0);
  EXPECT_EQ(Conversion(report, kAnn, kOffer).lost, 1);
}

TEST(Conversion, StagesBeforeTheFirstAreNotItsOwn) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 2, {{2, kDemo}, {4, kLost}});
  const PipelineReport report = Report(small.Build(), 50);
  EXPECT_EQ(Conversion(report, kAnn, kNew).reached, 0);
  EXPECT_EQ(Conversion(report, kAnn, kDemo).lost, 1);
}

TEST(Conversion, OpenOnesAreCensored) {
  // Two advance at once, one is lost at age 5; one has been seen for one day only: it says nothing
  // of later days. At age 5 one is at risk beside... three at risk on day 0 less half of none.
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {.5, kDemo}});
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {.5, kDemo}});
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {5.5, kLost}});
  small.AddOpportunity(kAnn, 48.5, {{48.5, kNew}});
  const StageConversion conversion = Conversion(Report(small.Build(), 50), kAnn, kNew);
  EXPECT_EQ(conversion.reached, 4);
  EXPECT_EQ(conversion.open, 1);
  // Day 0: 2 of 4 advance. Then the open one leaves, and the last is lost: its share is all that is
  // left, 1/2.
  EXPECT_NEAR(conversion.advanced_share, .5, 1e-12);
  EXPECT_NEAR(conversion.lost_share, .5, 1e-12);
  // Delta method by hand, with F = 1/2 reached at the first step: var = 1 * 2 * 2 / 4^3.
  EXPECT_NEAR(conversion.standard_error, std::sqrt(4. / 64), 1e-12);
  EXPECT_NEAR(conversion.effective.total, 4, 1e-9);
}

TEST(Conversion, WithoutCensoringItIsTheCount) {
  SmallHistory small;
  for (int i = 0; i < 10; ++i) {
    small.AddOpportunity(kBob, 1,
                         {{1, kNew}, {2. + 3 * i, i % 3 == 0 ? kDemo : kLost}, {60, kLost}});
  }
  const StageConversion conversion = Conversion(Report(small.Build(), 90), kBob, kNew);
  EXPECT_NEAR(conversion.advanced_share, .4, 1e-12);
  EXPECT_NEAR(conversion.lost_share, .6, 1e-12);
  EXPECT_NEAR(conversion.standard_error, std::sqrt(.4 * .6 / 10), 1e-9);
  EXPECT_NEAR(conversion.effective.count, 4, 1e-6);
}

TEST(Conversion, PeriodsCompareAtTheSameAge) {
  SmallHistory small;
  // The period has lasted 4 days: what the period before did later than that does not count.
  small.AddOpportunity(kAnn, 1, {{1, kNew}, {3, kDemo}});
  small.AddOpportunity(kAnn, 1, {{1, kNew}, {8, kDemo}});
  small.AddOpportunity(kAnn, 11, {{11, kNew}, {13, kDemo}});
  const PipelineReport report = Report(small.Build(), 14, {10, 20});
  EXPECT_EQ(report.horizon_days, 4);
  const size_t cell = static_cast<size_t>(kAnn) * report.stages.size() + kNew;
  const auto share = [&](const PipelineFigures& figures) {
    return EstimateConversion(figures.conversion[cell], report.horizon_days).advanced_share;
  };
  EXPECT_NEAR(share(report.previous), .5, 1e-12);
  EXPECT_NEAR(share(report.current), 1, 1e-12);
}

TEST(LateStages, AreTheLastTwoOpenOnes) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}}, 1);
  small.AddOpportunity(kAnn, 0, {{0, kDemo}}, 20);
  small.AddOpportunity(kAnn, 0, {{0, kOffer}}, 300);
  small.AddOpportunity(kAnn, 0, {{0, kOffer}, {5, kWon}}, 4000);
  small.AddQuota(kAnn, 0, 100, 9000);
  const PipelineReport report = Report(small.Build(), 50);
  const LateStages late = LateStagesOf(report, kAnn, Measure::kAmount);
  EXPECT_EQ(late.open, 2);
  EXPECT_EQ(late.value, 320);
  EXPECT_EQ(late.missing, 5000);
  // One won of one from offer: Jeffreys' mean 3/4. None that reached demo was closed: 1/2.
  EXPECT_NEAR(late.weighted_value, 300 * .75 + 20 * .5, 1e-9);
  EXPECT_EQ(LateStagesOf(report, kBob, Measure::kAmount).missing, 0);
}

TEST(OpenSpread, BinsAndBand) {
  LoadBand band;
  band.known = true;
  band.low = 3;
  band.high = 40;
  const std::vector<int64_t> loads = {0, 3, 9, 10, 41};
  const OpenSpread spread = SpreadOf(loads, band);
  EXPECT_EQ(spread.rep_count, 5);
  EXPECT_EQ(spread.bin_width, 5);
  EXPECT_EQ(spread.bins, (std::vector<int64_t>{2, 1, 1, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(spread.below_band, 1);
  EXPECT_EQ(spread.above_band, 1);
  EXPECT_EQ(spread.median, 9);
  EXPECT_NEAR(spread.mean, 12.6, 1e-5);
  EXPECT_EQ(SpreadOf({}, band).rep_count, 0);
  const std::vector<int64_t> many = {0, 20'000};
  EXPECT_EQ(SpreadOf(many, band).bin_width, 2'000);
}

TEST(OpenSpread, IsOfTheRowsRepsAtWork) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}});
  simulation::History history = small.Build();
  history.reps[kBob].end_day = 40;
  const PipelineReport report = Report(history, 50);
  const int32_t all = report.grouping.organization_row();
  EXPECT_EQ(OpenSpreadOf(report, history, all).rep_count, 1);
  EXPECT_EQ(OpenSpreadOf(report, history, all).mean, 1);
  EXPECT_EQ(OpenSpreadOf(report, history, report.grouping.TeamRow(kWest)).rep_count, 0);
}

TEST(LossReasons, OfTheMoveElseOfTheOpportunity) {
  SmallHistory small;
  const int32_t by_move = small.AddOpportunity(kAnn, 0, {{0, kNew}, {5, kLost}}, 10);
  const int32_t by_itself = small.AddOpportunity(kBob, 0, {{0, kNew}, {6, kLost}}, 20);
  const int32_t reopened =
      small.AddOpportunity(kAnn, 0, {{0, kNew}, {5, kLost}, {6, kNew}, {9, kLost}}, 40);
  const int32_t won = small.AddOpportunity(kAnn, 0, {{0, kNew}, {5, kWon}}, 80);
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {5, kLost}}, 160);
  LossReasons reasons;
  reasons.Add(by_move, INT64_MIN, "unknown");
  reasons.Add(by_move, AtDay(5), "price");
  reasons.Add(by_itself, INT64_MIN, "price");
  reasons.Add(reopened, AtDay(5), "no budget");
  reasons.Add(reopened, AtDay(9), "competitor");
  reasons.Add(won, INT64_MIN, "price");
  const simulation::History history = small.Build();
  const auto at = [&](double day) {
    return ReportPipeline(history, ActivityIndex(history), {}, {0, 100}, Measure::kAmount,
                          AtDay(day), reasons, 1);
  };
  const PipelineReport report = at(50);
  const LossesByReason& ann = report.current.losses[kAnn];
  ASSERT_EQ(ann.size(), 2u);
  EXPECT_EQ(ann.at(reasons.Of(by_move, AtDay(5), AtDay(50))).count, 1);
  EXPECT_EQ(ann.at(reasons.Of(by_move, AtDay(5), AtDay(50))).amount_micros, 10);
  EXPECT_EQ(reasons.Text(reasons.Of(by_move, AtDay(5), AtDay(50))), "price");
  EXPECT_EQ(ann.at(reasons.Of(reopened, AtDay(9), AtDay(50))).amount_micros, 40);
  const LossesByReason& all = report.current.losses[report.grouping.organization_row()];
  EXPECT_EQ(all.at(reasons.Of(by_itself, AtDay(6), AtDay(50))).count, 2);
  EXPECT_EQ(all.at(reasons.Of(by_itself, AtDay(6), AtDay(50))).amount_micros, 30);
  // As of a time between the two losses the first reason holds.
  const LossesByReason then = at(5.5).current.losses[kAnn];
  EXPECT_EQ(then.count(reasons.Of(reopened, AtDay(5), AtDay(5.5))), 1u);
  EXPECT_EQ(then.count(reasons.Of(reopened, AtDay(9), AtDay(50))), 0u);
}

TEST(LossReasons, ACorrectionHoldsFromItsTimeOn) {
  LossReasons reasons;
  // Facts may come in any order.
  reasons.Add(7, AtDay(9), "competitor");
  reasons.Add(7, AtDay(5), "no budget");
  reasons.Add(7, INT64_MIN, "unknown");
  reasons.Add(7, AtDay(7), "price");
  reasons.Add(7, AtDay(7), "the price");
  const auto told = [&](double close, double as_of) {
    return reasons.Text(reasons.Of(7, AtDay(close), AtDay(as_of)));
  };
  EXPECT_EQ(told(5, 6), "no budget");
  EXPECT_EQ(told(5, 7), "no budget");  // As of is exclusive.
  EXPECT_EQ(told(5, 8), "the price");
  EXPECT_EQ(told(5, 50), "competitor");
  // What was given before the loss is about another one.
  EXPECT_EQ(told(8, 8.5), "unknown");
  EXPECT_EQ(told(10, 50), "unknown");
  EXPECT_EQ(reasons.Of(8, AtDay(5), AtDay(50)), kNone);
}

TEST(Rows, TeamsAndTheOrganizationAddUp) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {5, kWon}}, 300);
  small.AddOpportunity(kBob, 0, {{0, kNew}, {9, kWon, kNone, 150}}, 100);
  small.AddOpportunity(kNone, 0, {{0, kNew}, {9, kLost}}, 70);
  const PipelineReport report = Report(small.Build(), 50);
  const Grouping& grouping = report.grouping;
  EXPECT_EQ(report.current.closes.rows[grouping.TeamRow(kEast)].won_amount_micros, 300);
  const CloseCounts& company = report.current.closes.rows[grouping.TeamRow(kCompany)];
  EXPECT_EQ(company.won_amount_micros, 450);
  EXPECT_EQ(company.lost, 0);
  const CloseCounts& organization = report.current.closes.rows[grouping.organization_row()];
  EXPECT_EQ(organization.won, 2);
  EXPECT_EQ(organization.lost, 1);
  EXPECT_EQ(organization.AverageCycleDays(), 7);
  EXPECT_EQ(organization.AverageDealSizeMicros(), 225);
}

TEST(Closes, AWinBelongsToTheOwnerAtTheWin) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {3, kNew, kBob}, {5, kWon}, {6, kWon, kAnn}});
  const PipelineReport report = Report(small.Build(), 50);
  EXPECT_EQ(report.current.closes.rows[kAnn].won, 0);
  EXPECT_EQ(report.current.closes.rows[kBob].won, 1);
}

TEST(Closes, NothingAtOrAfterAsOfIsKnown) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {10, kWon}});
  const simulation::History history = small.Build();
  EXPECT_EQ(Report(history, 10).current.closes.rows[kAnn].won, 0);
  EXPECT_EQ(Report(history, 10).now.load.Total(kAnn).open, 1);
  EXPECT_EQ(Report(history, 10.5).current.closes.rows[kAnn].won, 1);
  EXPECT_EQ(Report(history, 10.5).now.load.Total(kAnn).open, 0);
}

TEST(WinRate, FromAStageCountsThoseThatReachedIt) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {1, kLost}}, 10);
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {2, kOffer}, {3, kWon}}, 20);
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {2, kOffer}, {3, kDemo}, {4, kLost}}, 40);
  const PipelineReport report = Report(small.Build(), 50);
  const StageCloseCounts* const ann = &report.current.closes.stages[0];
  EXPECT_EQ(ann[kNew].WinRate().total, 3);
  EXPECT_EQ(ann[kDemo].WinRate().total, 2);
  EXPECT_EQ(ann[kOffer].WinRate().count, 1);
  EXPECT_EQ(ann[kOffer].WinRate().total, 2);
  EXPECT_EQ(ann[kDemo].left_lost_amount_micros, 40);
  EXPECT_EQ(ann[kNew].left_lost_amount_micros, 10);
  EXPECT_EQ(ann[kOffer].left_won_amount_micros, 20);
}

TEST(StageDurations, SeveralStaysCountTogether) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {3, kDemo}, {4, kNew}, {9, kDemo}, {10, kWon}});
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {2, kDemo}});
  const PipelineReport report = Report(small.Build(), 50);
  EXPECT_EQ(report.current.durations[kNew].won.count, 1);
  EXPECT_EQ(report.current.durations[kNew].won.mean, 8);
  EXPECT_EQ(report.current.durations[kDemo].won.mean, 2);
  EXPECT_EQ(report.current.durations[kNew].open.count, 0);
  EXPECT_EQ(report.current.durations[kDemo].open.median, 48);
}

TEST(Velocity, IsTheFormula) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {10, kWon}}, 1000);
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {20, kWon}}, 3000);
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {20, kLost}}, 500);
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {20, kLost}}, 500);
  small.AddOpportunity(kAnn, 40, {{40, kNew}}, 700);
  small.AddQuota(kAnn, 0, 100, 4700);
  const Velocity velocity = VelocityOf(Report(small.Build(), 50), kAnn, Measure::kAmount);
  EXPECT_EQ(velocity.open, 1);
  EXPECT_EQ(velocity.average_deal_size_micros, 2000);
  EXPECT_EQ(velocity.win_rate.Crude(), .5);
  EXPECT_EQ(velocity.cycle_days, 15);
  EXPECT_NEAR(velocity.per_day_micros, 1 * 2000 * .5 / 15, 1e-9);
  EXPECT_EQ(velocity.coverage, 1);  // 700 open, 700 missing.
  // Jeffreys' mean of 2 of 4, times what is open.
  EXPECT_NEAR(velocity.weighted_micros, 700 * 2.5 / 5, 1e-9);
}

// Periods of 100 days, half of the second one gone: day 50 of the first is the same point.
TEST(OpenBefore, IsTheStateAtTheSamePointOfThePeriodBefore) {
  SmallHistory small;
  // Open on day 50 in the first stage, under Ann, for 700; today in the second, under Bob, for 900.
  const int32_t moved = small.AddOpportunity(
      kAnn, 20, {{20, kNew}, {120, kDemo, kBob}, {130, kDemo, simulation::kNone, 900}}, 700);
  // Won since.
  small.AddOpportunity(kAnn, 10, {{10, kNew}, {60, kWon}}, 2000);
  // Closed before.
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {40, kWon}}, 1000);
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {45, kLost}}, 1000);
  // Not known then; and known, and the same ever since.
  small.AddOpportunity(kAnn, 51, {{51, kNew}}, 5);
  small.AddOpportunity(kBob, 5, {{5, kNew}}, 30);
  small.AddActivity(kAnn, moved, 49, simulation::ActivityType::kCall);
  small.AddQuota(kAnn, 0, 100, 4000);
  small.AddQuota(kAnn, 100, 200, 4000);
  const PipelineReport report = Report(small.Build(), 150, {100, 200});
  EXPECT_EQ(report.before.as_of_us, AtDay(50));
  EXPECT_EQ(report.before.load.Total(kAnn).open, 2);
  EXPECT_EQ(report.before.load.Total(kAnn).amount_micros, 2700);
  EXPECT_EQ(report.before.load.Total(kAnn).attended, 1);
  EXPECT_EQ(report.before.load.Total(kBob).open, 1);
  EXPECT_EQ(report.before.load.Total(kBob).attended, 0);
  EXPECT_EQ(report.now.load.Total(kBob).amount_micros, 930);
  // Jeffreys' mean of one of two, not of two of three.
  EXPECT_EQ(report.before.stage_weights[kNew], .5);
  EXPECT_NEAR(report.now.stage_weights[kNew], 2.5 / 4, 1e-12);
  EXPECT_EQ(WeightedMicros(report.before, kAnn), 1350);
  // 2,700 open, and 1,000 of 4,000 booked by then.
  EXPECT_NEAR(CoverageOf(report.before, kAnn, Measure::kAmount), .9, 1e-12);
}

TEST(OpenBefore, IsNoLaterThanTheEndOfItsPeriod) {
  EXPECT_EQ(Report(SmallHistory().Build(), 250, {100, 200}).before.as_of_us, AtDay(100));
}

TEST(Attainment, CurrentAndPast) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {5, kWon}}, 100);
  small.AddOpportunity(kBob, 0, {{0, kNew}, {8, kWon}}, 100);
  small.AddOpportunity(kBob, 0, {{0, kNew}, {12, kWon}}, 60);
  small.AddQuota(kAnn, 0, 10, 100);
  small.AddQuota(kBob, 0, 10, 101);
  small.AddQuota(kBob, 10, 20, 120);
  const PipelineReport report = Report(small.Build(), 15, {10, 20});
  const int32_t all = report.grouping.organization_row();
  EXPECT_EQ(report.current.attainment[kBob].booked, 60);
  EXPECT_EQ(report.current.attainment[kBob].Share(), .5);
  EXPECT_EQ(report.current.attainment[kAnn].target, 0);
  ASSERT_EQ(report.past_periods.size(), 1u);
  EXPECT_EQ(report.past[0][all].MadeShare().count, 1);
  EXPECT_EQ(report.past[0][all].MadeShare().total, 2);
}

TEST(Load, CountsThePastAtTheStartOfPeriods) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {5, kWon}});
  small.AddOpportunity(kAnn, 8, {{8, kNew}, {9, kNew, kBob}});
  small.AddQuota(kAnn, 4, 8, 1);
  small.AddQuota(kAnn, 8, 12, 1);
  const PipelineReport report = Report(small.Build(), 15, {12, 16});
  ASSERT_EQ(report.past_periods.size(), 2u);
  EXPECT_EQ(report.now.load.past, (std::vector<int32_t>{1, 0, 1, 0}));
  EXPECT_EQ(report.now.load.Total(kBob).open, 1);
  EXPECT_FALSE(report.band.known);
  EXPECT_EQ(report.band.periods_made, 1);
}

TEST(LoadBand, IsWhereThoseWhoMadeItWere) {
  std::vector<LoadOutcome> outcomes;
  for (int load = 0; load <= 100; ++load) outcomes.push_back({load, load >= 40 && load <= 60});
  const LoadBand band = LearnLoadBand(outcomes);
  EXPECT_TRUE(band.known);
  EXPECT_NEAR(band.low, 42, 1e-6);
  EXPECT_NEAR(band.high, 58, 1e-6);
  EXPECT_EQ(band.made_below.count, 2);
  EXPECT_EQ(band.made_below.total, 42);
}

}  // namespace
}  // namespace quotacast::metrics
