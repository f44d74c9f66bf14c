// Facts in bulk: each row is new, the same as one stored, or at odds with it.
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {
namespace {

// Compares a given row with the stored one, field by field, up to the first that differs.
class Comparison {
 public:
  Comparison(size_t row, AppendReport& report) : row_(row), report_(report) {}
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;
  ~Comparison() {
    if (same_) ++report_.unchanged;
  }
  void Int(absl::string_view field, int64_t stored, int64_t given) {
    if (stored != given) Differ(field, absl::StrCat(stored), absl::StrCat(given));
  }
  void Text(absl::string_view field, absl::string_view stored, absl::string_view given) {
    if (stored != given) Differ(field, std::string(stored), std::string(given));
  }
  // Of references, whose keys would say nothing to the reader: the ids.
  void Reference(Connection& db, absl::string_view field, const char* id_sql, Key stored,
                 Key given) {
    if (stored == given) return;
    const auto id = [&db, id_sql](Key key) {
      Query query(db, id_sql, key);
      return query.Step() ? query.String(0) : std::string();
    };
    Differ(field, id(stored), id(given));
  }

 private:
  void Differ(absl::string_view field, std::string stored, std::string given) {
    if (!same_) return;
    same_ = false;
    report_.conflicts.push_back({row_, std::string(field), std::move(stored), std::move(given)});
  }
  size_t row_;
  AppendReport& report_;
  bool same_ = true;
};

constexpr char kRepId[] = "SELECT id FROM reps WHERE rep=?";
constexpr char kPipelineId[] = "SELECT id FROM pipelines WHERE pipeline=?";
constexpr char kOpportunityId[] = "SELECT id FROM opportunities WHERE opportunity=?";

constexpr char kStoredOpportunity[] =
    "SELECT opportunity, pipeline, rep, name, amount_micros, units, create_time_us,"
    " expected_close_day, attributes FROM opportunities WHERE organization=? AND id=?";
void CompareOpportunity(Connection& db, const Query& stored, size_t row,
                        const OpportunityFact& given, AppendReport& report) {
  Comparison comparison(row, report);
  comparison.Reference(db, "pipeline", kPipelineId, stored.Int(1), given.pipeline);
  comparison.Reference(db, "rep", kRepId, stored.IntOr(2, kNoKey), given.rep);
  comparison.Text("name", stored.Text(3), given.name);
  comparison.Int("amount_micros", stored.Int(4), given.amount_micros);
  comparison.Int("units", stored.Int(5), given.units);
  comparison.Int("create_time_us", stored.Int(6), given.create_time_us);
  comparison.Int("expected_close_day", stored.IntOr(7, kNoDay), given.expected_close_day);
  comparison.Text("attributes", stored.Text(8), given.attributes);
}

constexpr char kStoredEvent[] =
    "SELECT rep, amount_micros, attributes FROM stage_events"
    " WHERE opportunity=? AND time_us=? AND stage=? AND ordinal=?";
void CompareEvent(Connection& db, const Query& stored, size_t row, const StageEventFact& given,
                  AppendReport& report) {
  Comparison comparison(row, report);
  comparison.Reference(db, "rep", kRepId, stored.IntOr(0, kNoKey), given.rep);
  comparison.Int("amount_micros", stored.IntOr(1, kUnchanged), given.amount_micros);
  comparison.Text("attributes", stored.Text(2), given.attributes);
}

constexpr char kStoredActivity[] =
    "SELECT rep, opportunity, time_us, type, outcome, duration_seconds, attributes"
    " FROM activities WHERE organization=? AND id=?";
void CompareActivity(Connection& db, const Query& stored, size_t row, const ActivityFact& given,
                     AppendReport& report) {
  Comparison comparison(row, report);
  comparison.Reference(db, "rep", kRepId, stored.IntOr(0, kNoKey), given.rep);
  comparison.Reference(db, "opportunity", kOpportunityId, stored.IntOr(1, kNoKey),
                       given.opportunity);
  comparison.Int("time_us", stored.Int(2), given.time_us);
  comparison.Int("type", stored.Int(3), static_cast<int>(given.type));
  comparison.Int("outcome", stored.Int(4), static_cast<int>(given.outcome));
  comparison.Int("duration_seconds", stored.IntOr(5, kNoDuration), given.duration_seconds);
  comparison.Text("attributes", stored.Text(6), given.attributes);
}

template <typename Row>
using Compare = void (*)(Connection&, const Query&, size_t, const Row&, AppendReport&);

// The check of every row against what is stored; `bind` names the natural key.
template <typename Row, typename Bind>
absl::StatusOr<AppendReport> CheckRows(Connection& db, const char* sql, absl::Span<const Row> rows,
                                       Bind bind, Compare<Row> compare) {
  AppendReport report;
  Query stored(db, sql);
  for (size_t i = 0; i < rows.size() && db.ok(); ++i) {
    bind(stored, rows[i]);
    if (stored.Step()) {
      compare(db, stored, i, rows[i], report);
    } else {
      ++report.created;
    }
  }
  if (!db.ok()) return db.TakeError();
  return report;
}

}  // namespace

absl::StatusOr<AppendReport> SqliteTransaction::CheckOpportunities(
    Key organization, absl::Span<const OpportunityFact> rows) {
  return CheckRows<OpportunityFact>(
      db_, kStoredOpportunity, rows,
      [organization](Query& query, const OpportunityFact& row) {
        query.Rebind(organization, row.id);
      },
      CompareOpportunity);
}

absl::StatusOr<AppendReport> SqliteTransaction::CheckStageEvents(
    Key, absl::Span<const StageEventFact> rows) {
  return CheckRows<StageEventFact>(
      db_, kStoredEvent, rows,
      [](Query& query, const StageEventFact& row) {
        query.Rebind(row.opportunity, row.time_us, int{row.stage}, int{row.ordinal});
      },
      CompareEvent);
}

absl::StatusOr<AppendReport> SqliteTransaction::CheckActivities(
    Key organization, absl::Span<const ActivityFact> rows) {
  return CheckRows<ActivityFact>(
      db_, kStoredActivity, rows,
      [organization](Query& query, const ActivityFact& row) { query.Rebind(organization, row.id); },
      CompareActivity);
}

// Facts carry no foreign keys (checking one costs half of an insert): reps, which can be deleted
// between the look-up of their keys and the append, are checked here, once each.
template <typename Row>
absl::Status SqliteTransaction::CheckReps(absl::Span<const Row> rows) {
  for (const Row& row : rows) {
    if (row.rep == kNoKey || known_reps_.contains(row.rep)) continue;
    Query query(db_, "SELECT 1 FROM reps WHERE rep=?", row.rep);
    if (!query.Step()) {
      return db_.ok() ? absl::NotFoundError("a rep that the rows refer to was deleted")
                      : db_.TakeError();
    }
    known_reps_.insert(row.rep);
  }
  return absl::OkStatus();
}

absl::StatusOr<AppendReport> SqliteTransaction::AppendOpportunities(
    Key organization, absl::Span<const OpportunityFact> rows) {
  absl::Status known = CheckReps(rows);
  if (!known.ok()) return known;
  AppendReport report;
  report.keys.reserve(rows.size());
  Query insert(db_,
               "INSERT INTO opportunities (opportunity, organization, id, pipeline, rep, name,"
               " amount_micros, units, create_time_us, expected_close_day, attributes,"
               " record_time_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
               " ON CONFLICT (organization, id) DO NOTHING");
  Query insert_state(db_,
                     "INSERT INTO opportunity_states (opportunity, stage, stage_entry_time_us,"
                     " last_event_time_us, rep, amount_micros, update_time_us, revision)"
                     " VALUES (?,NULL,0,?,?,?,?,?)");
  for (size_t i = 0; i < rows.size() && db_.ok(); ++i) {
    const OpportunityFact& row = rows[i];
    const int64_t revision = NextRevision(organization);
    const Key key = FactKey(organization, revision);
    insert.Rebind(key, organization, row.id, row.pipeline, NullIf(row.rep, kNoKey), row.name,
                  row.amount_micros, row.units, row.create_time_us,
                  NullIf(row.expected_close_day, kNoDay), row.attributes, now_us_);
    insert.Run();
    if (db_.changes() > 0) {
      insert_state.Rebind(key, INT64_MIN, NullIf(row.rep, kNoKey), row.amount_micros, now_us_,
                          revision);
      insert_state.Run();
      ++report.created;
      report.keys.push_back(key);
      continue;
    }
    --last_revisions_[organization];
    Query stored(db_, kStoredOpportunity, organization, row.id);
    if (stored.Step()) {
      report.keys.push_back(stored.Int(0));
      CompareOpportunity(db_, stored, i, row, report);
    }
  }
  if (!db_.ok()) return db_.TakeError();
  return report;
}

absl::StatusOr<AppendReport> SqliteTransaction::AppendStageEvents(
    Key organization, absl::Span<const StageEventFact> rows) {
  absl::Status known = CheckReps(rows);
  if (!known.ok()) return known;
  absl::flat_hash_set<Key> out_of_order;
  AppendReport report;
  Query insert(db_,
               "INSERT INTO stage_events (event, opportunity, time_us, stage, ordinal, rep,"
               " amount_micros, attributes, record_time_us) VALUES (?,?,?,?,?,?,?,?,?)"
               " ON CONFLICT (opportunity, time_us, stage, ordinal) DO NOTHING");
  // Folds the event into the state, as FoldedState::Apply does, if it comes after those before.
  Query fold(db_,
             "UPDATE opportunity_states SET"
             " stage_entry_time_us=CASE WHEN stage IS ?2 THEN stage_entry_time_us ELSE ?3 END,"
             " stage=?2, last_event_time_us=?3, rep=coalesce(?4, rep),"
             " amount_micros=coalesce(?5, amount_micros), update_time_us=?6, revision=?7"
             " WHERE opportunity=?1 AND last_event_time_us<=?3");
  for (size_t i = 0; i < rows.size() && db_.ok(); ++i) {
    const StageEventFact& row = rows[i];
    const int64_t revision = NextRevision(organization);
    const std::optional<int64_t> rep = NullIf(row.rep, kNoKey);
    const std::optional<int64_t> amount_micros = NullIf(row.amount_micros, kUnchanged);
    insert.Rebind(FactKey(organization, revision), row.opportunity, row.time_us, int{row.stage},
                  int{row.ordinal}, rep, amount_micros, row.attributes, now_us_);
    insert.Run();
    if (db_.changes() > 0) {
      ++report.created;
      fold.Rebind(row.opportunity, int{row.stage}, row.time_us, rep, amount_micros, now_us_,
                  revision);
      fold.Run();
      if (db_.changes() == 0) out_of_order.insert(row.opportunity);
      continue;
    }
    --last_revisions_[organization];
    Query stored(db_, kStoredEvent, row.opportunity, row.time_us, int{row.stage}, int{row.ordinal});
    if (stored.Step()) CompareEvent(db_, stored, i, row, report);
  }
  for (const Key opportunity : out_of_order) {
    WriteState(opportunity, Fold(opportunity, INT64_MAX), last_revisions_[organization]);
  }
  if (!db_.ok()) return db_.TakeError();
  return report;
}

absl::StatusOr<AppendReport> SqliteTransaction::AppendActivities(
    Key organization, absl::Span<const ActivityFact> rows) {
  absl::Status known = CheckReps(rows);
  if (!known.ok()) return known;
  AppendReport report;
  Query insert(db_,
               "INSERT INTO activities (activity, organization, id, rep, opportunity, time_us,"
               " type, outcome, duration_seconds, attributes, record_time_us)"
               " VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (organization, id) DO NOTHING");
  for (size_t i = 0; i < rows.size() && db_.ok(); ++i) {
    const ActivityFact& row = rows[i];
    insert.Rebind(FactKey(organization, NextRevision(organization)), organization, row.id,
                  NullIf(row.rep, kNoKey), NullIf(row.opportunity, kNoKey), row.time_us,
                  static_cast<int>(row.type), static_cast<int>(row.outcome),
                  NullIf(row.duration_seconds, kNoDuration), row.attributes, now_us_);
    insert.Run();
    if (db_.changes() > 0) {
      ++report.created;
      continue;
    }
    --last_revisions_[organization];
    Query stored(db_, kStoredActivity, organization, row.id);
    if (stored.Step()) CompareActivity(db_, stored, i, row, report);
  }
  if (!db_.ok()) return db_.TakeError();
  return report;
}

}  // namespace quotacast::storage
