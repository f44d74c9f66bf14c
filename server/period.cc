#include "server/period.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "server/convert/scalars.h"
#include "server/errors.h"

namespace quotacast {
namespace {

using simulation::Day;
using simulation::Period;

constexpr absl::CivilDay kEpoch(1970, 1, 1);

// A number of exactly `text.size()` digits.
std::optional<int> Digits(absl::string_view text) {
  int number = 0;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    number = 10 * number + (c - '0');
  }
  return number;
}

Day DayNumber(absl::CivilDay day) { return static_cast<Day>(day - kEpoch); }

Period Months(absl::CivilMonth first, int count) {
  return {DayNumber(absl::CivilDay(first)), DayNumber(absl::CivilDay(first + count))};
}

// The Monday of the year's first week: the one with 4 January in it.
absl::CivilDay FirstMonday(int year) {
  return absl::PrevWeekday(absl::CivilDay(year, 1, 5), absl::Weekday::monday);
}

std::optional<Period> Week(int year, int week) {
  const absl::CivilDay start = FirstMonday(year) + 7 * (week - 1);
  if (week < 1 || start >= FirstMonday(year + 1)) return std::nullopt;
  return Period{DayNumber(start), DayNumber(start + 7)};
}

std::optional<Period> Days(absl::string_view start, absl::string_view end) {
  const auto first = convert::ParseDay("", start);
  const auto last = convert::ParseDay("", end);
  if (!first.ok() || !last.ok() || *last <= *first) return std::nullopt;
  return Period{*first, *last};
}

std::optional<Period> Parse(absl::string_view text, int fiscal_year_start_month) {
  if (text.size() == 22 && text.substr(10, 2) == "..") {
    return Days(text.substr(0, 10), text.substr(12));
  }
  if (text.size() < 7 || text.size() > 8 || text[4] != '-') return std::nullopt;
  const std::optional<int> year = Digits(text.substr(0, 4));
  if (!year || *year < 1900 || *year > 2199) return std::nullopt;
  const char kind = text[5];
  if (text.size() == 7 && kind == 'Q') {
    const std::optional<int> quarter = Digits(text.substr(6));
    if (!quarter || *quarter < 1 || *quarter > 4) return std::nullopt;
    return Months(absl::CivilMonth(*year, fiscal_year_start_month) + 3 * (*quarter - 1), 3);
  }
  if (text.size() == 8 && kind == 'W') {
    const std::optional<int> week = Digits(text.substr(6));
    return week ? Week(*year, *week) : std::nullopt;
  }
  const std::optional<int> month = Digits(text.substr(5));
  if (text.size() != 7 || !month || *month < 1 || *month > 12) return std::nullopt;
  return Months(absl::CivilMonth(*year, *month), 1);
}

}  // namespace

absl::StatusOr<Period> ParsePeriod(absl::string_view field, absl::string_view text,
                                   int fiscal_year_start_month) {
  const std::optional<Period> period = Parse(text, fiscal_year_start_month);
  if (period) return *period;
  return errors::InvalidField(
      field, absl::StrCat("must be a quarter 2026-Q1, a month 2026-03, a week 2026-W10 or days "
                          "2026-03-02..2026-03-30 (the end not included, later than the start), "
                          "from 1900 to 2199; got ",
                          convert::Quoted(text)));
}

}  // namespace quotacast
