#ifndef QUOTACAST_SERVER_IMPORT_REPORT_H_
#define QUOTACAST_SERVER_IMPORT_REPORT_H_

// Gathers what is wrong with the rows of a batch, and the checks that a single field can be put to.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "server/import/rows.h"

namespace quotacast::importing {

class Report {
 public:
  // Takes a row's errors; it counts as bad if there is one.
  class Row {
   public:
    Row(Report& report, int64_t line) : report_(report), line_(line) {}
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;
    ~Row() {
      if (bad_) ++report_.result_.bad;
    }
    bool bad() const { return bad_; }
    void Error(absl::string_view column, absl::string_view reason, absl::string_view given = {},
               absl::string_view allowed = {});
    void Doubt(absl::string_view column, absl::string_view reason, absl::string_view given = {});

    // 1 to limits::kIdMaxBytes bytes, no '/', no control characters, no space at either end.
    void CheckId(absl::string_view column, absl::string_view id);
    void CheckName(absl::string_view column, absl::string_view name);
    void CheckTime(absl::string_view column, int64_t time_us);
    void CheckDay(absl::string_view column, Day day);
    void CheckRange(absl::string_view column, int64_t value, int64_t least, int64_t most);
    void CheckMoney(absl::string_view column, int64_t micros, int64_t least, int64_t most);
    void CheckCurrency(absl::string_view given, absl::string_view expected);
    void CheckAttributes(absl::string_view encoded);

   private:
    Report& report_;
    const int64_t line_;
    bool bad_ = false;
  };

  int64_t bad() const { return result_.bad; }
  void AddCreated(int64_t rows) { result_.created += rows; }
  void AddUnchanged(int64_t rows) { result_.unchanged += rows; }
  BatchResult& result() { return result_; }

 private:
  BatchResult result_;
};

std::string FormatMicros(int64_t micros);   // "12.50", "-3".
std::string FormatTimeUs(int64_t time_us);  // RFC 3339, UTC.
std::string FormatDay(Day day);             // "2026-03-01".

}  // namespace quotacast::importing

#endif  // QUOTACAST_SERVER_IMPORT_REPORT_H_
