#include "client/values.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace quotacast::client {
namespace {

TEST(ValuesTest, ReadsDays) {
  int32_t day = 0;
  ASSERT_TRUE(ParseDay("1970-01-01", day));
  EXPECT_EQ(day, 0);
  ASSERT_TRUE(ParseDay("2026-03-01", day));
  EXPECT_EQ(DayText(day), "2026-03-01");
  ASSERT_TRUE(ParseDay("2000-02-29", day));
  EXPECT_EQ(day, 11'016);
  for (const char* text : {"", "2026-3-1", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-01",
                           "2026-01-00", "2026-04-31", "1899-12-31", "2200-01-01", "2026/01/01",
                           "2026-01-01 ", "01-02-2026", "2O26-01-01"}) {
    day = 7;
    EXPECT_FALSE(ParseDay(text, day)) << text;
    EXPECT_EQ(day, 7);
  }
}

TEST(ValuesTest, EveryDayOfFourCenturiesComesBack) {
  int32_t day = 0;
  for (int32_t expected = -25'567; expected < 84'006; ++expected) {
    ASSERT_TRUE(ParseDay(DayText(expected), day)) << expected;
    ASSERT_EQ(day, expected);
  }
}

TEST(ValuesTest, ReadsTimes) {
  TimeParser times(absl::UTCTimeZone());
  int64_t us = 0;
  const auto parse = [&](const char* text) { return times.Parse(text, us) ? us : -1; };
  constexpr int64_t kNineThirty = 1'772'443'800'000'000;  // 2026-03-02T09:30:00Z
  EXPECT_EQ(parse("2026-03-02T09:30:00Z"), kNineThirty);
  EXPECT_EQ(parse("2026-03-02t09:30:00z"), kNineThirty);
  EXPECT_EQ(parse("2026-03-02T10:30:00+01:00"), kNineThirty);
  EXPECT_EQ(parse("2026-03-02T04:00:00-05:30"), kNineThirty);
  EXPECT_EQ(parse("2026-03-02T09:30:00.5Z"), kNineThirty + 500'000);
  EXPECT_EQ(parse("2026-03-02T09:30:00.123456789Z"), kNineThirty + 123'456);
  EXPECT_EQ(parse("2026-03-02T09:29:60Z"), kNineThirty);
  EXPECT_EQ(parse("2026-03-02"), kNineThirty - int64_t{34'200} * 1'000'000);
  for (const char* text : {"", "2026-03-02T", "2026-03-02T09:30:00", "2026-03-02 09:30:00Z",
                           "2026-03-02T24:00:00Z", "2026-03-02T09:60:00Z", "2026-03-02T09:30Z",
                           "2026-03-02T09:30:61Z", "2026-03-02T09:30:00.Z", "2026-03-02T09:30:00+1",
                           "2026-03-02T09:30:00+01:00Z", "2026-02-30T09:30:00Z", "yesterday"}) {
    EXPECT_EQ(parse(text), -1) << text;
  }
}

TEST(ValuesTest, BareDatesAreTheFirstInstantOfTheDay) {
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &zone));
  int64_t us = 0;
  ASSERT_TRUE(TimeParser(zone).Parse("2026-03-02", us));
  EXPECT_EQ(absl::FormatTime(absl::FromUnixMicros(us), absl::UTCTimeZone()),
            "2026-03-01T23:00:00+00:00");
  // Chile's clocks went from 00:00 to 01:00 on that day.
  ASSERT_TRUE(absl::LoadTimeZone("America/Santiago", &zone));
  ASSERT_TRUE(TimeParser(zone).Parse("2022-09-11", us));
  EXPECT_EQ(absl::FormatTime(absl::FromUnixMicros(us), absl::UTCTimeZone()),
            "2022-09-11T04:00:00+00:00");
}

TEST(ValuesTest, ReadsMoney) {
  int64_t micros = 0;
  const auto parse = [&](const char* text) { return ParseMicros(text, micros) ? micros : -1; };
  EXPECT_EQ(parse("0"), 0);
  EXPECT_EQ(parse("1250.5"), 1'250'500'000);
  EXPECT_EQ(parse(".25"), 250'000);
  EXPECT_EQ(parse("7."), 7'000'000);
  EXPECT_EQ(parse("0.000001"), 1);
  EXPECT_EQ(parse("-3"), -3'000'000);
  EXPECT_EQ(parse("10000000000"), 10'000'000'000'000'000);
  for (const char* text : {"", "-", ".", "1,250", "1e3", "0x10", "+1", " 1", "1 ", "1.0000001",
                           "10000000000.000001", "99999999999999999999", "nan", "EUR 5"}) {
    EXPECT_EQ(parse(text), -1) << text;
  }
}

TEST(ValuesTest, ReadsCounts) {
  int64_t count = 0;
  EXPECT_TRUE(ParseCount("1000000000", count));
  EXPECT_EQ(count, 1'000'000'000);
  EXPECT_TRUE(ParseCount("-4", count));
  EXPECT_EQ(count, -4);
  for (const char* text : {"", "1.5", "+1", " 1", "1 ", "1000000001", "one"}) {
    EXPECT_FALSE(ParseCount(text, count)) << text;
  }
}

}  // namespace
}  // namespace quotacast::client
