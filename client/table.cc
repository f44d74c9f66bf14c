#include "client/table.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <numeric>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace quotacast::client {
namespace {

constexpr int kGap = 2;  // Between columns.
constexpr int kDefaultWidth = 100;
constexpr absl::string_view kEllipsis = "…";

// Calls `use(bytes, code_point)` for each code point; bytes that are not UTF-8 count as one of -1.
template <typename Use>
void ForEachCodePoint(absl::string_view text, Use use) {
  while (!text.empty()) {
    utf8proc_int32_t code_point = -1;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    const size_t bytes = length > 0 ? static_cast<size_t>(length) : 1;
    use(text.substr(0, bytes), length > 0 ? code_point : -1);
    text.remove_prefix(bytes);
  }
}

// Names come from other systems: an escape sequence in one must not reach the terminal.
std::string Printable(absl::string_view text) {
  std::string printable;
  ForEachCodePoint(text, [&](absl::string_view bytes, int32_t code_point) {
    const bool control = code_point < 0 || utf8proc_category(code_point) == UTF8PROC_CATEGORY_CC ||
                         utf8proc_category(code_point) == UTF8PROC_CATEGORY_CF;
    absl::StrAppend(&printable, control ? "?" : bytes);
  });
  return printable;
}

std::string Padded(absl::string_view text, int width, bool right) {
  const std::string space(static_cast<size_t>(std::max(0, width - DisplayWidth(text))), ' ');
  return right ? absl::StrCat(space, text) : absl::StrCat(text, space);
}

}  // namespace

void Table::AddRow(std::vector<Cell> cells) {
  for (Cell& cell : cells) cell.text = Printable(cell.text);
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

void Table::AddRule() { rows_.emplace_back(); }

// What each column needs; -1 for one that is left out.
std::vector<int> Table::Widths(int width) const {
  std::vector<int> widths;
  std::vector<int> least;
  for (size_t i = 0; i < columns_.size(); ++i) {
    int widest = DisplayWidth(columns_[i].header);
    for (const auto& row : rows_) {
      if (!row.empty()) widest = std::max(widest, DisplayWidth(row[i].text));
    }
    widths.push_back(widest);
    least.push_back(columns_[i].min_width > 0 ? std::min(widest, columns_[i].min_width) : widest);
  }
  const auto total = [](const std::vector<int>& all) {
    int sum = -kGap;
    for (int w : all) sum += w < 0 ? 0 : w + kGap;
    return sum;
  };
  std::vector<size_t> order(columns_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
    return columns_[a].drop_order > columns_[b].drop_order;
  });
  for (size_t i : order) {
    if (total(least) <= width || columns_[i].drop_order == 0) break;
    widths[i] = least[i] = -1;
  }
  while (total(widths) > width) {
    size_t widest = columns_.size();
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] <= least[i]) continue;
      if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

std::string Table::Render(int width, bool color) const {
  const std::vector<int> widths = Widths(width);
  std::string text;
  const auto end_line = [&text] {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    text.push_back('\n');
  };
  const auto add_row = [&](auto cell_of, bool is_header) {
    bool first = true;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] < 0) continue;
      if (!first) text.append(kGap, ' ');
      first = false;
      const Cell cell = cell_of(i);
      absl::StrAppend(
          &text, Styled(Padded(Shorten(cell.text, widths[i]), widths[i], columns_[i].is_number),
                        is_header ? Style::kBold : cell.style, color));
    }
    end_line();
  };
  const auto add_rule = [&] {
    int total = -kGap;
    for (int w : widths) total += w < 0 ? 0 : w + kGap;
    std::string rule;
    for (int i = 0; i < total; ++i) rule += "─";
    absl::StrAppend(&text, Styled(rule, Style::kDim, color));
    end_line();
  };
  add_row([this](size_t i) { return Cell{columns_[i].header}; }, true);
  add_rule();
  for (const auto& row : rows_) {
    if (row.empty()) {
      add_rule();
    } else {
      add_row([&row](size_t i) { return row[i]; }, false);
    }
  }
  return text;
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  ForEachCodePoint(text, [&width](absl::string_view, int32_t code_point) {
    width += code_point < 0 ? 1 : utf8proc_charwidth(code_point);
  });
  return width;
}

std::string Shorten(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string shortened;
  int used = 0;
  ForEachCodePoint(text, [&](absl::string_view bytes, int32_t) {
    used += DisplayWidth(bytes);
    if (used < width) absl::StrAppend(&shortened, bytes);
  });
  return width > 0 ? absl::StrCat(shortened, kEllipsis) : "";
}

std::string Styled(absl::string_view text, Style style, bool color) {
  constexpr std::array<const char*, 6> kCodes = {"", "1", "2", "31", "33", "32"};
  if (!color || style == Style::kPlain) return std::string(text);
  return absl::StrCat("\x1b[", kCodes[static_cast<size_t>(style)], "m", text, "\x1b[0m");
}

std::string Thousands(int64_t number) {
  const std::string digits = absl::StrCat(number);
  const size_t sign = number < 0 ? 1 : 0;
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > sign && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

std::string Compact(double number) {
  constexpr std::array<const char*, 5> kUnits = {"", "k", "M", "G", "T"};
  double size = std::abs(number);
  size_t unit = 0;
  // 999.95 and more would be written with four digits.
  for (; size >= 999.5 && unit + 1 < kUnits.size(); ++unit) size /= 1'000;
  // Pieces and small change need no more than one decimal.
  const bool whole = size >= 99.95 || (unit == 0 && size == std::floor(size));
  const int decimals = whole ? 0 : size >= 9.995 || unit == 0 ? 1 : 2;
  return absl::StrFormat("%s%.*f%s", number < 0 && size > 0 ? "-" : "", decimals, size,
                         kUnits[unit]);
}

std::string Percent(double share) {
  if (share > 0 && share < .005) return "<1 %";
  if (share < 1 && share >= .995) return ">99 %";
  return absl::StrFormat("%.0f %%", 100 * share);
}

std::string Bar(double share, int width) {
  constexpr std::array<const char*, 8> kParts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<size_t>(std::lround(std::clamp(share, 0., 1.) * width * 8));
  std::string bar;
  for (size_t i = 0; i < eighths / 8; ++i) bar += "█";
  return bar + kParts[eighths % 8];
}

std::string CsvLine(absl::Span<const std::string> fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line.push_back(',');
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      line += fields[i];
      continue;
    }
    line.push_back('"');
    for (const char c : fields[i]) {
      if (c == '"') line.push_back('"');
      line.push_back(c);
    }
    line.push_back('"');
  }
  return line + "\n";
}

int TerminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  int width = 0;
  if (columns != nullptr && absl::SimpleAtoi(columns, &width) && width > 0) return width;
  return kDefaultWidth;
}

}  // namespace quotacast::client
