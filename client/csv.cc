#include "client/csv.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace quotacast::client {
namespace {

constexpr size_t kInitialBufferBytes = size_t{256} << 10;

// The bytes that end the fast loop over a field without quotes.
constexpr std::array<bool, 256> kStops = [] {
  std::array<bool, 256> stops{};
  for (unsigned char c : {'\0', '\n', '\r', ',', '"'}) stops[c] = true;
  return stops;
}();

bool IsUtf8(absl::string_view text) {
  const auto* p = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code_point;
    const utf8proc_ssize_t length = utf8proc_iterate(p, left, &code_point);
    if (length <= 0) return false;
    p += length;
    left -= length;
  }
  return true;
}

}  // namespace

CsvReader::CsvReader(std::string path) : path_(std::move(path)), buffer_(kInitialBufferBytes + 1) {
  begin_ = end_ = buffer_.data();
}

CsvReader::Outcome CsvReader::Open(absl::Span<const absl::string_view> columns) {
  line_ = 1;
  file_.reset(std::fopen(path_.c_str(), "rb"));
  if (file_ == nullptr) {
    return Fail(Outcome::kBadFile, "", absl::StrCat("cannot be opened: ", std::strerror(errno)));
  }
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  Refill();
  const absl::string_view start(begin_, static_cast<size_t>(end_ - begin_));
  const bool is_binary = start.find('\0') != absl::string_view::npos;
  if (start.substr(0, 3) == "\xEF\xBB\xBF") begin_ += 3;
  if (start.substr(0, 2) == "\xFF\xFE" || start.substr(0, 2) == "\xFE\xFF") {
    return Fail(Outcome::kBadFile, "", "is UTF-16 text; must be UTF-8");
  }
  if (is_binary) return Fail(Outcome::kBadFile, "", "is binary (a NUL byte); must be UTF-8 text");
  const Outcome outcome = ReadRecord();
  if (outcome == Outcome::kEnd) return Fail(Outcome::kBadFile, "", "is empty; must have a header");
  if (outcome != Outcome::kRow) return Outcome::kBadFile;

  for (absl::string_view name : fields_) header_.emplace_back(name);
  for (size_t i = 0; i < header_.size(); ++i) {
    const auto begin = header_.begin();
    if (header_[i].empty()) return Fail(Outcome::kBadFile, ColumnName(i), "the column has no name");
    if (std::find(begin, begin + static_cast<long>(i), header_[i]) !=
        begin + static_cast<long>(i)) {
      return Fail(Outcome::kBadFile, header_[i], "the header names this column twice");
    }
    if (std::find(columns.begin(), columns.end(), header_[i]) == columns.end()) {
      extra_positions_.push_back(i);
      extra_columns_.push_back(header_[i]);
    }
  }
  for (absl::string_view column : columns) {
    const auto found = std::find(header_.begin(), header_.end(), column);
    if (found == header_.end()) {
      return Fail(Outcome::kBadFile, std::string(column),
                  absl::StrCat("the column is missing; the header has: ",
                               absl::StrJoin(header_, ",").substr(0, 200)));
    }
    positions_.push_back(static_cast<size_t>(found - header_.begin()));
  }
  return Outcome::kRow;
}

CsvReader::Outcome CsvReader::Next() {
  const Outcome outcome = ReadRecord();
  if (outcome != Outcome::kRow || fields_.size() == header_.size()) return outcome;
  return Fail(
      Outcome::kBadRow, ColumnName(std::min(fields_.size(), header_.size())),
      absl::StrCat("the line has ", fields_.size(), " fields; the header has ", header_.size()));
}

// Reads more behind what is unread; false at the end of the file.
bool CsvReader::Refill() {
  if (at_eof_) return false;
  const size_t unread = static_cast<size_t>(end_ - begin_);
  std::memmove(buffer_.data(), begin_, unread);
  if (unread + 1 >= buffer_.size() / 2) buffer_.resize(2 * buffer_.size());
  const size_t got =
      std::fread(buffer_.data() + unread, 1, buffer_.size() - 1 - unread, file_.get());
  read_failed_ = std::ferror(file_.get()) != 0;
  at_eof_ = got == 0;
  bytes_read_ += static_cast<int64_t>(got);
  begin_ = buffer_.data();
  end_ = begin_ + unread + got;
  *end_ = '\0';
  return got > 0;
}

CsvReader::Outcome CsvReader::ReadRecord() {
  for (;;) {
    line_ = next_line_;
    const Scan scan = ScanRecord();
    const auto column = [this] { return ColumnName(fields_.size()); };
    switch (scan) {
      case Scan::kEnd:
        if (read_failed_) return Fail(Outcome::kBadFile, "", "cannot be read from the disk");
        return Outcome::kEnd;
      case Scan::kRecord:
        begin_ = record_end_;
        next_line_ += record_line_count_;
        if (fields_.size() == 1 && fields_[0].empty()) continue;  // A blank line.
        return AcceptRecord();
      case Scan::kNul:
        return Fail(Outcome::kBadFile, column(), "is binary (a NUL byte); must be UTF-8 text");
      case Scan::kOpenQuote:
        return Fail(Outcome::kBadFile, column(), "the quote is never closed");
      case Scan::kNeedMore:
        if (static_cast<size_t>(end_ - begin_) <= kMaxRecordBytes) {
          Refill();
          continue;
        }
        [[fallthrough]];
      case Scan::kTooLong:
        if (!SkipRecord()) return Fail(Outcome::kBadFile, column(), "the quote is never closed");
        return Fail(Outcome::kBadRow, column(),
                    absl::StrCat("is too long; a field has at most ", kMaxFieldBytes,
                                 " bytes and a record ", kMaxRecordBytes));
    }
  }
}

CsvReader::Scan CsvReader::ScanRecord() {
  fields_.clear();
  escaped_.clear();
  seen_bits_ = 0;
  bad_quote_ = SIZE_MAX;
  record_line_count_ = 1;
  char* p = begin_;
  if (p == end_) return at_eof_ ? Scan::kEnd : Scan::kNeedMore;
  unsigned char seen = 0;
  for (;;) {
    const size_t index = fields_.size();
    if (*p == '"') {
      if (const Scan scan = ScanQuoted(p); scan != Scan::kRecord) return scan;
    } else {
      fields_.emplace_back(p, 0);
    }
    const char* const rest = p;
    for (;; ++p) {
      for (; !kStops[static_cast<unsigned char>(*p)]; ++p) seen |= static_cast<unsigned char>(*p);
      if (*p != '"') break;
      bad_quote_ = std::min(bad_quote_, index);
    }
    if (fields_[index].data() == rest) {
      fields_[index] = absl::string_view(rest, static_cast<size_t>(p - rest));
    } else if (p != rest) {
      bad_quote_ = std::min(bad_quote_, index);
    }
    const bool too_long = p - fields_[index].data() > static_cast<ptrdiff_t>(kMaxFieldBytes);
    if (p == end_ && !at_eof_ && !too_long) return fields_.pop_back(), Scan::kNeedMore;
    if (too_long || (*p == '\0' && p < end_)) {
      fields_.pop_back();
      return too_long ? Scan::kTooLong : Scan::kNul;
    }
    if (*p == ',') {
      ++p;
      continue;
    }
    if (*p == '\r' && p + 1 == end_ && !at_eof_) return Scan::kNeedMore;
    if (*p == '\r' && p[1] == '\n') ++p;
    record_end_ = p < end_ ? p + 1 : p;
    seen_bits_ |= seen;
    return Scan::kRecord;
  }
}

// Scans the quoted field at `p`, adds it and moves `p` behind the closing quote.
CsvReader::Scan CsvReader::ScanQuoted(char*& p) {
  char* const start = p + 1;
  bool escaped = false;
  char* q = start;
  for (;; q += 2) {
    q = static_cast<char*>(std::memchr(q, '"', static_cast<size_t>(end_ - q)));
    const char* const seen_end = q == nullptr ? end_ : q;
    if (seen_end - start > static_cast<ptrdiff_t>(kMaxFieldBytes)) return Scan::kTooLong;
    if (q == nullptr) return at_eof_ ? Scan::kOpenQuote : Scan::kNeedMore;
    if (q + 1 == end_ && !at_eof_) return Scan::kNeedMore;
    if (q[1] != '"') break;
    escaped = true;
  }
  unsigned char seen = 0;
  int64_t line_count = 0;
  bool has_nul = false;
  for (const char* c = start; c < q; ++c) {
    seen |= static_cast<unsigned char>(*c);
    line_count += *c == '\n';
    has_nul |= *c == '\0';
  }
  if (has_nul) return Scan::kNul;
  seen_bits_ |= seen;
  record_line_count_ += line_count;
  if (escaped) escaped_.push_back(fields_.size());
  fields_.emplace_back(start, static_cast<size_t>(q - start));
  p = q + 1;
  return Scan::kRecord;
}

// Takes the doubled quotes out, in place: only now, since a record that runs over the end of the
// buffer is scanned again.
CsvReader::Outcome CsvReader::AcceptRecord() {
  if (bad_quote_ != SIZE_MAX) {
    return Fail(Outcome::kBadRow, ColumnName(bad_quote_),
                "has a quote where none may be; quote the whole field and double quotes inside");
  }
  for (size_t i = 0; (seen_bits_ & 0x80) != 0 && i < fields_.size(); ++i) {
    if (!IsUtf8(fields_[i])) return Fail(Outcome::kBadRow, ColumnName(i), "is not UTF-8 text");
  }
  for (size_t i : escaped_) {
    char* const start = buffer_.data() + (fields_[i].data() - buffer_.data());
    char* out = start;
    for (const char* in = start; in < start + fields_[i].size(); ++in) {
      *out++ = *in;
      if (*in == '"') ++in;
    }
    fields_[i] = absl::string_view(start, static_cast<size_t>(out - start));
  }
  return Outcome::kRow;
}

// Passes the rest of a record that does not fit; false where the file ends inside quotes.
bool CsvReader::SkipRecord() {
  bool in_quotes = false;
  do {
    for (; begin_ < end_; ++begin_) {
      if (*begin_ == '"') in_quotes = !in_quotes;
      if (*begin_ != '\n') continue;
      ++next_line_;
      if (!in_quotes) return ++begin_, true;
    }
  } while (Refill());
  return !in_quotes;
}

CsvReader::Outcome CsvReader::Fail(Outcome outcome, std::string column, std::string reason) {
  error_ = {line_, std::move(column), std::move(reason)};
  return outcome;
}

std::string CsvReader::ColumnName(size_t position) const {
  return position < header_.size() && !header_[position].empty() ? header_[position]
                                                                 : absl::StrCat("#", position + 1);
}

}  // namespace quotacast::client
