#ifndef QUOTACAST_SERVER_IMPORT_SESSION_H_
#define QUOTACAST_SERVER_IMPORT_SESSION_H_

// One import: takes batches of rows in the order teams, reps, stages, opportunities, stage events,
// activities, quotas; checks every row, resolves what it refers to, and stores it.
//
// Memory grows with the stream: about 35 bytes a stage event, the ids of the opportunities, and
// when only validating 35 bytes an activity.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/import/directory.h"
#include "server/import/opportunity_index.h"
#include "server/import/report.h"
#include "server/import/rows.h"
#include "server/storage/store.h"

namespace quotacast::importing {

struct SessionOptions {
  // Checks everything and writes nothing; rows may still refer to rows of earlier batches.
  bool validate_only = false;
  // Leaves bad rows out, instead of refusing the whole batch.
  bool skip_bad_rows = false;
};

// Used by one thread at a time.
class Session {
 public:
  // NOT_FOUND if there is no such organization. `store` must outlive the session.
  static absl::StatusOr<std::unique_ptr<Session>> Open(storage::Store& store,
                                                       absl::string_view organization_id,
                                                       SessionOptions options);

  // Returns once the batch is durable, or has been refused for its bad rows: then `applied` is
  // false and nothing of it is stored. Rows stored with the same content count as unchanged, so
  // that an import may be sent again.
  // Errors: INVALID_ARGUMENT for too many rows; RESOURCE_EXHAUSTED for a full disk, or more rows
  // than limits::kImportRowsMax; others of the store; then too nothing of the batch is stored.
  // After an error, or a batch refused while writing, the session takes no more:
  // FAILED_PRECONDITION.
  absl::StatusOr<BatchResult> Apply(const Batch& batch);

 private:
  Session(storage::Store& store, SessionOptions options) : store_(store), options_(options) {}

  // In staff_rows.cc.
  absl::Status ApplyRows(const std::vector<TeamRow>& rows, Report& report);
  absl::Status ApplyRows(const std::vector<RepRow>& rows, Report& report);
  absl::Status ApplyRows(const std::vector<StageRow>& rows, Report& report);
  // In fact_rows.cc.
  absl::Status ApplyRows(const std::vector<OpportunityRow>& rows, Report& report);
  absl::Status ApplyRows(const std::vector<StageEventRow>& rows, Report& report);
  absl::Status ApplyRows(const std::vector<ActivityRow>& rows, Report& report);
  absl::Status ApplyRows(const std::vector<QuotaRow>& rows, Report& report);

  // Whether nothing of the batch is to be stored because a row is bad.
  bool Refused(const Report& report) const { return report.bad() > 0 && !options_.skip_bad_rows; }

  // Stores new records, or only remembers them; adds them to the directory.
  template <typename Record>
  absl::Status StoreRecords(std::vector<Record> records, Report& report);

  // Appends facts, or only checks them; `lines` are those of their rows. Returns what the store
  // reports; its conflicts are in `report` as errors.
  template <typename Fact>
  absl::StatusOr<storage::AppendReport> StoreFacts(const std::vector<Fact>& facts,
                                                   const std::vector<int64_t>& lines,
                                                   Report& report);

  // Makes the index know the stored ones among these.
  absl::Status LoadOpportunities(const std::vector<absl::string_view>& ids);

  // Whether a row repeats one earlier in the stream; if with other content, it is bad.
  bool Repeats(absl::flat_hash_map<uint64_t, uint32_t>& seen, uint64_t key, uint32_t content,
               absl::string_view column, absl::string_view id, Report::Row& row, Report& report);
  // The same for a stage event. Sets the ordinal of one that does not.
  bool RepeatsEvent(const OpportunityEntry& opportunity, const StageEventRow& given,
                    storage::StageEventFact& fact, Report::Row& row, Report& report);

  storage::Store& store_;
  const SessionOptions options_;
  int64_t row_count_ = 0;
  bool ended_ = false;
  Directory directory_;
  OpportunityIndex opportunities_;
  // By hashes of natural keys: hashes of content. Rows that the store is not asked about, because
  // nothing is written, are compared here. Two rows of one hash in 2^64 would be taken for one.
  absl::flat_hash_map<uint64_t, uint32_t> activities_, quotas_;
  struct SeenEvent {
    uint32_t content = 0;
    int16_t ordinal = 0;
  };
  absl::flat_hash_map<uint64_t, SeenEvent> events_;
};

}  // namespace quotacast::importing

#endif  // QUOTACAST_SERVER_IMPORT_SESSION_H_
