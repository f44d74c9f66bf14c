#ifndef QUOTACAST_SERVER_IMPORT_ROWS_H_
#define QUOTACAST_SERVER_IMPORT_ROWS_H_

// Rows of an import as they were given, and what became of them. The kinds of row are the files of
// the canonical CSV folder. Units and ranges are those of storage/records.h and limits.h; text is
// UTF-8 and must outlive the call that takes the row.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/records.h"

namespace quotacast::importing {

using storage::ActivityOutcome;
using storage::ActivityType;
using storage::Day;
using storage::Measure;
using storage::OwnerType;
using storage::StageKind;

// `line` is that of the source, for messages; `attributes` is storage::EncodeAttributes of the
// extra columns. An enumeration that is nullopt was given as something that is none of its values.

struct TeamRow {
  int64_t line = 0;
  absl::string_view team_id, name;
  absl::string_view parent_team_id;  // Empty: none. May stand later in the batch.
  std::string attributes;
};

struct RepRow {
  int64_t line = 0;
  absl::string_view rep_id, name;
  absl::string_view team_id;  // Empty: none.
  std::optional<Day> start_day, end_day;
  std::string attributes;
};

// All stages of a pipeline come in one batch.
struct StageRow {
  int64_t line = 0;
  absl::string_view pipeline_id, stage_id, name;
  int64_t position = 0;  // Orders the stages of the pipeline; unique in it.
  std::optional<StageKind> kind;
  std::string attributes;
};

struct OpportunityRow {
  int64_t line = 0;
  absl::string_view opportunity_id, pipeline_id, rep_id, name;
  int64_t amount_micros = 0;
  absl::string_view currency;  // Empty: the organization's.
  int64_t units = 1;
  int64_t create_time_us = 0;
  std::optional<Day> expected_close_day;
  std::string attributes;
};

struct StageEventRow {
  int64_t line = 0;
  absl::string_view opportunity_id;
  int64_t time_us = 0;
  absl::string_view stage_id;
  absl::string_view rep_id;              // Empty: unchanged.
  std::optional<int64_t> amount_micros;  // nullopt: unchanged.
  std::string attributes;
};

struct ActivityRow {
  int64_t line = 0;
  absl::string_view activity_id, rep_id;
  absl::string_view opportunity_id;  // Empty: none.
  int64_t time_us = 0;
  std::optional<ActivityType> type;
  std::optional<ActivityOutcome> outcome = ActivityOutcome::kUnknown;
  std::optional<int64_t> duration_seconds;
  std::string attributes;
};

struct QuotaRow {
  int64_t line = 0;
  std::optional<OwnerType> owner_type;
  absl::string_view owner_id;
  Day period_start = 0, period_end = 0;
  std::optional<Measure> measure;
  int64_t target = 0;
  absl::string_view currency;  // Empty: the organization's; not looked at where measure is units.
  std::string attributes;
};

// Rows of one kind. At most limits::kImportBatchRowsMax.
using Batch = std::variant<std::vector<TeamRow>, std::vector<RepRow>, std::vector<StageRow>,
                           std::vector<OpportunityRow>, std::vector<StageEventRow>,
                           std::vector<ActivityRow>, std::vector<QuotaRow>>;

// "teams.csv", ...
absl::string_view FileOf(const Batch& batch);

struct RowError {
  int64_t line = 0;
  std::string column;  // Of the canonical file: "rep_id".
  std::string reason;
  std::string given;    // Shortened where long.
  std::string allowed;  // Empty where it cannot be said.
};

struct BatchResult {
  bool applied = false;  // The good rows are stored, and will be after a crash.
  int64_t created = 0;
  int64_t unchanged = 0;
  int64_t bad = 0;               // Rows.
  std::vector<RowError> errors;  // The first limits::kImportErrorsMax.
  std::vector<RowError> doubts;  // Likewise.
  int64_t doubt_count = 0;
};

}  // namespace quotacast::importing

#endif  // QUOTACAST_SERVER_IMPORT_ROWS_H_
