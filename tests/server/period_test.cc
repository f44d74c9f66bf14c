#include "server/period.h"

#include <gtest/gtest.h>

#include "server/convert/scalars.h"

namespace quotacast {
namespace {

std::string Parsed(absl::string_view text, int start_month = 1) {
  const auto period = ParsePeriod("period", text, start_month);
  if (!period.ok()) return "error";
  return convert::FormatDay(period->start) + ".." + convert::FormatDay(period->end);
}

TEST(PeriodTest, Quarters) {
  EXPECT_EQ(Parsed("2026-Q1"), "2026-01-01..2026-04-01");
  EXPECT_EQ(Parsed("2026-Q4"), "2026-10-01..2027-01-01");
}

TEST(PeriodTest, FiscalQuartersBeginInTheNamedYear) {
  EXPECT_EQ(Parsed("2026-Q1", 4), "2026-04-01..2026-07-01");
  EXPECT_EQ(Parsed("2026-Q4", 4), "2027-01-01..2027-04-01");
  EXPECT_EQ(Parsed("2026-Q1", 12), "2026-12-01..2027-03-01");
  EXPECT_EQ(Parsed("2026-Q2", 2), "2026-05-01..2026-08-01");
}

TEST(PeriodTest, MonthsAreOfTheCalendar) {
  EXPECT_EQ(Parsed("2024-02"), "2024-02-01..2024-03-01");
  EXPECT_EQ(Parsed("2026-12", 4), "2026-12-01..2027-01-01");
}

// Dates from the ISO 8601 calendar: 2020 and 2026 have 53 weeks, 2025 has 52; the first week of
// 2025 begins in 2024, that of 2021 on 4 January.
TEST(PeriodTest, IsoWeeks) {
  EXPECT_EQ(Parsed("2026-W10"), "2026-03-02..2026-03-09");
  EXPECT_EQ(Parsed("2025-W01"), "2024-12-30..2025-01-06");
  EXPECT_EQ(Parsed("2021-W01"), "2021-01-04..2021-01-11");
  EXPECT_EQ(Parsed("2020-W53"), "2020-12-28..2021-01-04");
  EXPECT_EQ(Parsed("2026-W53"), "2026-12-28..2027-01-04");
  EXPECT_EQ(Parsed("2025-W53"), "error");
  EXPECT_EQ(Parsed("2026-W00"), "error");
}

TEST(PeriodTest, Days) {
  EXPECT_EQ(Parsed("2026-03-02..2026-03-30"), "2026-03-02..2026-03-30");
  EXPECT_EQ(Parsed("2024-02-29..2024-03-01"), "2024-02-29..2024-03-01");
  EXPECT_EQ(Parsed("2026-03-02..2026-03-02"), "error");
  EXPECT_EQ(Parsed("2026-03-30..2026-03-02"), "error");
  EXPECT_EQ(Parsed("2026-02-29..2026-03-02"), "error");
}

TEST(PeriodTest, RefusesEverythingElse) {
  for (const char* text : {"",         "2026",       "2026-",
                           "2026-Q",   "2026-Q0",    "2026-Q5",
                           "2026-Q11", "2026-q1",    "2026-13",
                           "2026-00",  "2026-1",     "2026-001",
                           "2026/03",  "26-03",      " 2026-03",
                           "2026-03 ", "2026-W1",    "2026-W1x",
                           "+026-03",  "2026-03-02", "2026-03-02...2026-03-3",
                           "1899-12",  "2200-01",    "2026-03-02..2026-03-30 "}) {
    EXPECT_EQ(Parsed(text), "error") << text;
  }
}

TEST(PeriodTest, ErrorNamesFieldAndValue) {
  const auto period = ParsePeriod("period", "next month", 1);
  EXPECT_EQ(period.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(period.status().message().find("period must be"), absl::string_view::npos);
  EXPECT_NE(period.status().message().find("\"next month\""), absl::string_view::npos);
}

}  // namespace
}  // namespace quotacast
