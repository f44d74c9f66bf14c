// The metrics of the shared data sets against what reference/reference.py finds with pandas.

#include <gtest/gtest.h>

#include "server/metrics/activity_report.h"
#include "server/metrics/pipeline_report.h"
#include "tests/simulation/csv_history.h"

namespace quotacast::metrics {
namespace {

using simulation::ActivityType;
using simulation::History;
using simulation::Measure;

constexpr int64_t kMoneyMicros = 1'000'000;

int32_t RepNamed(const History& history, const std::string& id) {
  for (size_t i = 0; i < history.reps.size(); ++i) {
    if (history.reps[i].id == id) return static_cast<int32_t>(i);
  }
  return simulation::kNone;
}

simulation::Day DayOf(int year, int month, int day) {
  return static_cast<simulation::Day>(absl::CivilDay(year, month, day) -
                                      absl::CivilDay(1970, 1, 1));
}

// Values are floats inside, so seven digits hold.
void ExpectSummary(const DistributionSummary& summary, int64_t count, double mean, double median,
                   double p90) {
  EXPECT_EQ(summary.count, count);
  EXPECT_NEAR(summary.mean, mean, 1e-5 + 1e-6 * mean);
  EXPECT_NEAR(summary.median, median, 1e-5 + 1e-6 * median);
  EXPECT_NEAR(summary.p90, p90, 1e-5 + 1e-6 * p90);
}

void ExpectCloses(const CloseCounts& closes, int64_t won, int64_t lost, int64_t won_amount,
                  int64_t lost_amount, double cycle_days) {
  EXPECT_EQ(closes.won, won);
  EXPECT_EQ(closes.lost, lost);
  EXPECT_EQ(closes.won_amount_micros, won_amount * kMoneyMicros);
  EXPECT_EQ(closes.lost_amount_micros, lost_amount * kMoneyMicros);
  EXPECT_NEAR(closes.AverageCycleDays(), cycle_days, 1e-6);
}

class Loans : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<History> loaded = simulation::LoadLoans();
    if (!loaded.ok()) GTEST_SKIP() << loaded.status();
    history_ = *std::move(loaded);
    period_ = {DayOf(2011, 12, 1), DayOf(2012, 1, 1)};
    as_of_us_ = simulation::StartOfDayUs(DayOf(2011, 12, 15), history_.time_zone);
    rep_ = RepNamed(history_, "r11181");
    all_ = Grouping(history_).organization_row();
  }
  History history_;
  simulation::Period period_;
  int64_t as_of_us_ = 0;
  int32_t rep_ = 0, all_ = 0;
};

enum : size_t { kAccepted, kOfferSent, kReturned, kStageCount = 5 };

TEST_F(Loans, ClosesAndLoad) {
  const PipelineReport report = ReportPipeline(history_, ActivityIndex(history_), history_.quotas,
                                               period_, Measure::kAmount, as_of_us_, {}, 1);
  ExpectCloses(report.current.closes.rows[all_], 181, 245, 2'477'300, 3'682'293, 15.88693411493503);
  ExpectCloses(report.previous.closes.rows[all_], 497, 496, 7'636'322, 7'493'277,
               15.579254477955697);
  ExpectCloses(report.current.closes.rows[rep_], 3, 8, 47'000, 76'500, 17.98261130015432);
  ExpectCloses(report.previous.closes.rows[rep_], 17, 33, 180'500, 508'500, 16.387241439270152);
  const OpenCounts* const open = &report.now.load.stages[all_ * kStageCount];
  EXPECT_EQ(open[kAccepted].open, 2);
  EXPECT_EQ(open[kOfferSent].open, 467);
  EXPECT_EQ(open[kReturned].open, 86);
  EXPECT_EQ(report.now.load.Total(all_).amount_micros, 8'944'125 * kMoneyMicros);
  EXPECT_EQ(report.now.load.Total(rep_).open, 9);
  EXPECT_EQ(report.now.load.Total(rep_).amount_micros, 103'000 * kMoneyMicros);
}

TEST_F(Loans, DaysInStages) {
  const PipelineReport report = ReportPipeline(history_, ActivityIndex(history_), history_.quotas,
                                               period_, Measure::kAmount, as_of_us_, {}, 1);
  const StageDurations* const all = &report.current.durations[all_ * kStageCount];
  ExpectSummary(all[kOfferSent].won, 181, 10.913062092029875, 8.642207256944445,
                18.586656261574074);
  ExpectSummary(all[kOfferSent].lost, 243, 17.98049201855662, 14.581921215277777,
                30.81287685648148);
  ExpectSummary(all[kReturned].lost, 84, 3.9960707254464287, 3.1181481944444447, 7.156699025462963);
  ExpectSummary(all[kOfferSent].open, 467, 12.220458821848482, 9.178155069444445,
                28.29553246990741);
  ExpectSummary(all[kReturned].open, 86, 6.22905538234819, 2.079084832175926, 15.52129310763889);
  const StageDurations* const rep = &report.current.durations[rep_ * kStageCount];
  ExpectSummary(rep[kReturned].lost, 3, 3.8755970331790124, 4.232401956018518, 4.886816289351851);
  ExpectSummary(rep[kOfferSent].open, 6, 14.822822575231482, 10.339878686342592,
                29.727608940972225);
  const StageDurations* const before = &report.previous.durations[all_ * kStageCount];
  ExpectSummary(before[kAccepted].lost, 496, 0.01803691196236559, 0.002087806712962963,
                0.004993101851851852);
  ExpectSummary(before[kOfferSent].won, 497, 10.619872870952568, 8.773610104166666,
                20.011726143518523);
}

TEST_F(Loans, ConversionByCohort) {
  const PipelineReport report = ReportPipeline(history_, ActivityIndex(history_), history_.quotas,
                                               period_, Measure::kAmount, as_of_us_, {}, 1);
  struct Expected {
    size_t stage;
    int64_t advanced, lost, open;
    double share, exact;
  };
  for (const Expected& expected :
       {Expected{kAccepted, 1000, 17, 1, 0.9823182711198428, 0.9823182711198327},
        Expected{kOfferSent, 607, 241, 152, 0.6374395766386052, 0.6415670585112363},
        Expected{kReturned, 478, 183, 11, 0.7208929706680259, 0.7178199404761888}}) {
    const StageConversion conversion =
        EstimateConversion(report.previous.conversion[all_ * kStageCount + expected.stage]);
    EXPECT_EQ(conversion.advanced, expected.advanced);
    EXPECT_EQ(conversion.lost, expected.lost);
    EXPECT_EQ(conversion.open, expected.open);
    EXPECT_NEAR(conversion.advanced_share, expected.share, 1e-9);
    // Grouping the times costs less than half a percentage point against the exact estimate.
    EXPECT_NEAR(conversion.advanced_share, expected.exact, .005);
  }
}

TEST_F(Loans, WeeklyQuotasMade) {
  const simulation::Period week = {DayOf(2011, 12, 12), DayOf(2011, 12, 19)};
  const PipelineReport report = ReportPipeline(history_, ActivityIndex(history_), history_.quotas,
                                               week, Measure::kAmount, as_of_us_, {}, 1);
  ASSERT_GE(report.past_periods.size(), 7u);
  const std::vector<std::pair<double, double>> made = {
      {14, 31}, {22, 28}, {16, 26}, {9, 15}, {1, 2}};
  for (size_t i = 0; i < made.size(); ++i) {
    // The week of 21 November is the third before.
    const Counts counts = report.past[i + 2][all_].MadeShare();
    EXPECT_EQ(report.past_periods[i + 2].start, DayOf(2011, 11, 21) - 7 * static_cast<int>(i));
    EXPECT_EQ(counts.count, made[i].first);
    EXPECT_EQ(counts.total, made[i].second);
  }
}

TEST_F(Loans, CallsAndFollowUps) {
  const ActivityReport report =
      ReportActivity(history_, ActivityIndex(history_), period_, as_of_us_, 1);
  const auto calls = [](const ActivityCounts& counts) {
    return counts.made[IndexOf(ActivityType::kCall)];
  };
  EXPECT_EQ(calls(report.current.activities[all_]), 2659);
  EXPECT_EQ(report.current.activities[all_].talk_seconds, 1'417'003);
  EXPECT_EQ(report.current.activities[all_].prospecting_calls, 0);
  EXPECT_EQ(calls(report.previous.activities[all_]), 5216);
  EXPECT_EQ(calls(report.current.activities[rep_]), 170);
  EXPECT_EQ(calls(report.previous.activities[rep_]), 219);
  EXPECT_EQ(report.current.contacts[all_].opportunities, 406);
  EXPECT_EQ(report.previous.contacts[all_].opportunities, 1018);
  EXPECT_EQ(report.current.contacts[rep_].opportunities, 9);
  const FollowUpCounts& all = report.current.follow_ups.rows[all_];
  EXPECT_EQ(all.won.bins,
            (std::array<int64_t, 16>{0, 30, 23, 12, 20, 16, 15, 10, 11, 10, 4, 6, 5, 4, 3, 12}));
  EXPECT_EQ(all.won.sum, 1097);
  EXPECT_EQ(all.lost.bins,
            (std::array<int64_t, 16>{6, 32, 28, 34, 37, 28, 20, 15, 7, 7, 5, 8, 3, 2, 1, 12}));
  EXPECT_EQ(all.lost.sum, 1268);
  EXPECT_EQ(report.previous.follow_ups.rows[rep_].lost.bins,
            (std::array<int64_t, 16>{0, 1, 2, 7, 7, 4, 2, 4, 3, 1, 1, 1, 0, 0, 0, 0}));
}

// What lies behind report.current.closes.stages and the loss from a stage.
void ExpectStageCloses(const StageCloseCounts& closes, int64_t won, int64_t lost, int64_t lost_here,
                       int64_t lost_amount) {
  EXPECT_EQ(closes.reached_won, won);
  EXPECT_EQ(closes.reached_lost, lost);
  EXPECT_EQ(closes.left_lost, lost_here);
  EXPECT_EQ(closes.left_lost_amount_micros, lost_amount * kMoneyMicros);
}

TEST_F(Loans, WinRatesFromStagesAndVelocity) {
  const PipelineReport report = ReportPipeline(history_, ActivityIndex(history_), history_.quotas,
                                               period_, Measure::kAmount, as_of_us_, {}, 1);
  const StageCloseCounts* const all = &report.current.closes.stages[all_ * kStageCount];
  ExpectStageCloses(all[kAccepted], 181, 245, 2, 20'000);
  ExpectStageCloses(all[kOfferSent], 181, 243, 159, 2'350'498);
  ExpectStageCloses(all[kReturned], 181, 84, 84, 1'311'795);
  const StageCloseCounts* const rep = &report.current.closes.stages[rep_ * kStageCount];
  ExpectStageCloses(rep[kAccepted], 3, 8, 0, 0);
  ExpectStageCloses(rep[kOfferSent], 3, 8, 5, 57'000);
  ExpectStageCloses(rep[kReturned], 3, 3, 3, 19'500);
  EXPECT_NEAR(report.now.stage_weights[kAccepted], 0.4839657936932122, 1e-12);
  EXPECT_NEAR(report.now.stage_weights[kOfferSent], 0.4942685589519651, 1e-12);
  EXPECT_NEAR(report.now.stage_weights[kReturned], 0.7197933227344993, 1e-12);
  const Velocity velocity = VelocityOf(report, all_, Measure::kAmount);
  EXPECT_NEAR(velocity.per_day_micros / 1e6, 203'152.36952012457, .01);
  EXPECT_NEAR(velocity.weighted_micros / 1e6, 4'727'131.940009093, .01);
  EXPECT_EQ(velocity.coverage, 0);  // No quotas of months.
  EXPECT_NEAR(VelocityOf(report, rep_, Measure::kAmount).per_day_micros / 1e6, 2'138.429442347756,
              1e-4);
  EXPECT_NEAR(VelocityOf(report, rep_, Measure::kAmount).weighted_micros / 1e6, 57'224.354957963355,
              1e-4);
  EXPECT_EQ(report.current.open_at_start[all_], 575);
  EXPECT_EQ(report.current.open_at_start[rep_], 11);
}

TEST_F(Loans, FollowUpsToAdvanceAndWhatWentTogether) {
  const ActivityReport report =
      ReportActivity(history_, ActivityIndex(history_), period_, as_of_us_, 1);
  // No activity is recorded before an opportunity.
  EXPECT_EQ(report.current.contacts[all_].activities_before.bins[0], 406);
  EXPECT_EQ(report.current.contacts[all_].activities_before.sum, 0);
  EXPECT_FALSE(report.current.calls_linked);
  const CountHistogram* const all = &report.current.follow_ups.per_advance[all_ * kStageCount];
  EXPECT_EQ(all[kAccepted].Count(), 403);
  EXPECT_EQ(all[kAccepted].sum, 0);
  EXPECT_EQ(all[kOfferSent].sum, 786);
  EXPECT_EQ(all[kOfferSent].bins,
            (std::array<int64_t, 16>{0, 57, 48, 41, 30, 21, 7, 11, 3, 6, 2, 4, 2}));
  EXPECT_EQ(all[kReturned].sum, 545);
  EXPECT_EQ(all[kReturned].bins,
            (std::array<int64_t, 16>{83, 9, 11, 18, 14, 9, 9, 3, 6, 5, 3, 2, 1, 6, 0, 2}));
  const CountHistogram* const rep = &report.current.follow_ups.per_advance[rep_ * kStageCount];
  EXPECT_EQ(rep[kOfferSent].Count(), 5);
  EXPECT_EQ(rep[kOfferSent].sum, 15);
  EXPECT_EQ(rep[kReturned].sum, 32);
  const RateRatio calls = report.current.effect.Of(all_, ActivityType::kCall);
  EXPECT_EQ(calls.advances_after, 412);
  EXPECT_EQ(calls.advances_other, 404);
  EXPECT_NEAR(calls.days_after, 5451.125332800924, .01);
  EXPECT_NEAR(calls.days_other, 2342.026032141204, .01);
  EXPECT_NEAR(calls.ratio, 89.68071265207439, 1e-4);
  // All of this rep's moves came after a call, or at once: nothing to compare with.
  EXPECT_EQ(report.current.effect.Of(rep_, ActivityType::kCall).ratio, 0);
}

// The set has no activities: nothing is told of them, rather than zeros that look like facts.
TEST(Crm, WithoutActivities) {
  absl::StatusOr<History> history = simulation::LoadCrm();
  if (!history.ok()) GTEST_SKIP() << history.status();
  const ActivityReport report =
      ReportActivity(*history, ActivityIndex(*history), {DayOf(2017, 11, 1), DayOf(2017, 12, 1)},
                     simulation::StartOfDayUs(DayOf(2017, 11, 16), history->time_zone), 1);
  const int32_t all = report.grouping.organization_row();
  EXPECT_EQ(report.current.activities[all].made, (std::array<int64_t, 5>{}));
  EXPECT_EQ(report.current.ContactRateOf(all).total, 0);
  EXPECT_EQ(report.current.effect.Of(all, ActivityType::kCall).ratio, 0);
  EXPECT_EQ(report.current.follow_ups.rows[all].GivenUpAfterOne().total, 0);
}

TEST(Crm, WinRatesVelocityAndAttainmentOfARepATeamAndAll) {
  absl::StatusOr<History> history = simulation::LoadCrm();
  if (!history.ok()) GTEST_SKIP() << history.status();
  const PipelineReport report =
      ReportPipeline(*history, ActivityIndex(*history), (*history).quotas,
                     {DayOf(2017, 11, 1), DayOf(2017, 12, 1)}, Measure::kAmount,
                     simulation::StartOfDayUs(DayOf(2017, 11, 16), history->time_zone), {}, 1);
  int32_t team = -1;
  for (size_t t = 0; t < history->teams.size(); ++t) {
    if (history->teams[t].id == "melvin-marxen") team = static_cast<int32_t>(t);
  }
  ASSERT_GE(team, 0);
  struct Expected {
    int32_t row;
    int64_t won, lost, lost_amount, open, began;
    double velocity, weighted;
    int64_t target, booked;
    double made, reps, coverage;
  };
  EXPECT_NEAR(report.now.stage_weights[0], 0.6226165254237288, 1e-12);
  for (const Expected& expected :
       {Expected{report.grouping.organization_row(), 205, 166, 410'466, 2388, 2586,
                 60'043.612844049996, 3'553'959.2566207624, 991'876, 516'345, 1, 30,
                 12.003640141231593},
        Expected{RepNamed(*history, "darcel-schlecht"), 17, 14, 76'953, 138, 159,
                 4'112.005626759824, 295'342.5071504237, 115'748, 62'509, 0, 1, 8.909953229775164},
        Expected{report.grouping.TeamRow(team), 37, 35, 130'104, 396, 432, 9'980.713604467735,
                 623'988.7722457626, 224'554, 112'704, 0, 5, 8.960250335270452}}) {
    const int32_t row = expected.row;
    ExpectStageCloses(report.current.closes.stages[row * report.stages.size()], expected.won,
                      expected.lost, expected.lost, expected.lost_amount);
    EXPECT_EQ(report.current.open_at_start[row], expected.began);
    const Velocity velocity = VelocityOf(report, row, Measure::kAmount);
    EXPECT_EQ(velocity.open, expected.open);
    EXPECT_NEAR(velocity.per_day_micros / 1e6, expected.velocity, 1e-3);
    EXPECT_NEAR(velocity.weighted_micros / 1e6, expected.weighted, 1e-3);
    EXPECT_NEAR(velocity.coverage, expected.coverage, 1e-9);
    const Attainment& attainment = report.current.attainment[row];
    EXPECT_EQ(attainment.target, expected.target * kMoneyMicros);
    EXPECT_EQ(attainment.booked, expected.booked * kMoneyMicros);
    EXPECT_EQ(attainment.MadeShare().count, expected.made);
    EXPECT_EQ(attainment.MadeShare().total, expected.reps);
  }
}

TEST(Crm, PipelineFigures) {
  absl::StatusOr<History> history = simulation::LoadCrm();
  if (!history.ok()) GTEST_SKIP() << history.status();
  const int32_t all = Grouping(*history).organization_row();
  const int32_t rep = RepNamed(*history, "darcel-schlecht");
  const PipelineReport report =
      ReportPipeline(*history, ActivityIndex(*history), (*history).quotas,
                     {DayOf(2017, 11, 1), DayOf(2017, 12, 1)}, Measure::kAmount,
                     simulation::StartOfDayUs(DayOf(2017, 11, 16), history->time_zone), {}, 1);
  ExpectCloses(report.current.closes.rows[all], 205, 166, 516'345, 410'466, 55.3520325203252);
  ExpectCloses(report.previous.closes.rows[all], 279, 287, 731'980, 647'356, 6.157706093189964);
  ExpectCloses(report.current.closes.rows[rep], 17, 14, 62'509, 76'953, 67.67156862745097);
  EXPECT_EQ(report.now.load.Total(all).open, 2388);
  EXPECT_EQ(report.now.load.Total(all).amount_micros, 5'708'103 * kMoneyMicros);
  EXPECT_EQ(report.now.load.Total(rep).open, 138);
  const size_t stages = report.stages.size();
  ExpectSummary(report.current.durations[all * stages].open, 2388, 122.63864461194865,
                105.04166666666667, 255);
  ExpectSummary(report.current.durations[rep * stages].won, 17, 67.67156862745098,
                83.04166666666667, 88.64166666666668);
  const StageConversion conversion = EstimateConversion(report.previous.conversion[all * stages]);
  EXPECT_EQ(conversion.advanced, 276);
  EXPECT_EQ(conversion.lost, 248);
  EXPECT_EQ(conversion.open, 237);
  EXPECT_NEAR(conversion.advanced_share, 0.36953691004132644, 1e-9);
  EXPECT_NEAR(conversion.advanced_share, 0.36864752922017435, .005);
  const std::vector<double> made = {6, 20, 15, 2, 23, 21};
  ASSERT_GE(report.past.size(), made.size());
  for (size_t i = 0; i < made.size(); ++i) {
    EXPECT_EQ(report.past[i][all].MadeShare().count, made[i]);
    EXPECT_EQ(report.past[i][all].MadeShare().total, 30);
  }
}

}  // namespace
}  // namespace quotacast::metrics
