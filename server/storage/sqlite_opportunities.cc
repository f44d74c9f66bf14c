// Opportunities: what they are, and the fold of their stage events.
#include "absl/strings/str_cat.h"
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {
namespace {

// An opportunity with the last change to its own fields recorded before ?1. The columns that are
// folded from events (11 and on) are as of now.
#define QUOTACAST_SELECT_OPPORTUNITY                                                          \
  "SELECT o.opportunity, o.id, p.id, coalesce(c.name, o.name), coalesce(c.units, o.units),"   \
  " o.create_time_us, CASE WHEN c.change IS NULL THEN o.expected_close_day"                   \
  " ELSE c.expected_close_day END, coalesce(c.attributes, o.attributes), o.record_time_us,"   \
  " s.update_time_us, s.revision, s.stage, s.stage_entry_time_us, s.rep, s.amount_micros,"    \
  " o.pipeline FROM opportunities o JOIN pipelines p USING (pipeline)"                        \
  " JOIN opportunity_states s USING (opportunity)"                                            \
  " LEFT JOIN opportunity_changes c ON c.change=(SELECT max(change) FROM opportunity_changes" \
  "   WHERE opportunity=o.opportunity AND record_time_us<?1)"

Opportunity ReadOpportunity(const Query& row) {
  Opportunity opportunity;
  opportunity.key = row.Int(0);
  opportunity.id = row.String(1);
  opportunity.pipeline = row.String(2);
  opportunity.name = row.String(3);
  opportunity.units = row.Int(4);
  opportunity.create_time_us = row.Int(5);
  opportunity.expected_close_day = static_cast<Day>(row.IntOr(6, kNoDay));
  opportunity.attributes = DecodeAttributes(row.Text(7));
  opportunity.recorded = {row.Int(8), row.Int(9), row.Int(10)};
  return opportunity;
}

// Puts what events say into the record.
void SetState(Connection& db, Key pipeline, const FoldedState& state, Opportunity& opportunity) {
  opportunity.amount_micros = state.amount_micros;
  if (state.rep != kNoKey) {
    Query rep(db, "SELECT id FROM reps WHERE rep=?", state.rep);
    if (rep.Step()) opportunity.rep = rep.String(0);
  }
  if (state.stage < 0) return;
  Query stage(db, "SELECT id, kind FROM stages WHERE pipeline=? AND number=?", pipeline,
              int{state.stage});
  if (!stage.Step()) return;
  opportunity.stage = stage.String(0);
  opportunity.stage_entry_time_us = state.stage_entry_time_us;
  opportunity.state = static_cast<OpportunityState>(stage.Int(1));
  if (opportunity.state != OpportunityState::kOpen) {
    opportunity.close_time_us = state.stage_entry_time_us;
  }
}

Opportunity ReadPresent(Connection& db, const Query& row) {
  Opportunity opportunity = ReadOpportunity(row);
  FoldedState state;
  state.stage = static_cast<int16_t>(row.IntOr(11, -1));
  state.stage_entry_time_us = row.Int(12);
  state.rep = row.IntOr(13, kNoKey);
  state.amount_micros = row.Int(14);
  SetState(db, row.Int(15), state, opportunity);
  return opportunity;
}

absl::Status NoOpportunity(absl::string_view id) {
  return absl::NotFoundError(absl::StrCat("opportunity \"", id, "\" does not exist"));
}

}  // namespace

void FoldedState::Apply(const EventChange& event) {
  if (event.stage != stage) {
    stage = event.stage;
    stage_entry_time_us = event.time_us;
  }
  if (event.rep != kNoKey) rep = event.rep;
  if (event.amount_micros != kUnchanged) amount_micros = event.amount_micros;
  last_event_time_us = event.time_us;
}

FoldedState SqliteTransaction::Fold(Key opportunity, int64_t before_us) {
  FoldedState state;
  Query first(db_, "SELECT rep, amount_micros FROM opportunities WHERE opportunity=?", opportunity);
  if (first.Step()) {
    state.rep = first.IntOr(0, kNoKey);
    state.amount_micros = first.Int(1);
  }
  Query events(db_,
               "SELECT time_us, stage, rep, amount_micros FROM stage_events"
               " WHERE opportunity=? AND time_us<? ORDER BY time_us, event",
               opportunity, before_us);
  while (events.Step()) {
    state.Apply({events.Int(0), static_cast<int16_t>(events.Int(1)), events.IntOr(2, kNoKey),
                 events.IntOr(3, kUnchanged)});
  }
  return state;
}

FoldedState SqliteTransaction::ReadState(Key opportunity) {
  FoldedState state;
  Query query(db_,
              "SELECT stage, stage_entry_time_us, last_event_time_us, rep, amount_micros"
              " FROM opportunity_states WHERE opportunity=?",
              opportunity);
  if (query.Step()) {
    state.stage = static_cast<int16_t>(query.IntOr(0, -1));
    state.stage_entry_time_us = query.Int(1);
    state.last_event_time_us = query.Int(2);
    state.rep = query.IntOr(3, kNoKey);
    state.amount_micros = query.Int(4);
  }
  return state;
}

void SqliteTransaction::WriteState(Key opportunity, const FoldedState& state, int64_t revision) {
  Query(db_,
        "UPDATE opportunity_states SET stage=?, stage_entry_time_us=?, last_event_time_us=?,"
        " rep=?, amount_micros=?, update_time_us=?, revision=? WHERE opportunity=?",
        NullIf(state.stage, -1), state.stage_entry_time_us, state.last_event_time_us,
        NullIf(state.rep, kNoKey), state.amount_micros, now_us_, revision, opportunity)
      .Run();
}

absl::StatusOr<Key> SqliteTransaction::OpportunityKey(Key organization, absl::string_view id) {
  Query query(db_, "SELECT opportunity FROM opportunities WHERE organization=? AND id=?",
              organization, id);
  if (query.Step()) return query.Int(0);
  return db_.ok() ? NoOpportunity(id) : db_.TakeError();
}

absl::StatusOr<Opportunity> SqliteTransaction::GetOpportunity(Key organization,
                                                              absl::string_view id) {
  Query query(db_, QUOTACAST_SELECT_OPPORTUNITY " WHERE o.organization=?2 AND o.id=?3", INT64_MAX,
              organization, id);
  if (query.Step()) {
    Opportunity opportunity = ReadPresent(db_, query);
    if (db_.ok()) return opportunity;
  }
  return db_.ok() ? NoOpportunity(id) : db_.TakeError();
}

absl::StatusOr<Opportunity> SqliteTransaction::GetOpportunityAsOf(Key organization,
                                                                  absl::string_view id,
                                                                  int64_t as_of_us) {
  Query query(db_, QUOTACAST_SELECT_OPPORTUNITY " WHERE o.organization=?2 AND o.id=?3", as_of_us,
              organization, id);
  if (query.Step() && query.Int(5) < as_of_us) {
    Opportunity opportunity = ReadOpportunity(query);
    SetState(db_, query.Int(15), Fold(opportunity.key, as_of_us), opportunity);
    if (db_.ok()) return opportunity;
  }
  return db_.ok() ? NoOpportunity(id) : db_.TakeError();
}

absl::StatusOr<Page<Opportunity>> SqliteTransaction::ListOpportunities(
    Key organization, const OpportunityFilter& filter, const PageRequest& page) {
  const int state = filter.state.has_value() ? static_cast<int>(*filter.state) : -1;
  Query query(db_,
              QUOTACAST_SELECT_OPPORTUNITY
              " WHERE o.organization=?2 AND o.id>?3 AND (?4=0 OR s.rep=?4)"
              " AND (?5=0 OR o.pipeline=?5) AND (?6<0 OR ?6=coalesce((SELECT kind FROM stages"
              "   WHERE pipeline=o.pipeline AND number=s.stage), 0)) ORDER BY o.id",
              INT64_MAX, organization, page.after, filter.rep, filter.pipeline, state);
  return ReadPage<Opportunity>(db_, query, page.limit,
                               [this](const Query& row) { return ReadPresent(db_, row); });
}

absl::StatusOr<Opportunity> SqliteTransaction::UpdateOpportunity(
    Key organization, absl::string_view id, const OpportunityChange& change,
    std::optional<int64_t> expected_revision) {
  const auto stored = GetOpportunity(organization, id);
  if (!stored.ok()) return stored.status();
  const std::string named = absl::StrCat("opportunity \"", id, "\"");
  absl::Status fresh = CheckRevision(expected_revision, stored->recorded.revision, named);
  if (!fresh.ok()) return fresh;
  const FoldedState state = ReadState(stored->key);
  if (change.name || change.units || change.expected_close_day || change.attributes) {
    const int64_t revision = NextRevision(organization);
    Query(db_,
          "INSERT INTO opportunity_changes (change, opportunity, name, units, expected_close_day,"
          " attributes, record_time_us) VALUES (?,?,?,?,?,?,?)",
          FactKey(organization, revision), stored->key, change.name.value_or(stored->name),
          change.units.value_or(stored->units),
          NullIf(change.expected_close_day.value_or(stored->expected_close_day), kNoDay),
          EncodeAttributes(change.attributes.value_or(stored->attributes)), now_us_)
        .Run();
    WriteState(stored->key, state, revision);
  }
  if (change.rep || change.amount_micros) {
    if (state.stage < 0) {
      return absl::FailedPreconditionError(absl::StrCat(
          named,
          " has entered no stage yet: create a stage transition before a change of owner or"
          " amount"));
    }
    if (change.time_us < state.last_event_time_us) {
      return absl::FailedPreconditionError(
          absl::StrCat(named,
                       " has a later stage transition: create a stage transition to change "
                       "owner or amount in the past"));
    }
    StageEventFact event;
    event.opportunity = stored->key;
    event.time_us = change.time_us;
    event.stage = state.stage;
    event.rep = change.rep.value_or(kNoKey);
    event.amount_micros = change.amount_micros.value_or(kUnchanged);
    Query same(db_,
               "SELECT count(*) FROM stage_events WHERE opportunity=? AND time_us=? AND stage=?",
               event.opportunity, event.time_us, int{event.stage});
    if (same.Step()) event.ordinal = static_cast<int16_t>(same.Int(0));
    const auto appended = AppendStageEvents(organization, absl::MakeConstSpan(&event, 1));
    if (!appended.ok()) return appended.status();
  }
  if (!db_.ok()) return db_.TakeError();
  return GetOpportunity(organization, id);
}

}  // namespace quotacast::storage
