// The rules of the activity metrics, on histories small enough to count by hand.

#include <gtest/gtest.h>

#include "server/metrics/activity_report.h"
#include "tests/server/metrics/small_history.h"

namespace quotacast::metrics {
namespace {

using simulation::ActivityOutcome;
using simulation::ActivityType;
using simulation::kNone;

ActivityReport Report(const simulation::History& history, double as_of_day,
                      simulation::Period period = {0, 100}) {
  return ReportActivity(history, ActivityIndex(history), period, AtDay(as_of_day), 1);
}

TEST(ActivityCounts, UnknownOutcomesAreLeftOutOfTheRate) {
  SmallHistory small;
  small.AddActivity(kAnn, kNone, 1, ActivityType::kCall, ActivityOutcome::kConnected);
  small.AddActivity(kAnn, kNone, 2, ActivityType::kCall, ActivityOutcome::kNoAnswer);
  small.AddActivity(kAnn, kNone, 3, ActivityType::kCall);
  small.AddActivity(kAnn, kNone, 7, ActivityType::kCall, ActivityOutcome::kConnected);
  const ActivityReport report = Report(small.Build(), 7);
  const ActivityCounts& ann = report.current.activities[kAnn];
  EXPECT_EQ(ann.made[IndexOf(ActivityType::kCall)], 3);
  EXPECT_EQ(ann.ConnectRate(ActivityType::kCall).count, 1);
  EXPECT_EQ(ann.ConnectRate(ActivityType::kCall).total, 2);
  EXPECT_EQ(report.current.activities[kBob].made[IndexOf(ActivityType::kCall)], 0);
  EXPECT_EQ(report.current.activities[report.grouping.TeamRow(kEast)].prospecting_calls, 3);
}

TEST(ContactRate, ProspectingCallsPrecedeTheOpportunity) {
  SmallHistory small;
  const int32_t found = small.AddOpportunity(kAnn, 2, {{2, kNew}});
  small.AddOpportunity(kAnn, 3, {{3, kNew}});
  small.AddActivity(kAnn, found, 1, ActivityType::kEmail);
  small.AddActivity(kAnn, found, 2, ActivityType::kCall);
  small.AddActivity(kAnn, kNone, 2.5, ActivityType::kCall);
  small.AddActivity(kAnn, found, 4, ActivityType::kCall);
  const ActivityReport report = Report(small.Build(), 7);
  // Calls are linked to what they led to: the opportunity without one came by itself.
  EXPECT_TRUE(report.current.calls_linked);
  const Counts rate = report.current.ContactRateOf(kAnn);
  EXPECT_EQ(rate.count, 1);
  EXPECT_EQ(rate.total, 2);
  const ContactCounts& contacts = report.current.contacts[kAnn];
  EXPECT_EQ(contacts.after_call, 1);
  EXPECT_EQ(contacts.activities_before.bins[0], 1);
  EXPECT_EQ(contacts.activities_before.bins[2], 1);
  EXPECT_EQ(contacts.before_by_type[IndexOf(ActivityType::kEmail)], 1);
}

TEST(ContactRate, CountsAllOpportunitiesWhereCallsAreNotLinked) {
  SmallHistory small;
  small.AddOpportunity(kAnn, 2, {{2, kNew}});
  const int32_t called_later = small.AddOpportunity(kAnn, 3, {{3, kNew}});
  for (int i = 0; i < 4; ++i) small.AddActivity(kAnn, kNone, 1, ActivityType::kCall);
  small.AddActivity(kAnn, called_later, 4, ActivityType::kCall);
  const ActivityReport report = Report(small.Build(), 7);
  EXPECT_FALSE(report.current.calls_linked);
  EXPECT_EQ(report.current.ContactRateOf(kAnn).count, 2);
  EXPECT_EQ(report.current.ContactRateOf(kAnn).total, 4);
}

TEST(ActivityCounts, ProspectingIsAboutNoOpportunityYet) {
  SmallHistory small;
  const int32_t found = small.AddOpportunity(kAnn, 2, {{2, kNew}});
  small.AddActivity(kAnn, kNone, 1, ActivityType::kEmail);
  small.AddActivity(kAnn, found, 2, ActivityType::kEmail);
  small.AddActivity(kAnn, found, 3, ActivityType::kEmail);
  small.AddActivity(kAnn, kNone, 3, ActivityType::kCall);
  small.AddActivity(kBob, kNone, 9, ActivityType::kEmail);
  const std::vector<int64_t> counts =
      CountProspecting(small.Build(), {0, AtDay(9)}, ActivityType::kEmail);
  EXPECT_EQ(counts, (std::vector<int64_t>{2, 0}));
}

TEST(FollowUps, AreCountedByStageAndByOutcome) {
  SmallHistory small;
  const int32_t won = small.AddOpportunity(kAnn, 0, {{0, kNew}, {4, kDemo}, {9, kWon}});
  const int32_t lost = small.AddOpportunity(kAnn, 0, {{0, kNew}, {6, kLost}});
  const int32_t back = small.AddOpportunity(kAnn, 0, {{0, kDemo}, {6, kNew}});
  small.AddActivity(kAnn, won, 0, ActivityType::kCall);  // Found it: no follow-up.
  small.AddActivity(kAnn, won, 1, ActivityType::kFollowUp);
  small.AddActivity(kAnn, won, 2, ActivityType::kCall);
  small.AddActivity(kAnn, won, 4, ActivityType::kEmail);
  small.AddActivity(kAnn, won, 5, ActivityType::kMeeting);
  small.AddActivity(kAnn, won, 10, ActivityType::kFollowUp);  // After the win.
  small.AddActivity(kAnn, lost, 1, ActivityType::kFollowUp);
  small.AddActivity(kAnn, back, 1, ActivityType::kFollowUp);
  const ActivityReport report = Report(small.Build(), 50);
  const FollowUpTable& table = report.current.follow_ups;
  EXPECT_EQ(table.per_advance[kNew].bins[2], 1);
  EXPECT_EQ(table.per_advance[kNew].Count(), 1);
  EXPECT_EQ(table.per_advance[kDemo].bins[1], 1);
  EXPECT_EQ(table.per_advance[kDemo].Count(), 1);  // A move backwards is no advance.
  EXPECT_EQ(table.rows[kAnn].won.bins[3], 1);
  EXPECT_EQ(table.rows[kAnn].lost.bins[1], 1);
  EXPECT_EQ(table.rows[kAnn].GivenUpAfterOne().Crude(), 1);
  EXPECT_EQ(table.rows[kAnn].WonAfterFive().count, 0);
  EXPECT_EQ(table.rows[kAnn].WonAfterFive().total, 1);
}

TEST(ActivityEffect, MantelHaenszelByHand) {
  SmallHistory small;
  // In `new`: 7 of 10 days after a call, an advance on the last of them.
  const int32_t first = small.AddOpportunity(kAnn, 0, {{0, kNew}, {10, kWon}});
  small.AddActivity(kAnn, first, 3, ActivityType::kCall);
  // 20 days without, and an advance.
  small.AddOpportunity(kAnn, 0, {{0, kNew}, {20, kWon}});
  // 20 days, of which 8 lie within seven days after one of two calls; still open.
  const int32_t third = small.AddOpportunity(kAnn, 30, {{30, kNew}});
  small.AddActivity(kAnn, third, 40, ActivityType::kCall);
  small.AddActivity(kAnn, third, 41, ActivityType::kCall);
  const ActivityReport report = Report(small.Build(), 50);
  const RateRatio ratio = report.current.effect.Of(kAnn, ActivityType::kCall);
  EXPECT_EQ(ratio.advances_after, 1);
  EXPECT_EQ(ratio.advances_other, 1);
  EXPECT_NEAR(ratio.days_after, 15, 1e-9);
  EXPECT_NEAR(ratio.days_other, 35, 1e-9);
  // One stage: the ratio of the rates, variance of its log 1/1 + 1/1.
  EXPECT_NEAR(ratio.ratio, (1 / 15.) / (1 / 35.), 1e-9);
  EXPECT_NEAR(std::log(ratio.interval.high / ratio.ratio), 1.6448536 * std::sqrt(2.), 1e-6);
  EXPECT_EQ(report.current.effect.Of(kAnn, ActivityType::kMeeting).ratio, 0);
}

TEST(CountHistogram, CutsAtFifteen) {
  CountHistogram histogram;
  for (const int n : {0, 1, 1, 20}) histogram.Add(n);
  EXPECT_EQ(histogram.bins[15], 1);
  EXPECT_EQ(histogram.Mean(), 5.5);
  EXPECT_EQ(histogram.Quantile(.5), 1);
  EXPECT_EQ(histogram.Quantile(.9), 15);
}

}  // namespace
}  // namespace quotacast::metrics
