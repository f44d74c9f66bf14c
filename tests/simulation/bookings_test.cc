#include "simulation/bookings.h"

#include <gtest/gtest.h>

namespace quotacast::simulation {
namespace {

enum : int16_t { kNew, kWon, kDelivered, kLost };

History OneOpportunity(std::vector<StageEvent> events) {
  History history;
  history.pipelines = {{"p",
                        {{"new", StageKind::kOpen},
                         {"won", StageKind::kWon},
                         {"delivered", StageKind::kWon},
                         {"lost", StageKind::kLost}}}};
  history.reps = {{"a"}, {"b"}};
  history.opportunities.resize(1);
  history.opportunities[0].rep = 0;
  history.opportunities[0].amount_micros = 100;
  history.opportunities[0].units = 3;
  history.events.assign(events.begin(), events.end());
  IndexEvents(history);
  return history;
}

TEST(BookingsAsOf, KnowsNothingOfTheInstantItself) {
  const History history = OneOpportunity({{1, 0, kNew}, {5, 0, kWon}});
  EXPECT_TRUE(BookingsAsOf(history, 5).empty());
  ASSERT_EQ(BookingsAsOf(history, 6).size(), 1u);
  EXPECT_EQ(BookingsAsOf(history, 6)[0].time_us, 5);
}

TEST(BookingsAsOf, OwnerAndAmount) {
  // Handed to b before the win, back to a after it, with a corrected amount.
  const History history =
      OneOpportunity({{1, 0, kNew}, {2, 0, kNew, 1}, {5, 0, kWon, kNone, 90}, {7, 0, kWon, 0, 80}});
  const std::vector<Booking> before = BookingsAsOf(history, 7), after = BookingsAsOf(history, 8);
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(before[0].rep, 1);
  EXPECT_EQ(before[0].amount_micros, 90);
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].rep, 1);
  EXPECT_EQ(after[0].time_us, 5);
  EXPECT_EQ(after[0].amount_micros, 80);
}

TEST(BookingsAsOf, ReopenedAndWonAgainCountsAtTheSecondWin) {
  const History history = OneOpportunity(
      {{1, 0, kNew}, {5, 0, kWon}, {6, 0, kDelivered}, {8, 0, kNew}, {9, 0, kWon}, {10, 0, kLost}});
  EXPECT_EQ(BookingsAsOf(history, 8)[0].time_us, 5);
  EXPECT_TRUE(BookingsAsOf(history, 9).empty());
  EXPECT_EQ(BookingsAsOf(history, 10)[0].time_us, 9);
  EXPECT_TRUE(BookingsAsOf(history, 11).empty());
}

TEST(BookedByRep, EndsAreExclusive) {
  const std::vector<Booking> bookings = {{9, 0, 0, 1, 10},
                                         {10, 1, 0, 2, 20},
                                         {19, 2, 1, 4, 40},
                                         {20, 3, 0, 8, 80},
                                         {12, 4, kNone, 16, 160}};
  EXPECT_EQ(BookedByRep(bookings, Measure::kAmount, 10, 20, 2), (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(BookedByRep(bookings, Measure::kUnits, 10, 20, 2), (std::vector<int64_t>{20, 40}));
}

}  // namespace
}  // namespace quotacast::simulation
