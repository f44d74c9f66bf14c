// What is open in the shared data sets, and what was lost, against what reference/open_reference.py
// finds; and the chances of open opportunities against what became of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "server/metrics/opportunity_outlook.h"
#include "server/metrics/pipeline_report.h"
#include "simulation/fit.h"
#include "tests/simulation/csv_history.h"

namespace quotacast::metrics {
namespace {

using simulation::Day;
using simulation::History;
using simulation::Measure;
using simulation::Period;

constexpr double kMoneyMicros = 1e6;

Day DayOf(int year, int month, int day) {
  return static_cast<Day>(absl::CivilDay(year, month, day) - absl::CivilDay(1970, 1, 1));
}

// A set with the question that the reference asks of it.
struct Asked {
  History history;
  Period period;
  int64_t as_of_us = 0;
  int32_t all = 0, rep = 0;

  Asked(History loaded, Period month, Day as_of_day, const std::string& rep_id)
      : history(std::move(loaded)),
        period(month),
        as_of_us(simulation::StartOfDayUs(as_of_day, history.time_zone)),
        all(Grouping(history).organization_row()) {
    const auto named = [&](const simulation::Rep& each) { return each.id == rep_id; };
    const auto found = std::find_if(history.reps.begin(), history.reps.end(), named);
    rep = static_cast<int32_t>(found - history.reps.begin());
  }
  PipelineReport Report(const LossReasons& reasons = {}) const {
    return ReportPipeline(history, ActivityIndex(history), history.quotas, period, Measure::kAmount,
                          as_of_us, reasons, 2);
  }
};

absl::StatusOr<Asked> AskLoans() {
  absl::StatusOr<History> history = simulation::LoadLoans();
  if (!history.ok()) return history.status();
  return Asked(*std::move(history), {DayOf(2011, 12, 1), DayOf(2012, 1, 1)}, DayOf(2011, 12, 15),
               "r11181");
}

absl::StatusOr<Asked> AskCrm() {
  absl::StatusOr<History> history = simulation::LoadCrm();
  if (!history.ok()) return history.status();
  return Asked(*std::move(history), {DayOf(2017, 11, 1), DayOf(2017, 12, 1)}, DayOf(2017, 11, 16),
               "darcel-schlecht");
}

void ExpectOpen(const OpenFigures& open, int32_t row, int64_t count, double amount,
                int64_t attended, double weighted, double coverage) {
  const OpenCounts counts = open.load.Total(row);
  EXPECT_EQ(counts.open, count);
  EXPECT_EQ(static_cast<double>(counts.amount_micros) / kMoneyMicros, amount);
  EXPECT_EQ(counts.attended, attended);
  EXPECT_NEAR(WeightedMicros(open, row) / kMoneyMicros, weighted, .001);
  EXPECT_NEAR(CoverageOf(open, row, Measure::kAmount), coverage, 1e-9);
}

TEST(SharedOpen, LoansNowAndBefore) {
  const absl::StatusOr<Asked> asked = AskLoans();
  if (!asked.ok()) GTEST_SKIP() << asked.status();
  const PipelineReport report = asked->Report();
  ExpectOpen(report.now, asked->all, 555, 8'944'125, 535, 4'727'131.9400090845, 0);
  ExpectOpen(report.before, asked->all, 591, 9'352'510, 581, 5'175'694.97171998, 0);
  ExpectOpen(report.now, asked->rep, 9, 103'000, 8, 57'224.354957963355, 0);
  ExpectOpen(report.before, asked->rep, 42, 543'000, 42, 293'622.2813540375, 0);
}

TEST(SharedOpen, CrmNowAndBefore) {
  const absl::StatusOr<Asked> asked = AskCrm();
  if (!asked.ok()) GTEST_SKIP() << asked.status();
  const PipelineReport report = asked->Report();
  ExpectOpen(report.now, asked->all, 2388, 5'708'103, 107, 3'553'959.256620792, 12.003640141231593);
  ExpectOpen(report.before, asked->all, 2550, 6'085'004, 242, 3'860'842.6936901635,
             8.915926603730181);
  ExpectOpen(report.now, asked->rep, 138, 474'357, 5, 295'342.5071504233, 8.909953229775164);
  ExpectOpen(report.before, asked->rep, 158, 546'683, 17, 346'862.0671924919, 8.191971109179729);
}

void ExpectRate(const Counts& counts, double made, double of) {
  EXPECT_EQ(counts.count, made);
  EXPECT_EQ(counts.total, of);
}

TEST(SharedOpen, CrmBandAndHistogram) {
  const absl::StatusOr<Asked> asked = AskCrm();
  if (!asked.ok()) GTEST_SKIP() << asked.status();
  const PipelineReport report = asked->Report();
  ASSERT_EQ(report.past_periods.size(), 6u);
  EXPECT_EQ(report.past_periods.back().start, DayOf(2017, 5, 1));
  ASSERT_TRUE(report.band.known);
  EXPECT_EQ(report.band.low, 31);
  EXPECT_EQ(report.band.high, 103);
  ExpectRate(report.band.made_below, 8, 17);
  ExpectRate(report.band.made_within, 71, 142);
  ExpectRate(report.band.made_above, 8, 21);
  const OpenSpread spread = OpenSpreadOf(report, asked->history, asked->all);
  EXPECT_EQ(spread.rep_count, 30);
  EXPECT_NEAR(spread.mean, 79.6, 1e-5);
  EXPECT_EQ(spread.median, 71.5);
  EXPECT_EQ(spread.bin_width, 10);
  EXPECT_EQ(spread.bins, (std::vector<int64_t>{0, 1, 0, 3, 1, 3, 6, 2, 2, 4, 2, 2, 1, 2, 1}));
}

// The sets have no reasons: as in the reference, the number of an opportunity's row modulo 3 is
// taken for one.
void ExpectLosses(const std::vector<LossesByReason>& losses, int32_t row,
                  const std::vector<std::pair<int64_t, double>>& expected) {
  ASSERT_EQ(losses[row].size(), expected.size());
  for (size_t reason = 0; reason < expected.size(); ++reason) {
    const LossCount& loss = losses[row].at(static_cast<int32_t>(reason));
    EXPECT_EQ(loss.count, expected[reason].first) << reason;
    EXPECT_EQ(static_cast<double>(loss.amount_micros) / kMoneyMicros, expected[reason].second);
  }
}

LossReasons MadeUpReasons(const History& history) {
  LossReasons reasons;
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    reasons.Add(static_cast<int32_t>(i), INT64_MIN, absl::StrCat(i % 3));
  }
  return reasons;
}

TEST(SharedOpen, LoansLostByReason) {
  const absl::StatusOr<Asked> asked = AskLoans();
  if (!asked.ok()) GTEST_SKIP() << asked.status();
  const PipelineReport report = asked->Report(MadeUpReasons(asked->history));
  ExpectLosses(report.current.losses, asked->all,
               {{80, 1'185'880}, {90, 1'270'565}, {75, 1'225'848}});
  ExpectLosses(report.previous.losses, asked->all,
               {{174, 2'576'011}, {165, 2'418'089}, {157, 2'499'177}});
  ExpectLosses(report.current.losses, asked->rep, {{3, 45'000}, {3, 19'500}, {2, 12'000}});
  ExpectLosses(report.previous.losses, asked->rep, {{9, 149'500}, {14, 237'500}, {10, 121'500}});
}

TEST(SharedOpen, CrmLostByReason) {
  const absl::StatusOr<Asked> asked = AskCrm();
  if (!asked.ok()) GTEST_SKIP() << asked.status();
  const PipelineReport report = asked->Report(MadeUpReasons(asked->history));
  ExpectLosses(report.current.losses, asked->all, {{61, 139'529}, {41, 95'835}, {64, 175'102}});
  ExpectLosses(report.previous.losses, asked->all, {{96, 196'224}, {89, 210'767}, {102, 240'365}});
  ExpectLosses(report.current.losses, asked->rep, {{3, 10'853}, {5, 20'380}, {6, 45'720}});
  ExpectLosses(report.previous.losses, asked->rep, {{12, 43'828}, {8, 29'310}, {10, 27'503}});
}

// What was said of opportunities of about the same chance, and what became of them.
struct Bin {
  double count = 0, expected = 0, variance = 0, won = 0;
};

// Whether the opportunity was won in [start_us, end_us), from its events alone.
bool WasWon(const History& history, int32_t opportunity, int64_t start_us, int64_t end_us) {
  const simulation::Opportunity& record = history.opportunities[opportunity];
  const auto& stages = history.pipelines[record.pipeline].stages;
  for (int64_t e = record.first_event; e < record.first_event + record.event_count; ++e) {
    const simulation::StageEvent& event = history.events[static_cast<size_t>(e)];
    if (event.time_us >= start_us && event.time_us < end_us &&
        stages[event.stage].kind == simulation::StageKind::kWon) {
      return true;
    }
  }
  return false;
}

// As of each day: the chance of every open opportunity to be won in the `days` that follow. By
// tenths of chance. The spans must not overlap, so that the variances of what a right model says
// add up, and must lie within what was recorded.
std::map<int, Bin> Replay(const History& history, const std::vector<Day>& as_of_days, int days) {
  std::map<int, Bin> bins;
  for (const Day day : as_of_days) {
    const int64_t as_of_us = simulation::StartOfDayUs(day, history.time_zone);
    const auto model = simulation::FitModel(history, as_of_us);
    EXPECT_TRUE(model.ok()) << model.status();
    if (!model.ok()) return {};
    const std::vector<double> chances = WinChances(*model, {day, day + days}, 1, 2, nullptr);
    const int64_t end_us = simulation::StartOfDayUs(day + days, history.time_zone);
    for (size_t i = 0; i < chances.size(); ++i) {
      Bin& bin = bins[static_cast<int>(10 * chances[i])];
      bin.count += 1;
      bin.expected += chances[i];
      bin.variance += chances[i] * (1 - chances[i]);
      bin.won += WasWon(history, model->open[i].opportunity, as_of_us, end_us);
    }
  }
  return bins;
}

// Of those that were given about the same chance as many must be won as was said, give or take five
// points for what the model does not know, and four standard errors: those of a right model are
// exceeded by chance with probability below 1e-4 a bin.
void ExpectCalibrated(const std::map<int, Bin>& bins, size_t fewest_bins) {
  size_t looked_at = 0;
  for (const auto& [tenth, bin] : bins) {
    if (bin.count < 100) continue;
    ++looked_at;
    EXPECT_NEAR(bin.won / bin.count, bin.expected / bin.count,
                .05 + 4 * std::sqrt(bin.variance) / bin.count)
        << "of " << bin.count << " given " << tenth << "0 %";
  }
  EXPECT_GE(looked_at, fewest_bins);
}

TEST(SharedOpen, LoansAreWonAsOftenAsWasSaid) {
  const absl::StatusOr<History> history = simulation::LoadLoans();
  if (!history.ok()) GTEST_SKIP() << history.status();
  // The record ends on 15 January 2012.
  const std::vector<Day> mondays = {DayOf(2011, 11, 14), DayOf(2011, 11, 28), DayOf(2011, 12, 12),
                                    DayOf(2011, 12, 26)};
  ExpectCalibrated(Replay(*history, mondays, 14), 3);
}

TEST(SharedOpen, CrmIsWonAsOftenAsWasSaid) {
  const absl::StatusOr<History> history = simulation::LoadCrm();
  if (!history.ok()) GTEST_SKIP() << history.status();
  std::vector<Day> days;
  for (int month = 5; month <= 11; ++month) days.push_back(DayOf(2017, month, 16));
  ExpectCalibrated(Replay(*history, days, 30), 3);
}

}  // namespace
}  // namespace quotacast::metrics
