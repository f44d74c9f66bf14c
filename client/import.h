#ifndef QUOTACAST_CLIENT_IMPORT_H_
#define QUOTACAST_CLIENT_IMPORT_H_

// Sends a canonical CSV folder to the server.

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/canonical.h"
#include "client/connection.h"
#include "client/csv.h"
#include "client/progress.h"
#include "quotacast/v1/import_service.grpc.pb.h"

namespace quotacast::client {

struct ImportOptions {
  std::string folder;
  std::string organization;  // Resource name.
  absl::TimeZone zone;       // The organization's.
  bool skip_bad_rows = false;
};

// Something wrong, or doubtful, in a file.
struct ImportIssue {
  std::string file;
  int64_t line = 0;
  std::string column;  // May be empty.
  std::string reason;
};

// `file:line:column: reason`.
std::string IssueText(const ImportIssue& issue);

struct FileCounts {
  int64_t read = 0;
  int64_t created = 0;
  int64_t unchanged = 0;
  int64_t bad = 0;
  int64_t doubted = 0;
};

// What became of the rows, and the first issues.
struct ImportReport {
  static constexpr size_t kMaxIssues = 1'000;

  std::array<FileCounts, kCanonicalFiles.size()> counts;
  std::vector<ImportIssue> errors;
  std::vector<ImportIssue> doubts;
  int64_t error_count = 0;
  int64_t doubt_count = 0;

  int64_t Sum(int64_t FileCounts::*count) const;
  void AddError(CanonicalFile file, const CsvError& error);
  // Sorts the issues by file, in the order of the import, and line.
  void Sort();
};

// Opens every file of the folder and reads its header, so that a fault there is found before
// anything is sent. Also doubts CSV files that are not canonical ones. A folder that is not there
// or holds none of the files is an error of the report without a line.
void CheckFolder(const std::string& folder, ImportReport& report);

// Sends the folder once over a stream of batches: checks it (`validate_only`) or stores it. The
// parser does not wait for the answers; what is under way is bounded by the stream's flow control.
// A file that cannot be read to its end ends a check, and an import that does not skip bad rows.
class ImportPass {
 public:
  ImportPass(const Connection& connection, const ImportOptions& options, bool validate_only);

  // Runs it, once. Errors in the files are in the report; the status is the stream's.
  grpc::Status Run(ImportReport& report);

 private:
  using Stream = grpc::ClientReaderWriter<v1::ImportRequest, v1::ImportResponse>;

  bool SendFile(CanonicalFile file, Stream& stream);
  bool SendBatch(CanonicalFile file, BatchBuilder& builder, Stream& stream);
  void TakeAnswers(Stream& stream);
  void Take(const v1::ImportResponse& answer);

  const Connection& connection_;
  const ImportOptions& options_;
  const bool validate_only_;
  ImportReport* report_ = nullptr;
  Progress progress_;
  int64_t bytes_before_ = 0;  // Of the files already sent.
  bool file_failed_ = false;
  std::mutex mutex_;                             // Guards the report and
  std::vector<CanonicalFile> file_of_sequence_;  // the file of batch i + 1.
};

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_IMPORT_H_
