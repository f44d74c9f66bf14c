#ifndef QUOTACAST_CLIENT_TABLE_H_
#define QUOTACAST_CLIENT_TABLE_H_

// Tables for a terminal, and numbers and bars to put into them.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace quotacast::client {

enum class Style { kPlain, kBold, kDim, kRed, kYellow, kGreen };

struct Cell {
  std::string text;
  Style style = Style::kPlain;
};

struct Column {
  std::string header;
  bool is_number = false;  // Stands to the right.
  // A column with a minimum is cut down to it, with an ellipsis, where the table is too wide.
  int min_width = 0;
  // Where that does not do, the columns with the highest number are left out; 0: never.
  int drop_order = 0;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as columns. Control characters are shown as `?`.
  void AddRow(std::vector<Cell> cells);
  // A line between the rows before and after.
  void AddRule();
  bool empty() const { return rows_.empty(); }

  // The lines of the table, each with its line end, at most `width` columns of the terminal wide
  // where the columns allow it. `color` uses ANSI escapes for the styles.
  std::string Render(int width, bool color) const;

 private:
  std::vector<int> Widths(int width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;  // An empty row is a rule.
};

// Columns of a terminal that UTF-8 text takes.
int DisplayWidth(absl::string_view text);

// `text` in at most `width` columns, with an ellipsis where it was cut.
std::string Shorten(absl::string_view text, int width);

// The text in a style by ANSI escapes; as it is where `color` is false.
std::string Styled(absl::string_view text, Style style, bool color);

std::string Thousands(int64_t number);  // 1234567: "1,234,567".
// Three significant digits and a unit: 950: "950", 54200: "54.2k", 1234567: "1.23M".
std::string Compact(double number);
// Whole percent; "<1 %" and ">99 %" for what is not quite 0 or 1.
std::string Percent(double share);
// A horizontal bar of `width` columns, filled to `share` in steps of an eighth of a column.
std::string Bar(double share, int width);

// A line of RFC 4180 with its line end.
std::string CsvLine(absl::Span<const std::string> fields);

// Columns of the terminal on standard output; 100 where there is none.
int TerminalWidth();

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_TABLE_H_
