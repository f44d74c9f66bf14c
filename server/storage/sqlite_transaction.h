#ifndef QUOTACAST_SERVER_STORAGE_SQLITE_TRANSACTION_H_
#define QUOTACAST_SERVER_STORAGE_SQLITE_TRANSACTION_H_

// Every operation of the store as SQL on one connection that has a transaction open. The .cc files
// go by subject: organizations, staff (teams and reps), pipelines, quotas, opportunities, facts
// (one by one, and scans), append.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "server/storage/sqlite.h"
#include "server/storage/store.h"

namespace quotacast::storage {

// Facts are keyed by organization << kRevisionBits | revision.
inline constexpr int kRevisionBits = 40;
inline constexpr int64_t kRevisionMask = (int64_t{1} << kRevisionBits) - 1;
inline Key FactKey(Key organization, int64_t revision) {
  return (organization << kRevisionBits) | revision;
}

// Columns of stage_events that change an opportunity's state, and the state they fold into.
struct EventChange {
  int64_t time_us = 0;
  int16_t stage = 0;
  Key rep = kNoKey;
  int64_t amount_micros = kUnchanged;
};
struct FoldedState {
  int16_t stage = -1;  // -1: before any event.
  int64_t stage_entry_time_us = 0;
  int64_t last_event_time_us = INT64_MIN;
  Key rep = kNoKey;
  int64_t amount_micros = 0;

  // Events must come in order of time, those of one instant in order of recording.
  void Apply(const EventChange& event);
};

class SqliteTransaction final : public WriteTransaction {
 public:
  // `db` has a transaction open; `on_end` is called when this goes.
  SqliteTransaction(Connection& db, int64_t now_us, std::function<void()> on_end)
      : db_(db), now_us_(now_us), on_end_(std::move(on_end)) {}
  ~SqliteTransaction() override {
    if (on_end_) on_end_();
  }

  // Writes down the revisions taken. To be called before the transaction commits.
  absl::Status Finish();

  absl::StatusOr<Organization> GetOrganization(absl::string_view id) override;
  absl::StatusOr<Page<Organization>> ListOrganizations(const PageRequest& page) override;
  absl::StatusOr<int64_t> Revision(Key organization) override;
  absl::StatusOr<Team> GetTeam(Key organization, absl::string_view id) override;
  absl::StatusOr<Page<Team>> ListTeams(Key organization, const PageRequest& page) override;
  absl::StatusOr<Rep> GetRep(Key organization, absl::string_view id) override;
  absl::StatusOr<Page<Rep>> ListReps(Key organization, Key team, const PageRequest& page) override;
  absl::StatusOr<Pipeline> GetPipeline(Key organization, absl::string_view id) override;
  absl::StatusOr<Page<Pipeline>> ListPipelines(Key organization, const PageRequest& page) override;
  absl::StatusOr<Quota> GetQuota(Key organization, const Quota& identity) override;
  absl::StatusOr<Page<Quota>> ListQuotas(Key organization, const QuotaFilter& filter,
                                         const PageRequest& page) override;
  absl::StatusOr<Opportunity> GetOpportunity(Key organization, absl::string_view id) override;
  absl::StatusOr<Opportunity> GetOpportunityAsOf(Key organization, absl::string_view id,
                                                 int64_t as_of_us) override;
  absl::StatusOr<Page<Opportunity>> ListOpportunities(Key organization,
                                                      const OpportunityFilter& filter,
                                                      const PageRequest& page) override;
  absl::StatusOr<StageTransition> GetStageTransition(Key organization,
                                                     absl::string_view opportunity,
                                                     int64_t revision) override;
  absl::StatusOr<Page<StageTransition>> ListStageTransitions(Key organization,
                                                             absl::string_view opportunity,
                                                             const PageRequest& page) override;
  absl::StatusOr<Activity> GetActivity(Key organization, absl::string_view id) override;
  absl::StatusOr<Page<Activity>> ListActivities(Key organization, const ActivityFilter& filter,
                                                const PageRequest& page) override;
  absl::StatusOr<std::vector<SignalReview>> ListSignalReviews(Key organization) override;
  absl::StatusOr<std::vector<OpportunityReference>> FindOpportunities(
      Key organization, absl::Span<const absl::string_view> ids) override;
  absl::StatusOr<AppendReport> CheckOpportunities(Key organization,
                                                  absl::Span<const OpportunityFact> rows) override;
  absl::StatusOr<AppendReport> CheckStageEvents(Key organization,
                                                absl::Span<const StageEventFact> rows) override;
  absl::StatusOr<AppendReport> CheckActivities(Key organization,
                                               absl::Span<const ActivityFact> rows) override;
  absl::StatusOr<AppendReport> CheckQuotas(Key organization,
                                           absl::Span<const QuotaFact> rows) override;
  absl::Status ScanOpportunities(
      Key organization, RevisionRange revisions,
      absl::FunctionRef<void(Key, const OpportunityFact&)> sink) override;
  absl::Status ScanStageEvents(Key organization, RevisionRange revisions,
                               absl::FunctionRef<void(const StageEventFact&)> sink) override;
  absl::Status ScanActivities(Key organization, RevisionRange revisions,
                              absl::FunctionRef<void(const ActivityFact&)> sink) override;

  absl::Status ScanQuotas(Key organization,
                          absl::FunctionRef<void(Key, int64_t, const QuotaFact&)> sink) override;
  absl::StatusOr<bool> QuotasChanged(Key organization, int64_t after_revision) override;

  int64_t NowUs() const override { return now_us_; }
  absl::StatusOr<Organization> InsertOrganization(const Organization& organization) override;
  absl::StatusOr<Organization> UpdateOrganization(
      const Organization& organization, std::optional<int64_t> expected_revision) override;
  absl::StatusOr<Team> InsertTeam(Key organization, const Team& team) override;
  absl::StatusOr<Team> UpdateTeam(Key organization, const Team& team,
                                  std::optional<int64_t> expected_revision) override;
  absl::Status DeleteTeam(Key organization, absl::string_view id,
                          std::optional<int64_t> expected_revision) override;
  absl::StatusOr<Rep> InsertRep(Key organization, const Rep& rep) override;
  absl::StatusOr<Rep> UpdateRep(Key organization, const Rep& rep,
                                std::optional<int64_t> expected_revision) override;
  absl::Status DeleteRep(Key organization, absl::string_view id,
                         std::optional<int64_t> expected_revision) override;
  absl::StatusOr<Pipeline> InsertPipeline(Key organization, const Pipeline& pipeline) override;
  absl::StatusOr<Pipeline> UpdatePipeline(Key organization, const Pipeline& pipeline,
                                          std::optional<int64_t> expected_revision) override;
  absl::Status DeletePipeline(Key organization, absl::string_view id,
                              std::optional<int64_t> expected_revision) override;
  absl::StatusOr<Quota> UpdateQuota(Key organization, const Quota& quota,
                                    std::optional<int64_t> expected_revision) override;
  absl::Status DeleteQuota(Key organization, const Quota& identity,
                           std::optional<int64_t> expected_revision) override;
  absl::StatusOr<Opportunity> UpdateOpportunity(Key organization, absl::string_view id,
                                                const OpportunityChange& change,
                                                std::optional<int64_t> expected_revision) override;
  absl::StatusOr<SignalReview> AppendSignalReview(Key organization,
                                                  const SignalReview& review) override;
  absl::StatusOr<AppendReport> AppendOpportunities(Key organization,
                                                   absl::Span<const OpportunityFact> rows) override;
  absl::StatusOr<AppendReport> AppendStageEvents(Key organization,
                                                 absl::Span<const StageEventFact> rows) override;
  absl::StatusOr<AppendReport> AppendActivities(Key organization,
                                                absl::Span<const ActivityFact> rows) override;
  absl::StatusOr<AppendReport> AppendQuotas(Key organization,
                                            absl::Span<const QuotaFact> rows) override;

 private:
  struct QuotaTarget;

  // The next revision of the organization.
  int64_t NextRevision(Key organization);
  // The key of the team or rep with this id, kNoKey for the empty id; NOT_FOUND.
  absl::StatusOr<Key> KeyOf(const char* sql, absl::string_view kind, Key organization,
                            absl::string_view id);
  absl::Status CheckTeamTree(Key team);
  template <typename Row>
  absl::Status CheckReps(absl::Span<const Row> rows);
  absl::Status WriteStages(Key pipeline, const std::vector<Stage>& stages);
  std::vector<Stage> ReadStages(Key pipeline);
  absl::StatusOr<Key> FindQuota(Key organization, const Quota& identity);
  QuotaTarget ReadQuotaTarget(Key quota);
  void AppendQuotaFact(Key organization, Key quota, int64_t effective_time_us,
                       std::optional<int64_t> target, absl::string_view attributes);
  absl::StatusOr<AppendReport> CheckOrAppendQuotas(Key organization,
                                                   absl::Span<const QuotaFact> rows, bool append);
  absl::StatusOr<Key> OpportunityKey(Key organization, absl::string_view id);
  // Folds the opportunity's events before `before_us`.
  FoldedState Fold(Key opportunity, int64_t before_us);
  FoldedState ReadState(Key opportunity);
  void WriteState(Key opportunity, const FoldedState& state, int64_t revision);

  Connection& db_;
  int64_t now_us_;
  std::function<void()> on_end_;
  absl::flat_hash_map<Key, int64_t> last_revisions_;
  absl::flat_hash_set<Key> known_reps_;
};

// ABORTED if there is an expected revision and it is not `stored`.
absl::Status CheckRevision(std::optional<int64_t> expected, int64_t stored, absl::string_view what);

// Reads a page by id: `next(query)` builds a record of the present row; asks for one more row than
// the page has, to know whether the list goes on.
template <typename Record, typename Read>
absl::StatusOr<Page<Record>> ReadPage(Connection& db, Query& query, int limit, Read read) {
  Page<Record> page;
  while (static_cast<int>(page.items.size()) < limit && query.Step()) {
    page.items.push_back(read(query));
  }
  if (static_cast<int>(page.items.size()) == limit && query.Step()) {
    page.next_after = page.items.back().id;
  }
  if (!db.ok()) return db.TakeError();
  return page;
}

}  // namespace quotacast::storage

#endif  // QUOTACAST_SERVER_STORAGE_SQLITE_TRANSACTION_H_
