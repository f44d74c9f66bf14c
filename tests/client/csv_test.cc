#include "client/csv.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace quotacast::client {
namespace {

using Outcome = CsvReader::Outcome;

std::string WriteFile(absl::string_view text) {
  const std::string path =
      absl::StrCat(testing::TempDir(), "csv_test_",
                   testing::UnitTest::GetInstance()->current_test_info()->name(), ".csv");
  std::ofstream(path, std::ios::binary) << std::string(text);
  return path;
}

// Everything a file of columns a,b yields, as "line:a|b", and errors as "line:column!reason".
std::vector<std::string> ReadAll(absl::string_view text) {
  CsvReader reader(WriteFile(text));
  std::vector<std::string> seen;
  Outcome outcome = reader.Open({"a", "b"});
  for (;;) {
    if (outcome == Outcome::kBadRow || outcome == Outcome::kBadFile) {
      seen.push_back(absl::StrCat(reader.error().line, ":", reader.error().column, "!",
                                  reader.error().reason));
    }
    if (outcome == Outcome::kBadFile || outcome == Outcome::kEnd) return seen;
    outcome = reader.Next();
    if (outcome == Outcome::kRow) {
      seen.push_back(absl::StrCat(reader.line(), ":", reader.field(0), "|", reader.field(1)));
    }
  }
}

using Lines = std::vector<std::string>;

TEST(CsvTest, ReadsPlainRecords) {
  EXPECT_EQ(ReadAll("a,b\n1,2\n,\nx y,z"), (Lines{"2:1|2", "3:|", "4:x y|z"}));
}

TEST(CsvTest, ReadsEveryLineEnd) {
  EXPECT_EQ(ReadAll("a,b\r\n1,2\r\n3,4\r5,6\n7,8\r"), (Lines{"2:1|2", "3:3|4", "4:5|6", "5:7|8"}));
}

TEST(CsvTest, ReadsQuotes) {
  EXPECT_EQ(ReadAll("\"a\",b\n\"1,5\",\"say \"\"hi\"\"\"\n\"\",\"\"\"\"\n"),
            (Lines{"2:1,5|say \"hi\"", "3:|\""}));
}

TEST(CsvTest, CountsLinesInsideQuotes) {
  EXPECT_EQ(ReadAll("a,b\n\"one\ntwo\r\nthree\",2\n3,4\n"),
            (Lines{"2:one\ntwo\r\nthree|2", "5:3|4"}));
}

TEST(CsvTest, PassesByteOrderMarkBlankLinesAndColumnOrder) {
  EXPECT_EQ(ReadAll("\xEF\xBB\xBF"
                    "b,c,a\n\n1,2,3\n\r\n"),
            (Lines{"3:3|1"}));
}

TEST(CsvTest, KeepsExtraColumns) {
  CsvReader reader(WriteFile("b,region,a,note\n1,north,2,\"x\"\"y\"\n"));
  ASSERT_EQ(reader.Open({"a", "b"}), Outcome::kRow);
  EXPECT_EQ(reader.extra_columns(), (Lines{"region", "note"}));
  ASSERT_EQ(reader.Next(), Outcome::kRow);
  EXPECT_EQ(reader.extra_field(0), "north");
  EXPECT_EQ(reader.extra_field(1), "x\"y");
}

TEST(CsvTest, RefusesHeaders) {
  EXPECT_EQ(ReadAll(""), (Lines{"1:!is empty; must have a header"}));
  EXPECT_EQ(ReadAll("a;b\n1;2\n"), (Lines{"1:a!the column is missing; the header has: a;b"}));
  EXPECT_EQ(ReadAll("a,c\n"), (Lines{"1:b!the column is missing; the header has: a,c"}));
  EXPECT_EQ(ReadAll("a,b,a\n"), (Lines{"1:a!the header names this column twice"}));
  EXPECT_EQ(ReadAll("a,b,\n"), (Lines{"1:#3!the column has no name"}));
}

TEST(CsvTest, RefusesWhatIsNoText) {
  const Lines binary = {"1:!is binary (a NUL byte); must be UTF-8 text"};
  EXPECT_EQ(ReadAll(absl::string_view("\x7f"
                                      "ELF\0\1",
                                      6)),
            binary);
  EXPECT_EQ(ReadAll(absl::string_view("a,b\n1,\0\n", 8)), binary);
  EXPECT_EQ(ReadAll(absl::string_view("\xFF\xFE"
                                      "a\0",
                                      4)),
            (Lines{"1:!is UTF-16 text; must be UTF-8"}));
  EXPECT_EQ(ReadAll("\xFF\xD8\xFF\xE0"), (Lines{"1:#1!is not UTF-8 text"}));
}

TEST(CsvTest, FindsNulBehindTheFirstBuffer) {
  std::string text = "a,b\n";
  for (int i = 0; i < 200'000; ++i) text += "1,2\n";
  text += std::string("3,\0\n", 4);
  EXPECT_EQ(ReadAll(text).back(), "200002:b!is binary (a NUL byte); must be UTF-8 text");
}

TEST(CsvTest, ReportsBadRowsAndGoesOn) {
  EXPECT_EQ(ReadAll("a,b\n1\n1,2,3\n4,5\n"),
            (Lines{"2:b!the line has 1 fields; the header has 2",
                   "3:#3!the line has 3 fields; the header has 2", "4:4|5"}));
  EXPECT_EQ(ReadAll("a,b\nx,\xC3\x28\n\xC3\xA9,5\n"),
            (Lines{"2:b!is not UTF-8 text", "3:\xC3\xA9|5"}));
  const std::string quote =
      "has a quote where none may be; quote the whole field and double quotes inside";
  EXPECT_EQ(ReadAll("a,b\n1,x\"y\n\"1\"z,2\n4,5\n"),
            (Lines{"2:b!" + quote, "3:a!" + quote, "4:4|5"}));
}

TEST(CsvTest, ReportsAQuoteNeverClosed) {
  EXPECT_EQ(ReadAll("a,b\n1,\"2\n3,4\n"), (Lines{"2:b!the quote is never closed"}));
  std::string text = "a,b\n1,\"2\n";
  for (int i = 0; i < 1'000'000; ++i) text += "1,2\n";
  EXPECT_EQ(ReadAll(text), (Lines{"2:b!the quote is never closed"}));
}

TEST(CsvTest, BoundsTheField) {
  const std::string most(kMaxFieldBytes, 'x');
  EXPECT_EQ(ReadAll("a,b\n" + most + ",2\n"), (Lines{"2:" + most + "|2"}));
  const std::string error =
      "2:a!is too long; a field has at most 1048576 bytes and a record 4194304";
  EXPECT_EQ(ReadAll("a,b\n" + most + "x,2\n3,4\n"), (Lines{error, "3:3|4"}));
  const std::string huge(10'000'000, 'x');
  EXPECT_EQ(ReadAll("a,b\n" + huge + ",2\n3,4\n"), (Lines{error, "3:3|4"}));
  EXPECT_EQ(ReadAll("a,b\n\"" + huge + "\n\",2\n3,4\n"), (Lines{error, "4:3|4"}));
}

TEST(CsvTest, BoundsTheRecord) {
  std::string text = "a,b\n";
  for (int i = 0; i < 3'000'000; ++i) text += "1,";
  text += "\n3,4\n";
  const Lines lines = ReadAll(text);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1], "3:3|4");
}

// Records must come out the same wherever the end of a buffer falls.
TEST(CsvTest, BufferEndsAnywhere) {
  for (size_t shift = 0; shift < 40; ++shift) {
    std::string text = "a,b\n";
    text += std::string((size_t{256} << 10) - 30 + shift, 'p') + ",q\r\n";
    text += "\"x\"\"\"\"y\r\n\",\"z\"\r\n1,2\r\n";
    const Lines lines = ReadAll(text);
    ASSERT_EQ(lines.size(), 3u) << shift;
    EXPECT_EQ(lines[1], "3:x\"\"y\r\n|z") << shift;
    EXPECT_EQ(lines[2], "5:1|2") << shift;
  }
}

TEST(CsvTest, NamesAFileThatIsNotThere) {
  CsvReader reader("/nonexistent/file.csv");
  EXPECT_EQ(reader.Open({"a"}), Outcome::kBadFile);
  EXPECT_EQ(reader.error().reason, "cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace quotacast::client
