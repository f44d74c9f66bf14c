#include "simulation/observation.h"

#include <gtest/gtest.h>

namespace quotacast::simulation {
namespace {

enum : int16_t { kNew, kOffer, kWon, kLost };
constexpr int64_t kDayUs = 86'400'000'000;

History WithEvents(const std::vector<StageEvent>& events) {
  History history;
  history.pipelines = {{"p",
                        {{"new", StageKind::kOpen},
                         {"offer", StageKind::kOpen},
                         {"won", StageKind::kWon},
                         {"lost", StageKind::kLost}}}};
  history.reps = {{"a"}, {"b"}};
  history.opportunities.resize(1);
  history.opportunities[0].rep = 0;
  history.opportunities[0].amount_micros = 100;
  history.events.assign(events.begin(), events.end());
  for (StageEvent& event : history.events) event.time_us *= kDayUs;
  IndexEvents(history);
  return history;
}

TEST(Observe, VisitsCreationsAndWins) {
  const History history =
      WithEvents({{0, 0, kNew}, {3, 0, kOffer, kNone, 90}, {7, 0, kWon, 1, 80}});
  const Observation seen = Observe(history, 10 * kDayUs);
  ASSERT_EQ(seen.visits.size(), 2u);
  EXPECT_EQ(seen.visits[0].next_stage, kOffer);
  EXPECT_EQ(seen.visits[0].last_day, 3);
  EXPECT_EQ(seen.visits[1].rep, 0);
  EXPECT_EQ(seen.visits[1].entry_day, 3);
  EXPECT_EQ(seen.visits[1].next_stage, kWon);
  ASSERT_EQ(seen.creations.size(), 1u);
  EXPECT_EQ(seen.creations[0].day, 0);
  ASSERT_EQ(seen.wins.size(), 1u);
  EXPECT_EQ(seen.wins[0].rep, 1);
  EXPECT_EQ(seen.wins[0].amount_before_micros, 90);
  EXPECT_EQ(seen.wins[0].amount_micros, 80);
  EXPECT_TRUE(seen.open.empty());
}

TEST(Observe, KnowsNothingOfTheInstantItself) {
  const History history = WithEvents({{0, 0, kNew}, {3, 0, kOffer}});
  const Observation seen = Observe(history, 3 * kDayUs);
  ASSERT_EQ(seen.open.size(), 1u);
  EXPECT_EQ(seen.open[0].stage, kNew);
  EXPECT_EQ(seen.first_day_fraction, 1);
  EXPECT_EQ(Observe(history, 3 * kDayUs + kDayUs / 4).open[0].stage, kOffer);
  EXPECT_EQ(Observe(history, 3 * kDayUs + kDayUs / 4).first_day_fraction, 0.75);
  // By quarters of an hour.
  const int64_t quarter_us = kDayUs / 96;
  EXPECT_EQ(Observe(history, 3 * kDayUs + kDayUs / 4 + quarter_us - 1).first_day_fraction, 0.75);
  EXPECT_LT(Observe(history, 3 * kDayUs + kDayUs / 4 + quarter_us).first_day_fraction, 0.75);
  EXPECT_TRUE(Observe(history, 0).open.empty());
}

TEST(Observe, WithoutEventsItSitsInTheFirstOpenStage) {
  History history = WithEvents({{5, 0, kOffer}});
  history.opportunities[0].create_time_us = 2 * kDayUs;
  const Observation before = Observe(history, 4 * kDayUs);
  ASSERT_EQ(before.open.size(), 1u);
  EXPECT_EQ(before.open[0].stage, kNew);
  EXPECT_EQ(before.open[0].entry_day, 2);
  EXPECT_EQ(Observe(history, 6 * kDayUs).open[0].entry_day, 5);
}

TEST(Observe, OwnerChangeSplitsTheVisitAndKeepsTheAge) {
  const History history = WithEvents({{0, 0, kNew}, {4, 0, kNew, 1}});
  const Observation seen = Observe(history, 6 * kDayUs);
  ASSERT_EQ(seen.visits.size(), 2u);
  EXPECT_EQ(seen.visits[0].rep, 0);
  EXPECT_EQ(seen.visits[0].next_stage, kNone);
  EXPECT_EQ(seen.visits[1].rep, 1);
  EXPECT_EQ(seen.visits[1].entry_day, 0);
  EXPECT_EQ(seen.visits[1].first_day, 4);
  EXPECT_EQ(seen.open[0].rep, 1);
  EXPECT_EQ(seen.open[0].entry_day, 0);
}

TEST(Observe, ReopenedIsOpenAgain) {
  const History history =
      WithEvents({{0, 0, kNew}, {2, 0, kWon}, {5, 0, kOffer}, {8, 0, kLost}, {9, 0, kNew}});
  EXPECT_EQ(Observe(history, 4 * kDayUs).open.size(), 0u);
  ASSERT_EQ(Observe(history, 7 * kDayUs).open.size(), 1u);
  EXPECT_EQ(Observe(history, 7 * kDayUs).open[0].stage, kOffer);
  EXPECT_EQ(Observe(history, 10 * kDayUs).open[0].stage, kNew);
  EXPECT_EQ(Observe(history, 10 * kDayUs).creations.size(), 1u);
}

}  // namespace
}  // namespace quotacast::simulation
