#ifndef QUOTACAST_CLIENT_VALUES_H_
#define QUOTACAST_CLIENT_VALUES_H_

// Texts of canonical CSV files and of the command line as values, quickly and strictly.
//
// Every function returns false for a text it does not take, and then leaves `out` alone. What it
// takes is in the constant beside it, for error messages.

#include <cstdint>
#include <string>
#include <unordered_map>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace quotacast::client {

inline constexpr char kDayAllowed[] = "a date such as 2026-03-02, from 1900 to 2199";
inline constexpr char kTimeAllowed[] =
    "a time such as 2026-03-02T09:30:00Z or 2026-03-02T10:30:00+01:00, or a date, from 1900 to "
    "2199";
inline constexpr char kMoneyAllowed[] =
    "a number such as 1250 or 1250.50, of at most 10000000000 and 6 decimals";
inline constexpr char kCountAllowed[] = "a whole number of at most 1000000000";

// `YYYY-MM-DD`, as days since 1970-01-01.
bool ParseDay(absl::string_view text, int32_t& out);

// A decimal number without exponent or separators of thousands, in millionths. Signs are taken, so
// that what is wrong with a negative amount can be said in its own words.
bool ParseMicros(absl::string_view text, int64_t& out);

bool ParseCount(absl::string_view text, int64_t& out);

// Reads times: RFC 3339, or a bare date for the first instant of that day in `zone`. Digits beyond
// microseconds are cut off. Keeps what it knows of dates, as neighbouring rows share them; not
// thread-safe.
class TimeParser {
 public:
  explicit TimeParser(absl::TimeZone zone) : zone_(zone) {}

  // As microseconds since 1970-01-01T00:00:00Z.
  bool Parse(absl::string_view text, int64_t& out);

 private:
  int64_t StartOfDayUs(int32_t day);

  absl::TimeZone zone_;
  std::unordered_map<int32_t, int64_t> start_of_day_us_;
};

// `YYYY-MM-DD` of days since 1970-01-01.
std::string DayText(int32_t day);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_VALUES_H_
