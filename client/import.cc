#include "client/import.h"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace quotacast::client {
namespace {

namespace fs = std::filesystem;

std::string PathOf(const std::string& folder, CanonicalFile file) {
  return absl::StrCat(folder, "/", FileName(file));
}

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

int64_t FolderBytes(const std::string& folder) {
  int64_t bytes = 0;
  for (CanonicalFile file : kCanonicalFiles) {
    std::error_code error;
    const auto size = fs::file_size(PathOf(folder, file), error);
    if (!error) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

ImportIssue IssueOf(const v1::ImportError& error) {
  std::string reason = error.reason();
  if (!error.given().empty() && !absl::StrContains(reason, error.given())) {
    absl::StrAppend(&reason, "; got \"", error.given(), "\"");
  }
  if (!error.allowed().empty() && !absl::StrContains(reason, error.allowed())) {
    absl::StrAppend(&reason, "; allowed: ", error.allowed());
  }
  return {error.file(), error.line(), error.column(), std::move(reason)};
}

size_t Order(const std::string& file_name) {
  for (CanonicalFile file : kCanonicalFiles) {
    if (FileName(file) == file_name) return static_cast<size_t>(file);
  }
  return kCanonicalFiles.size();
}

}  // namespace

std::string IssueText(const ImportIssue& issue) {
  std::string text = issue.file;
  if (issue.line > 0) absl::StrAppend(&text, ":", issue.line);
  if (!issue.column.empty()) absl::StrAppend(&text, ":", issue.column);
  return absl::StrCat(text, ": ", issue.reason);
}

int64_t ImportReport::Sum(int64_t FileCounts::*count) const {
  int64_t sum = 0;
  for (const FileCounts& file : counts) sum += file.*count;
  return sum;
}

void ImportReport::AddError(CanonicalFile file, const CsvError& error) {
  ++error_count;
  if (errors.size() >= kMaxIssues) return;
  errors.push_back({std::string(FileName(file)), error.line, error.column, error.reason});
}

void ImportReport::Sort() {
  for (auto* issues : {&errors, &doubts}) {
    std::stable_sort(issues->begin(), issues->end(), [](const auto& a, const auto& b) {
      return std::pair(Order(a.file), a.line) < std::pair(Order(b.file), b.line);
    });
  }
}

void CheckFolder(const std::string& folder, ImportReport& report) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    report.errors.push_back({folder, 0, "", "is not a folder"});
    ++report.error_count;
    return;
  }
  int file_count = 0;
  for (CanonicalFile file : kCanonicalFiles) {
    const std::string path = PathOf(folder, file);
    if (!Exists(path)) continue;
    ++file_count;
    CsvReader reader(path);
    if (reader.Open(Columns(file)) != CsvReader::Outcome::kRow)
      report.AddError(file, reader.error());
  }
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!absl::EndsWith(name, ".csv") || Order(name) < kCanonicalFiles.size()) continue;
    report.doubts.push_back({name, 0, "", "is not one of the canonical files; it is not read"});
    ++report.doubt_count;
  }
  if (file_count == 0) {
    report.errors.push_back({folder, 0, "", "holds none of the canonical CSV files"});
    ++report.error_count;
  }
}

ImportPass::ImportPass(const Connection& connection, const ImportOptions& options,
                       bool validate_only)
    : connection_(connection),
      options_(options),
      validate_only_(validate_only),
      progress_(validate_only ? "checking" : "importing", FolderBytes(options.folder)) {}

grpc::Status ImportPass::Run(ImportReport& report) {
  report_ = &report;
  const auto stub = v1::ImportService::NewStub(connection_.channel());
  CallContext context(connection_.timeout());
  const auto stream = stub->Import(context.get());
  std::thread answers([&] { TakeAnswers(*stream); });
  v1::ImportRequest header;
  header.mutable_header()->set_parent(options_.organization);
  header.mutable_header()->set_validate_only(validate_only_);
  header.mutable_header()->set_skip_bad_rows(options_.skip_bad_rows);
  bool sent = stream->Write(header);
  for (CanonicalFile file : kCanonicalFiles) sent = sent && SendFile(file, *stream);
  stream->WritesDone();
  answers.join();
  return stream->Finish();
}

bool ImportPass::SendFile(CanonicalFile file, Stream& stream) {
  const std::string path = PathOf(options_.folder, file);
  if (!Exists(path)) return true;
  CsvReader reader(path);
  using Outcome = CsvReader::Outcome;
  Outcome outcome = reader.Open(Columns(file));
  if (outcome == Outcome::kRow) {
    BatchBuilder builder(file, options_.zone, reader);
    FileCounts& counts = report_->counts[static_cast<size_t>(file)];
    int64_t read_count = 0;
    int64_t bad_count = 0;
    const auto add_error = [&](const CsvError& error) {
      ++bad_count;
      const std::lock_guard lock(mutex_);
      report_->AddError(file, error);
    };
    CsvError error;
    for (outcome = reader.Next(); outcome == Outcome::kRow || outcome == Outcome::kBadRow;
         outcome = reader.Next()) {
      ++read_count;
      if (outcome == Outcome::kBadRow) {
        add_error(reader.error());
        continue;
      }
      if (builder.IsFull()) {
        if (!SendBatch(file, builder, stream)) return false;
        progress_.Update(bytes_before_ + reader.bytes_read());
      }
      if (!builder.Add(error)) add_error(error);
    }
    if (builder.row_count() > 0 && !SendBatch(file, builder, stream)) return false;
    const std::lock_guard lock(mutex_);
    counts.read += read_count;
    counts.bad += bad_count;
  }
  bytes_before_ += reader.bytes_read();
  if (outcome != Outcome::kBadFile) return true;
  const std::lock_guard lock(mutex_);
  report_->AddError(file, reader.error());
  file_failed_ = !options_.skip_bad_rows;
  return !file_failed_;
}

bool ImportPass::SendBatch(CanonicalFile file, BatchBuilder& builder, Stream& stream) {
  {
    const std::lock_guard lock(mutex_);
    file_of_sequence_.push_back(file);
    builder.batch().set_sequence(static_cast<int64_t>(file_of_sequence_.size()));
  }
  const bool sent = stream.Write(builder.request());
  builder.Clear();
  return sent;
}

void ImportPass::TakeAnswers(Stream& stream) {
  v1::ImportResponse answer;
  while (stream.Read(&answer)) Take(answer);
}

void ImportPass::Take(const v1::ImportResponse& answer) {
  const std::lock_guard lock(mutex_);
  if (answer.sequence() < 1 || answer.sequence() > static_cast<int64_t>(file_of_sequence_.size())) {
    return;
  }
  const CanonicalFile file = file_of_sequence_[static_cast<size_t>(answer.sequence()) - 1];
  FileCounts& counts = report_->counts[static_cast<size_t>(file)];
  counts.created += answer.created_count();
  counts.unchanged += answer.unchanged_count();
  counts.bad += answer.bad_count();
  counts.doubted += answer.doubt_count();
  report_->error_count += answer.bad_count();
  report_->doubt_count += answer.doubt_count();
  for (const v1::ImportError& error : answer.errors()) {
    if (report_->errors.size() < ImportReport::kMaxIssues) {
      report_->errors.push_back(IssueOf(error));
    }
  }
  for (const v1::ImportError& doubt : answer.doubts()) {
    if (report_->doubts.size() < ImportReport::kMaxIssues) {
      report_->doubts.push_back(IssueOf(doubt));
    }
  }
}

}  // namespace quotacast::client
