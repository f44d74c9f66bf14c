// Stage transitions and activities one by one, and scans of all facts.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {
namespace {

#define QUOTACAST_SELECT_TRANSITION                                                        \
  "SELECT e.event, e.time_us, s.id, r.id, e.amount_micros, e.attributes, e.record_time_us" \
  " FROM stage_events e JOIN opportunities o USING (opportunity)"                          \
  " JOIN stages s ON s.pipeline=o.pipeline AND s.number=e.stage"                           \
  " LEFT JOIN reps r ON r.rep=e.rep"

#define QUOTACAST_SELECT_ACTIVITY                                                          \
  "SELECT a.activity, a.id, r.id, o.id, a.time_us, a.type, a.outcome, a.duration_seconds," \
  " a.attributes, a.record_time_us FROM activities a LEFT JOIN reps r ON r.rep=a.rep"      \
  " LEFT JOIN opportunities o ON o.opportunity=a.opportunity"

StageTransition ReadTransition(const Query& row, absl::string_view opportunity) {
  StageTransition transition;
  transition.opportunity = std::string(opportunity);
  transition.time_us = row.Int(1);
  transition.stage = row.String(2);
  transition.rep = row.String(3);
  transition.amount_micros = row.IntOr(4, kUnchanged);
  transition.attributes = DecodeAttributes(row.Text(5));
  transition.recorded = {row.Int(6), row.Int(6), row.Int(0) & kRevisionMask};
  return transition;
}

Activity ReadActivity(const Query& row) {
  Activity activity;
  activity.key = row.Int(0);
  activity.id = row.String(1);
  activity.rep = row.String(2);
  activity.opportunity = row.String(3);
  activity.time_us = row.Int(4);
  activity.type = static_cast<ActivityType>(row.Int(5));
  activity.outcome = static_cast<ActivityOutcome>(row.Int(6));
  activity.duration_seconds = static_cast<int32_t>(row.IntOr(7, kNoDuration));
  activity.attributes = DecodeAttributes(row.Text(8));
  activity.recorded = {row.Int(9), row.Int(9), row.Int(0) & kRevisionMask};
  return activity;
}

// The first key behind the facts of the revisions.
Key EndOf(Key organization, RevisionRange revisions) {
  return revisions.until >= kRevisionMask ? FactKey(organization + 1, 0)
                                          : FactKey(organization, revisions.until + 1);
}

absl::Status Ended(Connection& db) { return db.ok() ? absl::OkStatus() : db.TakeError(); }

}  // namespace

absl::StatusOr<StageTransition> SqliteTransaction::GetStageTransition(Key organization,
                                                                      absl::string_view opportunity,
                                                                      int64_t revision) {
  const auto key = OpportunityKey(organization, opportunity);
  if (!key.ok()) return key.status();
  Query query(db_, QUOTACAST_SELECT_TRANSITION " WHERE e.event=? AND e.opportunity=?",
              FactKey(organization, revision), *key);
  if (revision > 0 && revision <= kRevisionMask && query.Step()) {
    return ReadTransition(query, opportunity);
  }
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(
      absl::StrCat("opportunity \"", opportunity, "\" has no stage transition ", revision));
}

absl::StatusOr<Page<StageTransition>> SqliteTransaction::ListStageTransitions(
    Key organization, absl::string_view opportunity, const PageRequest& page) {
  const auto key = OpportunityKey(organization, opportunity);
  if (!key.ok()) return key.status();
  int64_t after_time = INT64_MIN, after_revision = 0;
  if (!page.after.empty()) {
    const std::vector<std::string> parts = absl::StrSplit(page.after, '.');
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &after_time) ||
        !absl::SimpleAtoi(parts[1], &after_revision)) {
      return absl::InvalidArgumentError("page_token is not one that a list gave");
    }
  }
  Query query(db_,
              QUOTACAST_SELECT_TRANSITION
              " WHERE e.opportunity=? AND (e.time_us, e.event)>(?,?) ORDER BY e.time_us, e.event",
              *key, after_time, FactKey(organization, after_revision));
  Page<StageTransition> result;
  while (static_cast<int>(result.items.size()) < page.limit && query.Step()) {
    result.items.push_back(ReadTransition(query, opportunity));
  }
  if (static_cast<int>(result.items.size()) == page.limit && query.Step()) {
    const StageTransition& last = result.items.back();
    result.next_after = absl::StrCat(last.time_us, ".", last.recorded.revision);
  }
  if (!db_.ok()) return db_.TakeError();
  return result;
}

absl::StatusOr<Activity> SqliteTransaction::GetActivity(Key organization, absl::string_view id) {
  Query query(db_, QUOTACAST_SELECT_ACTIVITY " WHERE a.organization=? AND a.id=?", organization,
              id);
  if (query.Step()) return ReadActivity(query);
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(absl::StrCat("activity \"", id, "\" does not exist"));
}

absl::StatusOr<Page<Activity>> SqliteTransaction::ListActivities(Key organization,
                                                                 const ActivityFilter& filter,
                                                                 const PageRequest& page) {
  Query query(db_,
              QUOTACAST_SELECT_ACTIVITY
              " WHERE a.organization=?1 AND a.id>?2 AND (?3=0 OR a.rep=?3)"
              " AND (?4=0 OR a.opportunity=?4) ORDER BY a.id",
              organization, page.after, filter.rep, filter.opportunity);
  return ReadPage<Activity>(db_, query, page.limit, ReadActivity);
}

absl::StatusOr<std::vector<OpportunityReference>> SqliteTransaction::FindOpportunities(
    Key organization, absl::Span<const absl::string_view> ids) {
  std::vector<OpportunityReference> found(ids.size());
  Query query(db_,
              "SELECT opportunity, pipeline, create_time_us FROM opportunities"
              " WHERE organization=? AND id=?");
  for (size_t i = 0; i < ids.size(); ++i) {
    query.Rebind(organization, ids[i]);
    if (query.Step()) found[i] = {query.Int(0), query.Int(1), query.Int(2)};
  }
  if (!db_.ok()) return db_.TakeError();
  return found;
}

absl::Status SqliteTransaction::ScanOpportunities(
    Key organization, RevisionRange revisions,
    absl::FunctionRef<void(Key, const OpportunityFact&)> sink) {
  Query query(db_,
              "SELECT opportunity, id, pipeline, rep, name, amount_micros, units, create_time_us,"
              " expected_close_day, attributes FROM opportunities"
              " WHERE opportunity>? AND opportunity<? ORDER BY opportunity",
              FactKey(organization, revisions.after), EndOf(organization, revisions));
  while (query.Step()) {
    OpportunityFact fact;
    fact.id = query.Text(1);
    fact.pipeline = query.Int(2);
    fact.rep = query.IntOr(3, kNoKey);
    fact.name = query.Text(4);
    fact.amount_micros = query.Int(5);
    fact.units = query.Int(6);
    fact.create_time_us = query.Int(7);
    fact.expected_close_day = static_cast<Day>(query.IntOr(8, kNoDay));
    fact.attributes = query.Text(9);
    sink(query.Int(0), fact);
  }
  return Ended(db_);
}

absl::Status SqliteTransaction::ScanStageEvents(
    Key organization, RevisionRange revisions,
    absl::FunctionRef<void(const StageEventFact&)> sink) {
  Query query(db_,
              "SELECT opportunity, time_us, stage, ordinal, rep, amount_micros, attributes"
              " FROM stage_events WHERE event>? AND event<? ORDER BY event",
              FactKey(organization, revisions.after), EndOf(organization, revisions));
  StageEventFact fact;
  while (query.Step()) {
    fact.opportunity = query.Int(0);
    fact.time_us = query.Int(1);
    fact.stage = static_cast<int16_t>(query.Int(2));
    fact.ordinal = static_cast<int16_t>(query.Int(3));
    fact.rep = query.IntOr(4, kNoKey);
    fact.amount_micros = query.IntOr(5, kUnchanged);
    fact.attributes = query.Text(6);
    sink(fact);
  }
  return Ended(db_);
}

absl::Status SqliteTransaction::ScanActivities(Key organization, RevisionRange revisions,
                                               absl::FunctionRef<void(const ActivityFact&)> sink) {
  Query query(db_,
              "SELECT id, rep, opportunity, time_us, duration_seconds, type, outcome, attributes"
              " FROM activities WHERE activity>? AND activity<? ORDER BY activity",
              FactKey(organization, revisions.after), EndOf(organization, revisions));
  ActivityFact fact;
  while (query.Step()) {
    fact.id = query.Text(0);
    fact.rep = query.IntOr(1, kNoKey);
    fact.opportunity = query.IntOr(2, kNoKey);
    fact.time_us = query.Int(3);
    fact.duration_seconds = static_cast<int32_t>(query.IntOr(4, kNoDuration));
    fact.type = static_cast<ActivityType>(query.Int(5));
    fact.outcome = static_cast<ActivityOutcome>(query.Int(6));
    fact.attributes = query.Text(7);
    sink(fact);
  }
  return Ended(db_);
}

}  // namespace quotacast::storage
