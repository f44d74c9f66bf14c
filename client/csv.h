#ifndef QUOTACAST_CLIENT_CSV_H_
#define QUOTACAST_CLIENT_CSV_H_

// A streaming reader of RFC 4180 files that says where a fault is.
//
// Our own, because the packaged ones do not do this: libcsv calls back for every field without a
// position and takes faulty quoting silently, libfccp wants the columns at compile time and no line
// ends inside quotes. It reads some hundred megabytes a second in memory bounded by
// kMaxRecordBytes.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace quotacast::client {

inline constexpr size_t kMaxFieldBytes = size_t{1} << 20;
inline constexpr size_t kMaxRecordBytes = size_t{4} << 20;

// A fault in a file. `line` is the line (from 1) on which the record begins.
struct CsvError {
  int64_t line = 0;
  std::string column;  // The column's name, "#N" for one without a name, "" for the whole line.
  std::string reason;
};

// Lines end with LF, CRLF or CR; a UTF-8 byte order mark is skipped; blank lines are no records.
// Quoted fields may hold commas, line ends and doubled quotes. Not thread-safe.
class CsvReader {
 public:
  enum class Outcome {
    kRow,      // A record: see field().
    kBadRow,   // A record that cannot be used: see error(). The next one can be read.
    kBadFile,  // The rest of the file cannot be used: see error().
    kEnd,
  };

  explicit CsvReader(std::string path);

  // Opens the file and reads its header, in which each of `columns` must be named once; the order
  // is free and further columns are allowed. Returns kRow or kBadFile (also where the file cannot
  // be opened, is not UTF-8 text, or names a column twice).
  Outcome Open(absl::Span<const absl::string_view> columns);

  // Moves to the next record. Bad rows: more or fewer fields than the header, a field longer than
  // kMaxFieldBytes, a record longer than kMaxRecordBytes, faulty quoting, invalid UTF-8. Bad file:
  // a NUL byte, a quote that is never closed, an error of the disk.
  Outcome Next();

  // The record's value of the i-th of `columns` given to Open, and of the i-th of extra_columns().
  // Valid until the next call of Next().
  absl::string_view field(size_t i) const { return fields_[positions_[i]]; }
  absl::string_view extra_field(size_t i) const { return fields_[extra_positions_[i]]; }

  // The header's other columns, in the order of the file.
  const std::vector<std::string>& extra_columns() const { return extra_columns_; }

  int64_t line() const { return line_; }  // Where the record begins, from 1.
  const CsvError& error() const { return error_; }
  int64_t bytes_read() const { return bytes_read_; }

 private:
  enum class Scan { kRecord, kEnd, kNeedMore, kNul, kTooLong, kOpenQuote };
  struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  bool Refill();
  Outcome ReadRecord();
  Scan ScanRecord();
  Scan ScanQuoted(char*& p);
  Outcome AcceptRecord();
  bool SkipRecord();
  Outcome Fail(Outcome outcome, std::string column, std::string reason);
  std::string ColumnName(size_t position) const;

  const std::string path_;
  std::unique_ptr<std::FILE, FileCloser> file_;
  std::vector<char> buffer_;  // Unread bytes are [begin_, end_); *end_ is a NUL as a sentinel.
  char* begin_ = nullptr;
  char* end_ = nullptr;
  bool at_eof_ = false;
  bool read_failed_ = false;
  int64_t bytes_read_ = 0;

  int64_t line_ = 0;
  int64_t next_line_ = 1;
  // What ScanRecord found in the record at begin_.
  char* record_end_ = nullptr;
  int64_t record_line_count_ = 0;
  unsigned char seen_bits_ = 0;  // Bitwise or of the bytes: has the high bit unless all are ASCII.
  size_t bad_quote_ = SIZE_MAX;  // Index of the first field with faulty quoting.
  std::vector<absl::string_view> fields_;
  std::vector<size_t> escaped_;  // Indices of fields with doubled quotes.

  std::vector<std::string> header_;
  std::vector<size_t> positions_;
  std::vector<size_t> extra_positions_;
  std::vector<std::string> extra_columns_;
  CsvError error_;
};

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_CSV_H_
