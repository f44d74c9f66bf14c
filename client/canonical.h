#ifndef QUOTACAST_CLIENT_CANONICAL_H_
#define QUOTACAST_CLIENT_CANONICAL_H_

// The canonical CSV folder: which files there are, and their rows as rows of the import.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/csv.h"
#include "client/values.h"
#include "quotacast/v1/import_service.pb.h"

namespace quotacast::client {

// In the order in which they are imported: a row may refer to files before its own.
enum class CanonicalFile {
  kTeams,
  kReps,
  kStages,
  kOpportunities,
  kStageEvents,
  kActivities,
  kQuotas,
};
inline constexpr std::array kCanonicalFiles = {
    CanonicalFile::kTeams,         CanonicalFile::kReps,        CanonicalFile::kStages,
    CanonicalFile::kOpportunities, CanonicalFile::kStageEvents, CanonicalFile::kActivities,
    CanonicalFile::kQuotas};

absl::string_view FileName(CanonicalFile file);                   // Such as "teams.csv".
absl::Span<const absl::string_view> Columns(CanonicalFile file);  // In the order of the contract.

// Turns the rows of one file into batches for the server. Not thread-safe.
class BatchBuilder {
 public:
  // The reader must have been opened with Columns(file), and outlive the builder. Bare dates are
  // midnight in `zone`.
  BatchBuilder(CanonicalFile file, absl::TimeZone zone, const CsvReader& reader);

  // Adds the reader's current row to the batch. On a value that cannot be read, it is left out,
  // `error` says why and the result is false. Blank: amount 0, units 1, other optional values
  // unknown.
  bool Add(CsvError& error);

  // Whether the batch should be sent before the reader's current row is added. Rows that the
  // server must see together stay together: all of a file of teams or stages, and stage events of
  // one time.
  bool IsFull();

  // Rows in the batch. The batch lacks a sequence.
  int row_count() const { return row_count_; }
  v1::ImportBatch& batch() { return *request_.mutable_batch(); }
  v1::ImportRequest& request() { return request_; }

  // Empties the batch; its memory is used again.
  void Clear();

 private:
  class RowReader;
  v1::ImportRequest request_;
  const CanonicalFile file_;
  TimeParser times_;
  const CsvReader& reader_;
  int row_count_ = 0;
  size_t byte_count_ = 0;
  std::string last_time_;
};

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_CANONICAL_H_
