#include "server/import/report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "server/limits.h"

namespace quotacast::importing {
namespace {

constexpr size_t kShownBytes = 80;

// Cuts between characters, not inside one.
std::string Shortened(absl::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "... (", text.size(), " bytes)");
}

}  // namespace

std::string FormatMicros(int64_t micros) {
  const bool negative = micros < 0;
  const uint64_t size =
      negative ? 0 - static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  std::string text = absl::StrCat(negative ? "-" : "", size / 1'000'000);
  if (size % 1'000'000 == 0) return text;
  absl::StrAppendFormat(&text, ".%06d", size % 1'000'000);
  while (text.back() == '0') text.pop_back();
  return text;
}

std::string FormatTimeUs(int64_t time_us) {
  return absl::FormatTime(absl::RFC3339_full, absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

std::string FormatDay(Day day) { return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + day); }

void Report::Row::Error(absl::string_view column, absl::string_view reason, absl::string_view given,
                        absl::string_view allowed) {
  bad_ = true;
  if (report_.result_.errors.size() >= limits::kImportErrorsMax) return;
  report_.result_.errors.push_back(
      {line_, std::string(column), std::string(reason), Shortened(given), Shortened(allowed)});
}

void Report::Row::Doubt(absl::string_view column, absl::string_view reason,
                        absl::string_view given) {
  ++report_.result_.doubt_count;
  if (report_.result_.doubts.size() >= limits::kImportErrorsMax) return;
  report_.result_.doubts.push_back(
      {line_, std::string(column), std::string(reason), Shortened(given), ""});
}

void Report::Row::CheckId(absl::string_view column, absl::string_view id) {
  const auto refuse = [&](absl::string_view reason) {
    Error(column, reason, id,
          absl::StrCat("1 to ", limits::kIdMaxBytes,
                       " bytes without '/', control characters or a space at either end"));
  };
  if (id.empty()) return refuse("is missing");
  if (id.size() > limits::kIdMaxBytes) return refuse("is too long");
  if (id.front() == ' ' || id.back() == ' ') return refuse("has a space at an end");
  for (const char c : id) {
    if (c == '/') return refuse("has a '/'");
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return refuse("has a control character");
  }
}

void Report::Row::CheckName(absl::string_view column, absl::string_view name) {
  if (name.size() <= limits::kNameMaxBytes) return;
  Error(column, "is too long", name, absl::StrCat("at most ", limits::kNameMaxBytes, " bytes"));
}

void Report::Row::CheckTime(absl::string_view column, int64_t time_us) {
  if (time_us >= limits::kTimeMinUs && time_us < limits::kTimeMaxUs) return;
  Error(column, "is out of range", FormatTimeUs(time_us), "the years 1900 to 2199");
}

void Report::Row::CheckDay(absl::string_view column, Day day) {
  if (day >= limits::kDayMin && day < limits::kDayMax) return;
  Error(column, "is out of range", FormatDay(day), "the years 1900 to 2199");
}

void Report::Row::CheckRange(absl::string_view column, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return;
  Error(column, value < 0 && least >= 0 ? "is negative" : "is out of range", absl::StrCat(value),
        absl::StrCat(least, " to ", most));
}

void Report::Row::CheckMoney(absl::string_view column, int64_t micros, int64_t least,
                             int64_t most) {
  if (micros >= least && micros <= most) return;
  Error(column, micros < 0 ? "is negative" : "is out of range", FormatMicros(micros),
        absl::StrCat(FormatMicros(least), " to ", FormatMicros(most)));
}

void Report::Row::CheckCurrency(absl::string_view given, absl::string_view expected) {
  if (given.empty() || given == expected) return;
  Error("currency", "is not the organization's currency", given, expected);
}

void Report::Row::CheckAttributes(absl::string_view encoded) {
  if (encoded.size() <= limits::kAttributesMaxBytes) return;
  Error("", "the extra columns are too long together", absl::StrCat(encoded.size(), " bytes"),
        absl::StrCat("at most ", limits::kAttributesMaxBytes, " bytes"));
}

}  // namespace quotacast::importing
