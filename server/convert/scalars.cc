#include "server/convert/scalars.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "server/errors.h"
#include "server/limits.h"

namespace quotacast::convert {
namespace {

constexpr int64_t kMicros = 1'000'000;
constexpr size_t kQuotedMaxBytes = 80;

bool AllDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

}  // namespace

std::string Quoted(absl::string_view text) {
  absl::string_view shown = text.substr(0, kQuotedMaxBytes);
  // Do not cut inside a character of UTF-8.
  while (shown.size() < text.size() && !shown.empty() &&
         (static_cast<unsigned char>(text[shown.size()]) & 0xc0) == 0x80) {
    shown.remove_suffix(1);
  }
  return absl::StrCat("\"", absl::Utf8SafeCEscape(shown), "\"",
                      shown.size() < text.size() ? "..." : "");
}

absl::StatusOr<int64_t> FromTimestamp(absl::string_view field,
                                      const google::protobuf::Timestamp& time) {
  const bool valid = time.nanos() >= 0 && time.nanos() < 1'000'000'000 &&
                     time.seconds() >= limits::kTimeMinUs / kMicros &&
                     time.seconds() < limits::kTimeMaxUs / kMicros;
  if (!valid) {
    return errors::InvalidField(
        field, absl::StrCat("must be a time from 1900 to 2199; got ", time.seconds(), " s and ",
                            time.nanos(), " ns since 1970"));
  }
  return time.seconds() * kMicros + time.nanos() / 1000;
}

google::protobuf::Timestamp ToTimestamp(int64_t time_us) {
  google::protobuf::Timestamp time;
  const int64_t micros = ((time_us % kMicros) + kMicros) % kMicros;
  time.set_seconds((time_us - micros) / kMicros);
  time.set_nanos(static_cast<int32_t>(micros * 1000));
  return time;
}

absl::StatusOr<storage::Day> ParseDay(absl::string_view field, absl::string_view text) {
  int64_t year = 0, month = 0, day = 0;
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      AllDigits(text.substr(0, 4)) && AllDigits(text.substr(5, 2)) &&
                      AllDigits(text.substr(8)) && absl::SimpleAtoi(text.substr(0, 4), &year) &&
                      absl::SimpleAtoi(text.substr(5, 2), &month) &&
                      absl::SimpleAtoi(text.substr(8), &day);
  const absl::CivilDay civil(year, month, day);
  // A CivilDay carries the 31st of a shorter month over into the next.
  const bool exists = shaped && civil.month() == month && civil.day() == day;
  const int64_t number = civil - absl::CivilDay(1970, 1, 1);
  if (!exists || number < limits::kDayMin || number >= limits::kDayMax) {
    return errors::InvalidField(
        field,
        absl::StrCat("must be a day YYYY-MM-DD from 1900-01-01 to 2199-12-31; got ", Quoted(text)));
  }
  return static_cast<storage::Day>(number);
}

std::string FormatDay(storage::Day day) {
  if (day == storage::kNoDay) return "";
  return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + day);
}

absl::StatusOr<int64_t> FromMoney(absl::string_view field, const google::type::Money& money,
                                  absl::string_view currency, int64_t max_micros) {
  if (!money.currency_code().empty() && money.currency_code() != currency) {
    return errors::InvalidField(absl::StrCat(field, ".currency_code"),
                                absl::StrCat("must be the organization's currency ", currency,
                                             "; got ", Quoted(money.currency_code())));
  }
  if (money.units() < 0 || money.nanos() < 0 || money.nanos() > 999'999'999 ||
      money.units() > max_micros / kMicros ||
      money.units() * kMicros + money.nanos() / 1000 > max_micros) {
    return errors::InvalidField(
        field, absl::StrFormat("must be from 0 to %d; got %d units and %d nanos",
                               max_micros / kMicros, money.units(), money.nanos()));
  }
  if (money.nanos() % 1000 != 0) {
    return errors::InvalidField(absl::StrCat(field, ".nanos"),
                                absl::StrCat("must be a multiple of 1000; got ", money.nanos()));
  }
  return money.units() * kMicros + money.nanos() / 1000;
}

google::type::Money ToMoney(int64_t micros, absl::string_view currency) {
  google::type::Money money;
  money.set_currency_code(std::string(currency));
  money.set_units(micros / kMicros);
  money.set_nanos(static_cast<int32_t>(micros % kMicros * 1000));
  return money;
}

absl::Status CheckChance(absl::string_view field, double chance) {
  // Written so that NaN is refused.
  if (chance > 0 && chance < 1) return absl::OkStatus();
  return errors::InvalidField(field, absl::StrCat("must be above 0 and below 1; got ", chance));
}

absl::Status CheckName(absl::string_view field, absl::string_view name) {
  if (name.size() <= limits::kNameMaxBytes) return absl::OkStatus();
  return errors::InvalidField(field, absl::StrCat("must have at most ", limits::kNameMaxBytes,
                                                  " bytes; got ", name.size()));
}

absl::Status CheckCurrency(absl::string_view field, absl::string_view currency) {
  const bool good =
      currency.size() == 3 &&
      std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (good) return absl::OkStatus();
  return errors::InvalidField(
      field, absl::StrCat("must be three capital letters of ISO 4217; got ", Quoted(currency)));
}

absl::Status CheckTimeZone(absl::string_view field, absl::string_view zone) {
  // The loader would also open files named by a path, and zones of its own making.
  bool plain = !zone.empty() && zone.size() <= 64 && zone.front() != '/' && zone != "localtime" &&
               !absl::StrContains(zone, "..");
  for (const char c : zone) {
    plain = plain && (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                      absl::string_view("/_+-").find(c) != absl::string_view::npos);
  }
  absl::TimeZone loaded;
  if (plain && absl::LoadTimeZone(zone, &loaded)) return absl::OkStatus();
  return errors::InvalidField(
      field,
      absl::StrCat("must be a known IANA time zone such as Europe/Amsterdam; got ", Quoted(zone)));
}

absl::Status CheckAttributes(absl::string_view field, const storage::Attributes& attributes) {
  size_t bytes = 0;
  for (const auto& [key, value] : attributes) {
    if (key.empty()) return errors::InvalidField(field, "must have no empty key");
    bytes += key.size() + value.size();
  }
  if (bytes <= limits::kAttributesMaxBytes) return absl::OkStatus();
  return errors::InvalidField(field, absl::StrCat("must have at most ", limits::kAttributesMaxBytes,
                                                  " bytes of keys and values; got ", bytes));
}

}  // namespace quotacast::convert
