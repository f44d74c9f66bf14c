// Quotas: an identity, and facts that set its target or withdraw it.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {

// The latest fact of a quota, and the target as first known since the last withdrawal.
struct SqliteTransaction::QuotaTarget {
  std::optional<int64_t> target;  // nullopt: withdrawn.
  int64_t first_target = 0;
  std::string attributes, first_attributes;
};

namespace {

// The fact that holds as of ?2: the latest one effective before it.
constexpr char kSelectQuotas[] =
    "SELECT q.quota, q.owner_type, coalesce(r.id, t.id), q.period_start, q.period_end, q.measure,"
    " f.target, f.attributes, q.create_time_us, f.record_time_us, f.fact, q.owner"
    " FROM quotas q"
    " JOIN quota_facts f ON f.fact=(SELECT max(fact) FROM quota_facts"
    "   WHERE quota=q.quota AND effective_time_us<?2)"
    " LEFT JOIN reps r ON q.owner_type=0 AND r.rep=q.owner"
    " LEFT JOIN teams t ON q.owner_type=1 AND t.team=q.owner"
    " WHERE q.organization=?1 AND f.target IS NOT NULL AND (?3<0 OR q.owner_type=?3)"
    " AND (?4=0 OR q.owner=?4)"
    " AND (q.owner_type, q.owner, q.period_start, q.period_end, q.measure)>(?5,?6,?7,?8,?9)"
    " ORDER BY q.owner_type, q.owner, q.period_start, q.period_end, q.measure";

Quota ReadQuota(const Query& row) {
  Quota quota;
  quota.key = row.Int(0);
  quota.owner_type = static_cast<OwnerType>(row.Int(1));
  quota.owner = row.String(2);
  quota.period_start = static_cast<Day>(row.Int(3));
  quota.period_end = static_cast<Day>(row.Int(4));
  quota.measure = static_cast<Measure>(row.Int(5));
  quota.target = row.Int(6);
  quota.attributes = DecodeAttributes(row.Text(7));
  quota.recorded = {row.Int(8), row.Int(9), row.Int(10) & kRevisionMask};
  return quota;
}

std::string Cursor(const Query& row) {
  return absl::StrCat(row.Int(1), ".", row.Int(11), ".", row.Int(3), ".", row.Int(4), ".",
                      row.Int(5));
}

std::string Described(const Quota& quota) {
  return absl::StrCat("quota of ", quota.owner_type == OwnerType::kRep ? "rep" : "team", " \"",
                      quota.owner, "\" for that period and measure");
}

constexpr char kFindQuota[] =
    "SELECT quota FROM quotas WHERE organization=? AND owner_type=? AND owner=? AND period_start=?"
    " AND period_end=? AND measure=?";

// It can have been deleted between the look-up of its key and the append.
bool OwnerExists(Connection& db, const QuotaFact& fact) {
  Query owner(db,
              "SELECT 1 WHERE (?1=0 AND EXISTS (SELECT 1 FROM reps WHERE rep=?2))"
              " OR (?1=1 AND EXISTS (SELECT 1 FROM teams WHERE team=?2))",
              static_cast<int>(fact.owner_type), fact.owner);
  return owner.Step();
}

void CompareQuota(size_t row, const QuotaFact& given, const std::optional<int64_t>& target,
                  int64_t first_target, absl::string_view attributes,
                  absl::string_view first_attributes, AppendReport& report) {
  if (given.target != *target && given.target != first_target) {
    report.conflicts.push_back({row, "target", absl::StrCat(*target), absl::StrCat(given.target)});
  } else if (given.attributes != attributes && given.attributes != first_attributes) {
    report.conflicts.push_back(
        {row, "attributes", std::string(attributes), std::string(given.attributes)});
  } else {
    ++report.unchanged;
  }
}

}  // namespace

absl::StatusOr<Key> SqliteTransaction::FindQuota(Key organization, const Quota& identity) {
  const auto owner = identity.owner_type == OwnerType::kRep
                         ? KeyOf("SELECT rep FROM reps WHERE organization=? AND id=?", "rep",
                                 organization, identity.owner)
                         : KeyOf("SELECT team FROM teams WHERE organization=? AND id=?", "team",
                                 organization, identity.owner);
  if (!owner.ok()) return owner.status();
  Query query(db_, kFindQuota, organization, static_cast<int>(identity.owner_type), *owner,
              identity.period_start, identity.period_end, static_cast<int>(identity.measure));
  if (query.Step()) return query.Int(0);
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(absl::StrCat(Described(identity), " does not exist"));
}

SqliteTransaction::QuotaTarget SqliteTransaction::ReadQuotaTarget(Key quota) {
  QuotaTarget result;
  Query query(db_, "SELECT target, attributes FROM quota_facts WHERE quota=? ORDER BY fact", quota);
  bool first = true;
  while (query.Step()) {
    result.target = query.IsNull(0) ? std::nullopt : std::optional<int64_t>(query.Int(0));
    result.attributes = query.String(1);
    if (first && result.target.has_value()) {
      result.first_target = *result.target;
      result.first_attributes = result.attributes;
    }
    first = !result.target.has_value();
  }
  return result;
}

absl::StatusOr<Quota> SqliteTransaction::GetQuota(Key organization, const Quota& identity) {
  const auto key = FindQuota(organization, identity);
  if (!key.ok()) return key.status();
  Query query(db_,
              "SELECT target, attributes, record_time_us, fact,"
              " (SELECT create_time_us FROM quotas WHERE quota=?1)"
              " FROM quota_facts WHERE quota=?1 ORDER BY fact DESC LIMIT 1",
              *key);
  if (query.Step() && !query.IsNull(0)) {
    Quota quota = identity;
    quota.key = *key;
    quota.target = query.Int(0);
    quota.attributes = DecodeAttributes(query.Text(1));
    quota.recorded = {query.Int(4), query.Int(2), query.Int(3) & kRevisionMask};
    return quota;
  }
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(absl::StrCat(Described(identity), " has been withdrawn"));
}

absl::StatusOr<Page<Quota>> SqliteTransaction::ListQuotas(Key organization,
                                                          const QuotaFilter& filter,
                                                          const PageRequest& page) {
  int64_t after[5] = {-1, 0, 0, 0, 0};
  if (!page.after.empty()) {
    const std::vector<std::string> parts = absl::StrSplit(page.after, '.');
    bool good = parts.size() == 5;
    for (size_t i = 0; good && i < 5; ++i) good = absl::SimpleAtoi(parts[i], &after[i]);
    if (!good) return absl::InvalidArgumentError("page_token is not one that a list gave");
  }
  const int owner_type = filter.owner_type.has_value() ? static_cast<int>(*filter.owner_type) : -1;
  Query query(db_, kSelectQuotas, organization, filter.as_of_us.value_or(INT64_MAX), owner_type,
              filter.owner, after[0], after[1], after[2], after[3], after[4]);
  Page<Quota> result;
  std::string last;
  while (static_cast<int>(result.items.size()) < page.limit && query.Step()) {
    result.items.push_back(ReadQuota(query));
    last = Cursor(query);
  }
  if (static_cast<int>(result.items.size()) == page.limit && query.Step()) {
    result.next_after = last;
  }
  if (!db_.ok()) return db_.TakeError();
  return result;
}

void SqliteTransaction::AppendQuotaFact(Key organization, Key quota, int64_t effective_time_us,
                                        std::optional<int64_t> target,
                                        absl::string_view attributes) {
  Query(db_,
        "INSERT INTO quota_facts (fact, quota, effective_time_us, target, attributes,"
        " record_time_us) VALUES (?,?,?,?,?,?)",
        FactKey(organization, NextRevision(organization)), quota, effective_time_us, target,
        attributes, now_us_)
      .Run();
}

absl::StatusOr<Quota> SqliteTransaction::UpdateQuota(Key organization, const Quota& quota,
                                                     std::optional<int64_t> expected_revision) {
  const auto stored = GetQuota(organization, quota);
  if (!stored.ok()) return stored.status();
  absl::Status fresh =
      CheckRevision(expected_revision, stored->recorded.revision, Described(quota));
  if (!fresh.ok()) return fresh;
  AppendQuotaFact(organization, stored->key, now_us_, quota.target,
                  EncodeAttributes(quota.attributes));
  if (!db_.ok()) return db_.TakeError();
  return GetQuota(organization, quota);
}

absl::Status SqliteTransaction::DeleteQuota(Key organization, const Quota& identity,
                                            std::optional<int64_t> expected_revision) {
  const auto stored = GetQuota(organization, identity);
  if (!stored.ok()) return stored.status();
  absl::Status fresh =
      CheckRevision(expected_revision, stored->recorded.revision, Described(identity));
  if (!fresh.ok()) return fresh;
  AppendQuotaFact(organization, stored->key, now_us_, std::nullopt, "");
  return db_.ok() ? absl::OkStatus() : db_.TakeError();
}

absl::StatusOr<AppendReport> SqliteTransaction::CheckOrAppendQuotas(
    Key organization, absl::Span<const QuotaFact> rows, bool append) {
  AppendReport report;
  for (size_t i = 0; i < rows.size(); ++i) {
    const QuotaFact& row = rows[i];
    if (append && !OwnerExists(db_, row)) {
      return db_.ok() ? absl::NotFoundError("the owner of a quota was deleted") : db_.TakeError();
    }
    Query find(db_, kFindQuota, organization, static_cast<int>(row.owner_type), row.owner,
               row.period_start, row.period_end, static_cast<int>(row.measure));
    if (find.Step()) {
      const QuotaTarget stored = ReadQuotaTarget(find.Int(0));
      if (stored.target.has_value()) {
        CompareQuota(i, row, stored.target, stored.first_target, stored.attributes,
                     stored.first_attributes, report);
        continue;
      }
      if (append) AppendQuotaFact(organization, find.Int(0), now_us_, row.target, row.attributes);
    } else if (append) {
      Query(db_,
            "INSERT INTO quotas (organization, owner_type, owner, period_start, period_end,"
            " measure, create_time_us) VALUES (?,?,?,?,?,?,?)",
            organization, static_cast<int>(row.owner_type), row.owner, row.period_start,
            row.period_end, static_cast<int>(row.measure), now_us_)
          .Run();
      AppendQuotaFact(organization, db_.last_insert_key(), INT64_MIN, row.target, row.attributes);
    }
    ++report.created;
  }
  if (!db_.ok()) return db_.TakeError();
  return report;
}

absl::StatusOr<AppendReport> SqliteTransaction::CheckQuotas(Key organization,
                                                            absl::Span<const QuotaFact> rows) {
  return CheckOrAppendQuotas(organization, rows, false);
}

absl::StatusOr<AppendReport> SqliteTransaction::AppendQuotas(Key organization,
                                                             absl::Span<const QuotaFact> rows) {
  return CheckOrAppendQuotas(organization, rows, true);
}

absl::Status SqliteTransaction::ScanQuotas(
    Key organization, absl::FunctionRef<void(Key, int64_t, const QuotaFact&)> sink) {
  Query query(db_,
              "SELECT q.quota, q.owner_type, q.owner, q.period_start, q.period_end, q.measure,"
              " f.effective_time_us, coalesce(f.target, 0), f.attributes"
              " FROM quotas q JOIN quota_facts f USING (quota) WHERE q.organization=?"
              " ORDER BY q.quota, f.fact",
              organization);
  while (query.Step()) {
    QuotaFact fact;
    fact.owner_type = static_cast<OwnerType>(query.Int(1));
    fact.owner = query.Int(2);
    fact.period_start = static_cast<Day>(query.Int(3));
    fact.period_end = static_cast<Day>(query.Int(4));
    fact.measure = static_cast<Measure>(query.Int(5));
    fact.target = query.Int(7);
    fact.attributes = query.Text(8);
    sink(query.Int(0), query.Int(6), fact);
  }
  return db_.ok() ? absl::OkStatus() : db_.TakeError();
}

absl::StatusOr<bool> SqliteTransaction::QuotasChanged(Key organization, int64_t after_revision) {
  Query query(db_, "SELECT 1 FROM quota_facts WHERE fact>? AND fact<? LIMIT 1",
              FactKey(organization, after_revision), FactKey(organization + 1, 0));
  const bool changed = query.Step();
  if (!db_.ok()) return db_.TakeError();
  return changed;
}

}  // namespace quotacast::storage
