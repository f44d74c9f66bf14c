#include "client/sample/writer.h"

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace quotacast::sample {
namespace {

constexpr size_t kFlushBytes = size_t{1} << 20;

void AppendTwoDigits(int number, char separator, std::string& text) {
  text.push_back(separator);
  text.push_back(static_cast<char>('0' + number / 10));
  text.push_back(static_cast<char>('0' + number % 10));
}

}  // namespace

CsvFile::CsvFile(const std::string& path, absl::string_view header)
    : path_(path), file_(std::fopen(path.c_str(), "wb")) {
  if (file_ == nullptr) status_ = absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  absl::StrAppend(&text_, header, "\n");
}

void CsvFile::CommitRow() {
  ++row_count_;
  if (text_.size() >= kFlushBytes) Flush();
}

void CsvFile::Flush() {
  if (status_.ok() && std::fwrite(text_.data(), 1, text_.size(), file_.get()) != text_.size()) {
    status_ = absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path_));
  }
  text_.clear();
}

absl::Status CsvFile::Close() {
  Flush();
  if (file_ != nullptr && std::fclose(file_.release()) != 0 && status_.ok()) {
    status_ = absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path_));
  }
  return status_;
}

void AppendDay(int32_t day, std::string& text) {
  const absl::CivilDay civil = absl::CivilDay(1970, 1, 1) + day;
  absl::StrAppend(&text, absl::Dec(civil.year(), absl::kZeroPad4));
  AppendTwoDigits(civil.month(), '-', text);
  AppendTwoDigits(civil.day(), '-', text);
}

void AppendTime(int64_t seconds, std::string& text) {
  const auto day = static_cast<int32_t>(seconds / kDaySeconds);
  const auto second = static_cast<int>(seconds % kDaySeconds);
  AppendDay(day, text);
  AppendTwoDigits(second / 3'600, 'T', text);
  AppendTwoDigits(second / 60 % 60, ':', text);
  AppendTwoDigits(second % 60, ':', text);
  text.push_back('Z');
}

}  // namespace quotacast::sample
