#ifndef QUOTACAST_CLIENT_SAMPLE_WRITER_H_
#define QUOTACAST_CLIENT_SAMPLE_WRITER_H_

// Canonical CSV files written row by row, and the text of days and times in them.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace quotacast::sample {

// Keeps at most about a megabyte in memory. The first error of the disk is kept until Close.
class CsvFile {
 public:
  // Creates the file, or empties it, and writes the header line.
  CsvFile(const std::string& path, absl::string_view header);

  // Rows are appended here, each whole and with its line end, then committed.
  std::string& text() { return text_; }
  void CommitRow();

  int64_t row_count() const { return row_count_; }

  // Writes what is left. Errors: as absl::ErrnoToStatus for the file.
  absl::Status Close();

 private:
  struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void Flush();

  std::string path_;
  std::unique_ptr<std::FILE, FileCloser> file_;
  std::string text_;
  int64_t row_count_ = 0;
  absl::Status status_;
};

// Appends `YYYY-MM-DD` and `YYYY-MM-DDTHH:MM:SSZ`. Days are counted from 1970-01-01.
void AppendDay(int32_t day, std::string& text);
void AppendTime(int64_t seconds, std::string& text);

inline constexpr int64_t kDaySeconds = 86'400;

}  // namespace quotacast::sample

#endif  // QUOTACAST_CLIENT_SAMPLE_WRITER_H_
