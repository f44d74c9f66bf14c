#include "server/metrics/window.h"

#include <gtest/gtest.h>

namespace quotacast::metrics {
namespace {

constexpr int64_t kDay = 86'400'000'000;
constexpr simulation::Day kMonday = 4;  // 1970-01-05.

TEST(WorkingDays, CountsMondayToFriday) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const simulation::Rep rep;
  EXPECT_EQ(WorkingDays(rep, {kMonday * kDay, (kMonday + 7) * kDay}, utc), 5);
  EXPECT_EQ(WorkingDays(rep, {kMonday * kDay, (kMonday + 30) * kDay}, utc), 22);
  // Until Tuesday noon.
  EXPECT_EQ(WorkingDays(rep, {kMonday * kDay, (kMonday + 1) * kDay + kDay / 2}, utc), 1.5);
  // Saturday says nothing.
  EXPECT_EQ(WorkingDays(rep, {kMonday * kDay, (kMonday + 5) * kDay + kDay / 2}, utc), 5);
  EXPECT_EQ(WorkingDays(rep, {kMonday * kDay, kMonday * kDay}, utc), 0);
}

TEST(WorkingDays, OnlyWhileEmployed) {
  simulation::Rep rep;
  rep.start_day = kMonday + 2;
  rep.end_day = kMonday + 8;
  const Window window = {kMonday * kDay, (kMonday + 14) * kDay};
  EXPECT_EQ(WorkingDays(rep, window, absl::UTCTimeZone()), 4);  // Wed Thu Fri, Mon.
  rep.start_day = kMonday + 20;
  rep.end_day = INT32_MAX;
  EXPECT_EQ(WorkingDays(rep, window, absl::UTCTimeZone()), 0);
}

TEST(WindowOf, EndsAtAsOf) {
  const Window window = WindowOf({10, 20}, 15 * kDay + 1, absl::UTCTimeZone());
  EXPECT_EQ(window.start_us, 10 * kDay);
  EXPECT_EQ(window.end_us, 15 * kDay + 1);
  EXPECT_TRUE(window.Holds(15 * kDay));
  EXPECT_FALSE(window.Holds(15 * kDay + 1));
}

}  // namespace
}  // namespace quotacast::metrics
