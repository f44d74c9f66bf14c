#include "server/metrics/activity_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include "absl/strings/str_cat.h"
#include "server/metrics/activity_report.h"
#include "server/metrics/pipeline_report.h"
#include "server/metrics/signal_evidence.h"
#include "tests/server/metrics/alike_company.h"

namespace quotacast::metrics {
namespace {

using simulation::Activity;
using simulation::History;

// A history that grows: new activities are appended and sorted by time, those of one instant in the
// order in which they came.
class Growing {
 public:
  Growing() {
    for (int r = 0; r < 5; ++r) history_.reps.push_back({absl::StrCat("rep", r)});
  }
  // `lag` of 0 adds at the end, a larger one anywhere in the last `lag` instants.
  void Add(int opportunities, int activities, int lag) {
    for (int i = 0; i < opportunities; ++i) {
      history_.opportunities.emplace_back().id = absl::StrCat("o", history_.opportunities.size());
    }
    for (int i = 0; i < activities; ++i) {
      Activity& activity = history_.activities.emplace_back();
      now_ += UpTo(3) == 0;
      activity.time_us = std::max<int64_t>(0, now_ - (lag > 0 ? UpTo(lag) : 0));
      activity.rep = static_cast<int32_t>(UpTo(5));
      activity.opportunity =
          static_cast<int32_t>(UpTo(static_cast<int64_t>(history_.opportunities.size()) + 1) - 1);
      // Few kinds, so that many are alike in all.
      activity.type = static_cast<simulation::ActivityType>(UpTo(2));
    }
    std::stable_sort(history_.activities.begin(), history_.activities.end(),
                     [](const Activity& a, const Activity& b) { return a.time_us < b.time_us; });
  }
  History& history() { return history_; }

 private:
  int64_t UpTo(int64_t n) {
    return boost::random::uniform_int_distribution<int64_t>(0, n - 1)(random_);
  }
  boost::random::mt19937_64 random_{1};
  History history_;
  int64_t now_ = 0;
};

void ExpectSame(const ActivityIndex& index, const History& history) {
  const ActivityIndex fresh(history);
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    const auto a = index.Of(static_cast<int32_t>(i)), b = fresh.Of(static_cast<int32_t>(i));
    ASSERT_EQ(a.size(), b.size()) << i;
    for (size_t k = 0; k < a.size(); ++k) {
      EXPECT_EQ(a[k].time_us, b[k].time_us);
      EXPECT_EQ(a[k].rep, b[k].rep);
      EXPECT_EQ(a[k].type, b[k].type);
    }
  }
}

TEST(ActivityIndexTest, HoldsWhatTheHistoryHoldsInItsOrder) {
  Growing company;
  company.Add(3000, 20'000, 0);
  const History& history = company.history();
  const ActivityIndex index(history);
  std::vector<std::vector<int64_t>> expected(history.opportunities.size());
  for (const Activity& activity : history.activities) {
    if (activity.opportunity >= 0) expected[activity.opportunity].push_back(activity.time_us);
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    std::vector<int64_t> times;
    for (const LinkedActivity& activity : index.Of(static_cast<int32_t>(i))) {
      times.push_back(activity.time_us);
    }
    EXPECT_EQ(times, expected[i]);
  }
}

TEST(ActivityIndexTest, ExtendedIsTheSameAsFresh) {
  Growing company;
  ActivityIndex index(company.history());
  // At the end, among the last, anywhere, nothing, only opportunities, and more than it looks back.
  for (const auto& [opportunities, activities, lag] :
       {std::tuple(10, 100, 0), std::tuple(0, 1, 0), std::tuple(2000, 5000, 50),
        std::tuple(0, 300, 100'000), std::tuple(0, 0, 0), std::tuple(1500, 0, 0),
        std::tuple(100, 150'000, 10), std::tuple(0, 20, 5), std::tuple(3, 40, 1'000'000)}) {
    company.Add(opportunities, activities, lag);
    index = index.Extended(company.history());
    ExpectSame(index, company.history());
  }
}

TEST(ActivityIndexTest, OtherRepsAreReadAfresh) {
  Growing company;
  company.Add(50, 1000, 0);
  const ActivityIndex before(company.history());
  // A rep that comes first moves all others.
  History& history = company.history();
  history.reps.insert(history.reps.begin(), {"a rep"});
  for (Activity& activity : history.activities) ++activity.rep;
  ExpectSame(before.Extended(history), history);
}

// Reports are the same to the last bit whatever the number of threads.
TEST(ActivityIndexTest, ThreadsChangeNoReport) {
  const History history = MakeAlikeCompany({}, 3);
  const ActivityIndex index(history);
  const simulation::Period period = {kAlikeFirstDay + 450, kAlikeFirstDay + 480};
  const int64_t as_of_us = static_cast<int64_t>(470 * kDayUs);
  const ActivityReport activity = ReportActivity(history, index, period, as_of_us, 1);
  const PipelineReport pipeline = ReportPipeline(history, index, history.quotas, period,
                                                 simulation::Measure::kAmount, as_of_us, {}, 1);
  ASSERT_GT(activity.current.contacts.back().opportunities, 0);
  ASSERT_GT(pipeline.current.closes.rows.back().won, 0);
  for (const int threads : {2, 3, 8}) {
    const ActivityReport a = ReportActivity(history, index, period, as_of_us, threads);
    const PipelineReport p = ReportPipeline(history, index, history.quotas, period,
                                            simulation::Measure::kAmount, as_of_us, {}, threads);
    for (int32_t row = 0; row < a.grouping.row_count(); ++row) {
      EXPECT_EQ(a.current.activities[row].made, activity.current.activities[row].made);
      EXPECT_EQ(a.current.activities[row].prospecting_calls,
                activity.current.activities[row].prospecting_calls);
      EXPECT_EQ(a.current.contacts[row].before_by_type,
                activity.current.contacts[row].before_by_type);
      EXPECT_EQ(a.current.follow_ups.rows[row].lost.bins,
                activity.current.follow_ups.rows[row].lost.bins);
      const auto call = simulation::ActivityType::kCall;
      EXPECT_EQ(a.current.effect.Of(row, call).ratio, activity.current.effect.Of(row, call).ratio);
      EXPECT_EQ(p.current.closes.rows[row].AverageCycleDays(),
                pipeline.current.closes.rows[row].AverageCycleDays());
      EXPECT_EQ(p.current.attainment[row].booked, pipeline.current.attainment[row].booked);
    }
    for (size_t cell = 0; cell < pipeline.current.durations.size(); ++cell) {
      EXPECT_EQ(p.current.durations[cell].won.mean, pipeline.current.durations[cell].won.mean);
      EXPECT_EQ(p.current.durations[cell].open.median,
                pipeline.current.durations[cell].open.median);
      EXPECT_EQ(EstimateConversion(p.current.conversion[cell]).advanced_share,
                EstimateConversion(pipeline.current.conversion[cell]).advanced_share);
    }
  }
}

}  // namespace
}  // namespace quotacast::metrics
