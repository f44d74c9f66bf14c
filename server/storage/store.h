#ifndef QUOTACAST_SERVER_STORAGE_STORE_H_
#define QUOTACAST_SERVER_STORAGE_STORE_H_

// The store: an append-only history of dated facts per organization, with small tables of teams,
// reps, pipelines and quotas beside it. Shaped so that a backend needs only transactions and unique
// keys; tests/server/storage/store_contract_test.cc says what each must do.
//
// Errors common to all calls: NOT_FOUND (the thing named, or something it refers to, is not there),
// ALREADY_EXISTS, ABORTED (the record's revision is not the expected one), FAILED_PRECONDITION (it
// is still referred to), RESOURCE_EXHAUSTED (the disk is full; reading goes on), INTERNAL.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/records.h"

namespace quotacast::storage {

// A part of a list. `after` is empty, or `next_after` of the page before: opaque text that stays
// valid over writes and restarts (a list by key: nothing is shown twice or left out but for what
// was written between). The items are ordered by id, transitions by time, quotas by owner and
// period.
struct PageRequest {
  std::string after;
  int limit = INT32_MAX;  // > 0.
};
template <typename Record>
struct Page {
  std::vector<Record> items;
  std::string next_after;  // Empty: the list ends here.
};

// kNoKey and nullopt: any.
struct OpportunityFilter {
  Key rep = kNoKey;  // The owner now.
  Key pipeline = kNoKey;
  std::optional<OpportunityState> state;
};
struct ActivityFilter {
  Key rep = kNoKey;
  Key opportunity = kNoKey;
};
struct QuotaFilter {
  std::optional<OwnerType> owner_type;
  Key owner = kNoKey;               // Only together with owner_type.
  std::optional<int64_t> as_of_us;  // As known of this instant (exclusive); nullopt: now.
};

// What an append did with its rows. A row whose natural key is stored with the same content is
// unchanged; one whose content differs is a conflict and is left out.
struct Conflict {
  size_t row;         // Index into the span appended.
  std::string field;  // The first that differs, by its name in the record: "amount_micros".
  std::string stored;
  std::string given;
};
struct AppendReport {
  int64_t created = 0;
  int64_t unchanged = 0;
  std::vector<Conflict> conflicts;
  std::vector<Key> keys;  // AppendOpportunities only: of each row, whatever became of it.
};

// What is needed of an opportunity to append facts to it.
struct OpportunityReference {
  Key key = kNoKey;  // kNoKey: there is no such opportunity.
  Key pipeline = kNoKey;
  int64_t create_time_us = 0;
};

// Revisions of an organization: those after `after`, up to and including `until`.
struct RevisionRange {
  RevisionRange(int64_t after_revision,  // NOLINT(google-explicit-constructor): all after it.
                int64_t until_revision = INT64_MAX)
      : after(after_revision), until(until_revision) {}
  int64_t after;
  int64_t until;
};

// A consistent snapshot. Lives on one thread at a time. Keep it short: it holds back the
// checkpointing of what is written meanwhile.
class ReadTransaction {
 public:
  virtual ~ReadTransaction() = default;

  virtual absl::StatusOr<Organization> GetOrganization(absl::string_view id) = 0;
  virtual absl::StatusOr<Page<Organization>> ListOrganizations(const PageRequest& page) = 0;

  // The number of the last write to the organization; 0 before any.
  virtual absl::StatusOr<int64_t> Revision(Key organization) = 0;

  virtual absl::StatusOr<Team> GetTeam(Key organization, absl::string_view id) = 0;
  virtual absl::StatusOr<Page<Team>> ListTeams(Key organization, const PageRequest& page) = 0;
  virtual absl::StatusOr<Rep> GetRep(Key organization, absl::string_view id) = 0;
  // `team`: only those directly in it, or kNoKey: all.
  virtual absl::StatusOr<Page<Rep>> ListReps(Key organization, Key team,
                                             const PageRequest& page) = 0;
  virtual absl::StatusOr<Pipeline> GetPipeline(Key organization, absl::string_view id) = 0;
  virtual absl::StatusOr<Page<Pipeline>> ListPipelines(Key organization,
                                                       const PageRequest& page) = 0;

  // The quota with `identity`'s owner_type, owner, period and measure (its other fields are not
  // read).
  virtual absl::StatusOr<Quota> GetQuota(Key organization, const Quota& identity) = 0;
  virtual absl::StatusOr<Page<Quota>> ListQuotas(Key organization, const QuotaFilter& filter,
                                                 const PageRequest& page) = 0;

  virtual absl::StatusOr<Opportunity> GetOpportunity(Key organization, absl::string_view id) = 0;
  // Folded from the facts effective strictly before `as_of_us`; NOT_FOUND if it was created later.
  virtual absl::StatusOr<Opportunity> GetOpportunityAsOf(Key organization, absl::string_view id,
                                                         int64_t as_of_us) = 0;
  virtual absl::StatusOr<Page<Opportunity>> ListOpportunities(Key organization,
                                                              const OpportunityFilter& filter,
                                                              const PageRequest& page) = 0;
  virtual absl::StatusOr<StageTransition> GetStageTransition(Key organization,
                                                             absl::string_view opportunity,
                                                             int64_t revision) = 0;
  virtual absl::StatusOr<Page<StageTransition>> ListStageTransitions(Key organization,
                                                                     absl::string_view opportunity,
                                                                     const PageRequest& page) = 0;
  virtual absl::StatusOr<Activity> GetActivity(Key organization, absl::string_view id) = 0;
  virtual absl::StatusOr<Page<Activity>> ListActivities(Key organization,
                                                        const ActivityFilter& filter,
                                                        const PageRequest& page) = 0;

  // The last review of each signal that has any, by signal.
  virtual absl::StatusOr<std::vector<SignalReview>> ListSignalReviews(Key organization) = 0;

  // One for each id, in order.
  virtual absl::StatusOr<std::vector<OpportunityReference>> FindOpportunities(
      Key organization, absl::Span<const absl::string_view> ids) = 0;

  // What the append of the same name would report, without writing (`keys` stays empty). Conflicts
  // among the rows themselves are not seen.
  virtual absl::StatusOr<AppendReport> CheckOpportunities(
      Key organization, absl::Span<const OpportunityFact> rows) = 0;
  virtual absl::StatusOr<AppendReport> CheckStageEvents(Key organization,
                                                        absl::Span<const StageEventFact> rows) = 0;
  virtual absl::StatusOr<AppendReport> CheckActivities(Key organization,
                                                       absl::Span<const ActivityFact> rows) = 0;
  virtual absl::StatusOr<AppendReport> CheckQuotas(Key organization,
                                                   absl::Span<const QuotaFact> rows) = 0;

  // Stream the facts recorded at some revisions (0: all) in the order of their recording.
  // Opportunities are given as first known. Facts stay as they are: what is read of revisions up to
  // a known one is the same in every snapshot that has it.
  virtual absl::Status ScanOpportunities(
      Key organization, RevisionRange revisions,
      absl::FunctionRef<void(Key, const OpportunityFact&)> sink) = 0;
  virtual absl::Status ScanStageEvents(Key organization, RevisionRange revisions,
                                       absl::FunctionRef<void(const StageEventFact&)> sink) = 0;
  virtual absl::Status ScanActivities(Key organization, RevisionRange revisions,
                                      absl::FunctionRef<void(const ActivityFact&)> sink) = 0;
  // Every fact of every quota, each quota's together and in order; a target of 0 withdraws it.
  // `effective_time_us` is INT64_MIN for the first of a quota: it holds from the beginning of time.
  virtual absl::Status ScanQuotas(
      Key organization,
      absl::FunctionRef<void(Key quota, int64_t effective_time_us, const QuotaFact&)> sink) = 0;
  // Whether any fact of a quota was recorded after `after_revision`.
  virtual absl::StatusOr<bool> QuotasChanged(Key organization, int64_t after_revision) = 0;
};

// A change to an opportunity; nullopt (and kNoKey): unchanged. Owner and amount become a stage
// transition into the present stage at `time_us`; the rest is a new version of the opportunity's
// own fields, which GetOpportunityAsOf tells apart by when it was recorded.
struct OpportunityChange {
  int64_t time_us = 0;
  std::optional<Key> rep;
  std::optional<int64_t> amount_micros;
  std::optional<std::string> name;
  std::optional<int64_t> units;
  std::optional<Day> expected_close_day;
  std::optional<Attributes> attributes;
};

// Reads see what the transaction has written. The transaction commits when its WriteFunction
// returns OK, and leaves no trace when it returns an error.
class WriteTransaction : public ReadTransaction {
 public:
  // The instant that facts of this transaction are recorded at.
  virtual int64_t NowUs() const = 0;

  // Inserts ignore key, recorded and Stage::number, and return the record as stored. Updates
  // replace every field of the record with the same id. `expected_revision` nullopt:
  // whatever it is.
  virtual absl::StatusOr<Organization> InsertOrganization(const Organization& organization) = 0;
  virtual absl::StatusOr<Organization> UpdateOrganization(
      const Organization& organization, std::optional<int64_t> expected_revision) = 0;
  virtual absl::StatusOr<Team> InsertTeam(Key organization, const Team& team) = 0;
  // INVALID_ARGUMENT if the tree of teams would have a cycle or be deeper than
  // limits::kTeamDepthMax.
  virtual absl::StatusOr<Team> UpdateTeam(Key organization, const Team& team,
                                          std::optional<int64_t> expected_revision) = 0;
  virtual absl::Status DeleteTeam(Key organization, absl::string_view id,
                                  std::optional<int64_t> expected_revision) = 0;
  virtual absl::StatusOr<Rep> InsertRep(Key organization, const Rep& rep) = 0;
  virtual absl::StatusOr<Rep> UpdateRep(Key organization, const Rep& rep,
                                        std::optional<int64_t> expected_revision) = 0;
  virtual absl::Status DeleteRep(Key organization, absl::string_view id,
                                 std::optional<int64_t> expected_revision) = 0;
  virtual absl::StatusOr<Pipeline> InsertPipeline(Key organization, const Pipeline& pipeline) = 0;
  // Stages are matched by id. FAILED_PRECONDITION if one that is left out, or whose kind changes,
  // has been entered.
  virtual absl::StatusOr<Pipeline> UpdatePipeline(Key organization, const Pipeline& pipeline,
                                                  std::optional<int64_t> expected_revision) = 0;
  virtual absl::Status DeletePipeline(Key organization, absl::string_view id,
                                      std::optional<int64_t> expected_revision) = 0;

  // Appends a fact that sets the target (and attributes) from now on. NOT_FOUND if there is no such
  // quota.
  virtual absl::StatusOr<Quota> UpdateQuota(Key organization, const Quota& quota,
                                            std::optional<int64_t> expected_revision) = 0;
  // Appends a fact that withdraws it from now on.
  virtual absl::Status DeleteQuota(Key organization, const Quota& identity,
                                   std::optional<int64_t> expected_revision) = 0;

  // FAILED_PRECONDITION if owner or amount are to change before any transition, or at a time before
  // the last transition.
  virtual absl::StatusOr<Opportunity> UpdateOpportunity(
      Key organization, absl::string_view id, const OpportunityChange& change,
      std::optional<int64_t> expected_revision) = 0;

  // Takes the place of the signal's review before. Reviews are no part of the history: they take no
  // revision.
  virtual absl::StatusOr<SignalReview> AppendSignalReview(Key organization,
                                                          const SignalReview& review) = 0;

  // The keys in the rows must have been read in this organization. Rows are stored in their order;
  // of stage events at the same instant the one stored later holds.
  virtual absl::StatusOr<AppendReport> AppendOpportunities(
      Key organization, absl::Span<const OpportunityFact> rows) = 0;
  virtual absl::StatusOr<AppendReport> AppendStageEvents(Key organization,
                                                         absl::Span<const StageEventFact> rows) = 0;
  virtual absl::StatusOr<AppendReport> AppendActivities(Key organization,
                                                        absl::Span<const ActivityFact> rows) = 0;
  // A quota's first fact holds from the beginning of time; one appended after a withdrawal, from
  // now on.
  virtual absl::StatusOr<AppendReport> AppendQuotas(Key organization,
                                                    absl::Span<const QuotaFact> rows) = 0;
};

// What makes a retry of a write the same write.
struct Idempotency {
  std::string principal;  // Who asks.
  std::string method;
  std::string request_id;   // Not empty.
  std::string fingerprint;  // Of the request's content.
};

// Does the writing and returns the response to keep for retries (empty where nothing is kept).
// Called on the store's writer thread: must not wait for anything, least of all for the store.
using WriteFunction = std::function<absl::StatusOr<std::string>(WriteTransaction&)>;
// Called on the writer thread once the write is durable (or failed); must be quick.
using WriteDone = std::function<void(absl::StatusOr<std::string>)>;

// Thread-safe.
class Store {
 public:
  // Waits until what was started is done.
  virtual ~Store() = default;

  // Runs `function` in its turn and commits it together with others that wait. With `idempotency`,
  // a request seen within limits::kIdempotencyKeptUs is not run again: it gives the first response,
  // or INVALID_ARGUMENT if its fingerprint differs. A failed write is not remembered.
  virtual void StartWrite(std::optional<Idempotency> idempotency, WriteFunction function,
                          WriteDone done) = 0;

  // StartWrite, and waits until it is durable.
  absl::StatusOr<std::string> Write(std::optional<Idempotency> idempotency, WriteFunction function);

  virtual absl::StatusOr<std::unique_ptr<ReadTransaction>> Read() = 0;
};

}  // namespace quotacast::storage

#endif  // QUOTACAST_SERVER_STORAGE_STORE_H_
