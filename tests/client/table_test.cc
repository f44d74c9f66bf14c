#include "client/table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "client/suggestion.h"

namespace quotacast::client {
namespace {

TEST(TableTest, AlignsTextLeftAndNumbersRight) {
  Table table({{"rep"}, {"quota", true}});
  table.AddRow({{"Zoë"}, {"5"}});
  table.AddRow({{"Anna Visser"}, {"1,200"}});
  table.AddRule();
  table.AddRow({{"東京"}, {"1,205"}});
  EXPECT_EQ(table.Render(80, false),
            "rep          quota\n"
            "──────────────────\n"
            "Zoë              5\n"
            "Anna Visser  1,200\n"
            "──────────────────\n"
            "東京         1,205\n");
}

TEST(TableTest, CutsAndDropsColumnsToFit) {
  Table table({{"name", false, 6}, {"quota", true}, {"bar", false, 0, 1}, {"period", false, 0, 2}});
  table.AddRow({{"Alexandra Konstantinidis"}, {"1,200"}, {"████"}, {"2026-03"}});
  const auto widest = [](const std::string& text) {
    int width = 0;
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      width = std::max(width, DisplayWidth(line));
    }
    return width;
  };
  for (int width = 13; width < 60; ++width) EXPECT_LE(widest(table.Render(width, false)), width);
  EXPECT_EQ(table.Render(30, false),
            "name      quota  bar   period\n"
            "──────────────────────────────\n"
            "Alexand…  1,200  ████  2026-03\n");
  EXPECT_EQ(table.Render(18, false),
            "name         quota\n"
            "──────────────────\n"
            "Alexandra …  1,200\n");
}

TEST(TableTest, ColorsOnlyWhenAsked) {
  Table table({{"chance", true}});
  table.AddRow({{"12 %", Style::kRed}});
  EXPECT_EQ(table.Render(80, false).find('\x1b'), std::string::npos);
  EXPECT_NE(table.Render(80, true).find("\x1b[31m  12 %\x1b[0m"), std::string::npos);
}

// A name with an escape sequence must not reach the terminal as one.
TEST(TableTest, ControlCharactersAreShownAsQuestionMarks) {
  Table table({{"name"}});
  table.AddRow(
      {{"a\x1b[2Jb\tc\xE2\x80\xAE"
        "d\x9b"}});
  EXPECT_NE(table.Render(80, false).find("a?[2Jb?c?d?"), std::string::npos);
}

TEST(TableTest, Numbers) {
  EXPECT_EQ(Thousands(0), "0");
  EXPECT_EQ(Thousands(-1234567), "-1,234,567");
  EXPECT_EQ(Thousands(999), "999");
  EXPECT_EQ(Thousands(1000), "1,000");
  EXPECT_EQ(Compact(0), "0");
  EXPECT_EQ(Compact(4), "4");
  EXPECT_EQ(Compact(4.26), "4.3");
  EXPECT_EQ(Compact(54'230), "54.2k");
  EXPECT_EQ(Compact(999.6), "1.00k");
  EXPECT_EQ(Compact(999'700), "1.00M");
  EXPECT_EQ(Compact(1'234'567), "1.23M");
  EXPECT_EQ(Compact(-350'000), "-350k");
  EXPECT_EQ(Percent(0), "0 %");
  EXPECT_EQ(Percent(.0001), "<1 %");
  EXPECT_EQ(Percent(.496), "50 %");
  EXPECT_EQ(Percent(.9951), ">99 %");
  EXPECT_EQ(Percent(1), "100 %");
}

TEST(TableTest, Bars) {
  EXPECT_EQ(Bar(0, 4), "");
  EXPECT_EQ(Bar(.5, 4), "██");
  EXPECT_EQ(Bar(.53125, 4), "██▏");
  EXPECT_EQ(Bar(1, 4), "████");
  EXPECT_EQ(Bar(7, 4), "████");
}

TEST(TableTest, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(CsvLine({"a", "b,c", "say \"x\"", "two\nlines", ""}),
            "a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\",\n");
}

TEST(SuggestionTest, FindsWhatWasMeant) {
  const std::vector<std::string> commands = {"forecast", "import", "org", "list", "get"};
  EXPECT_EQ(ClosestWord("forcast", commands), "forecast");
  EXPECT_EQ(ClosestWord("ofrecast", commands), "forecast");
  EXPECT_EQ(ClosestWord("gte", commands), "get");
  EXPECT_EQ(ClosestWord("imports", commands), "import");
  EXPECT_EQ(ClosestWord("delete", commands), "");
  EXPECT_EQ(ClosestWord("", commands), "");
}

}  // namespace
}  // namespace quotacast::client
