#include "client/values.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"

namespace quotacast::client {
namespace {

constexpr int64_t kDaySeconds = 86'400;
constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kMaxMicros = int64_t{10'000'000'000} * kSecondUs;

// The number of exactly `count` digits at `text[at]`, or -1.
int Digits(absl::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int number = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return -1;
    number = 10 * number + (text[i] - '0');
  }
  return number;
}

bool HasCharacter(absl::string_view text, size_t at, char character) {
  return at < text.size() && absl::ascii_toupper(static_cast<unsigned char>(text[at])) == character;
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
int32_t DaysFromCivil(int year, int month, int day) {
  year -= month <= 2;
  const int era = year / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

// Reads `HH:MM` or, with `has_seconds`, `HH:MM:SS` at `text[at]`.
bool ReadClock(absl::string_view text, size_t at, bool has_seconds, int64_t& seconds) {
  const int hour = Digits(text, at, 2);
  const int minute = Digits(text, at + 3, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  if (!HasCharacter(text, at + 2, ':')) return false;
  seconds = hour * 3'600 + minute * 60;
  if (!has_seconds) return true;
  const int second = Digits(text, at + 6, 2);
  // 60: a leap second, taken for the first of the next minute.
  if (!HasCharacter(text, at + 5, ':') || second < 0 || second > 60) return false;
  seconds += second;
  return true;
}

}  // namespace

bool ParseDay(absl::string_view text, int32_t& out) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) return false;
  constexpr int kMonthDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day > kMonthDays[month - 1] + (leap && month == 2)) return false;
  out = DaysFromCivil(year, month, day);
  return true;
}

bool ParseMicros(absl::string_view text, int64_t& out) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  int64_t micros = 0;
  size_t digit_count = 0;
  size_t i = 0;
  for (; i < text.size() && text[i] != '.'; ++i, ++digit_count) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
    micros = 10 * micros + (text[i] - '0') * kSecondUs;
    if (micros > kMaxMicros) return false;
  }
  if (i < text.size()) {
    if (text.size() - i > 7) return false;
    for (int64_t unit = kSecondUs / 10; ++i < text.size(); unit /= 10, ++digit_count) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return false;
      micros += (text[i] - '0') * unit;
    }
  }
  if (digit_count == 0 || micros > kMaxMicros) return false;
  out = negative ? -micros : micros;
  return true;
}

bool ParseCount(absl::string_view text, int64_t& out) {
  int64_t count = 0;
  if (text.empty() || text[0] == '+' || absl::ascii_isspace(static_cast<unsigned char>(text[0])) ||
      absl::ascii_isspace(static_cast<unsigned char>(text.back())) ||
      !absl::SimpleAtoi(text, &count) || count > 1'000'000'000 || count < -1'000'000'000) {
    return false;
  }
  out = count;
  return true;
}

bool TimeParser::Parse(absl::string_view text, int64_t& out) {
  int32_t day = 0;
  if (!ParseDay(text.substr(0, 10), day)) return false;
  if (text.size() == 10) {
    out = StartOfDayUs(day);
    return true;
  }
  int64_t seconds = 0;
  if (!HasCharacter(text, 10, 'T') || !ReadClock(text, 11, true, seconds)) return false;
  size_t at = 19;
  int64_t fraction_us = 0;
  if (HasCharacter(text, at, '.')) {
    const size_t first = ++at;
    for (int64_t unit = kSecondUs / 10;
         at < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[at])); ++at) {
      fraction_us += (text[at] - '0') * unit;
      unit /= 10;
    }
    if (at == first) return false;
  }
  if (HasCharacter(text, at, 'Z')) {
    ++at;
  } else {
    int64_t offset = 0;
    const bool east = HasCharacter(text, at, '+');
    if (!east && !HasCharacter(text, at, '-')) return false;
    if (!ReadClock(text, at + 1, false, offset)) return false;
    seconds -= east ? offset : -offset;
    at += 6;
  }
  if (at != text.size()) return false;
  out = (day * kDaySeconds + seconds) * kSecondUs + fraction_us;
  return true;
}

int64_t TimeParser::StartOfDayUs(int32_t day) {
  const auto [found, inserted] = start_of_day_us_.try_emplace(day);
  if (inserted) {
    const absl::TimeZone::TimeInfo info =
        zone_.At(absl::CivilSecond(absl::CivilDay(1970, 1, 1) + day));
    // Where a change of the clocks skips midnight, the day begins with the change.
    const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
    found->second = absl::ToUnixMicros(skipped ? info.trans : info.pre);
  }
  return found->second;
}

std::string DayText(int32_t day) { return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + day); }

}  // namespace quotacast::client
