#include "simulation/history.h"

#include <gtest/gtest.h>

namespace quotacast::simulation {
namespace {

TEST(IndexEventsTest, GroupsByOpportunityAndKeepsTheOrderOfOneInstant) {
  History history;
  history.opportunities.resize(3);
  history.events = {{.time_us = 20, .opportunity = 2, .stage = 1},
                    {.time_us = 10, .opportunity = 0, .stage = 0},
                    {.time_us = 10, .opportunity = 2, .stage = 0},
                    {.time_us = 20, .opportunity = 2, .stage = 2}};
  IndexEvents(history);
  EXPECT_EQ(history.opportunities[0].event_count, 1);
  EXPECT_EQ(history.opportunities[1].event_count, 0);
  ASSERT_EQ(history.opportunities[2].event_count, 3);
  const StageEvent* events = &history.events[history.opportunities[2].first_event];
  EXPECT_EQ(events[0].stage, 0);
  EXPECT_EQ(events[1].stage, 1);
  EXPECT_EQ(events[2].stage, 2);
}

TEST(DayOfTest, TurnsAtMidnightOfTheZoneAcrossClockChanges) {
  absl::TimeZone amsterdam;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &amsterdam));
  for (Day day = 15'000; day < 15'800; ++day) {
    const int64_t start = StartOfDayUs(day, amsterdam);
    EXPECT_EQ(DayOf(start, amsterdam), day);
    EXPECT_EQ(DayOf(start - 1, amsterdam), day - 1);
  }
}

TEST(DayReaderTest, ReadsTheDaysThatDayOfGives) {
  for (const char* const name : {"Europe/Amsterdam", "America/Sao_Paulo", "Pacific/Apia"}) {
    absl::TimeZone zone;  // Apia had no 2011-12-30.
    ASSERT_TRUE(absl::LoadTimeZone(name, &zone));
    DayReader days(zone);
    constexpr int64_t kHourUs = 3'600'000'000;
    // Back and forth, over more than the reader keeps.
    for (int64_t hour = -3'000'000; hour < 3'000'000; hour += 977) {
      for (const int64_t time_us : {hour * kHourUs, -hour * kHourUs - 1}) {
        EXPECT_EQ(days.Of(time_us), DayOf(time_us, zone)) << name << " " << time_us;
      }
    }
    for (int64_t hour = 365'000; hour < 370'000; ++hour) {
      EXPECT_EQ(days.Of(hour * kHourUs), DayOf(hour * kHourUs, zone)) << name << " " << hour;
    }
  }
}

TEST(StartOfDayTest, IsTheFirstInstantWhereAClockChangeSkipsMidnight) {
  absl::TimeZone sao_paulo;  // On 2018-11-04 the clock went from 00:00 to 01:00.
  ASSERT_TRUE(absl::LoadTimeZone("America/Sao_Paulo", &sao_paulo));
  const Day day = static_cast<Day>(absl::CivilDay(2018, 11, 4) - absl::CivilDay(1970, 1, 1));
  const int64_t start = StartOfDayUs(day, sao_paulo);
  EXPECT_EQ(DayOf(start, sao_paulo), day);
  EXPECT_EQ(DayOf(start - 1, sao_paulo), day - 1);
}

}  // namespace
}  // namespace quotacast::simulation
