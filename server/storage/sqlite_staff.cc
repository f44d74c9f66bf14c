// Teams and reps.
#include "absl/strings/str_cat.h"
#include "server/limits.h"
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {
namespace {

constexpr char kTeamKey[] = "SELECT team FROM teams WHERE organization=? AND id=?";

Team ReadTeam(const Query& row) {
  Team team;
  team.key = row.Int(0);
  team.id = row.String(1);
  team.name = row.String(2);
  team.parent = row.String(3);
  team.attributes = DecodeAttributes(row.Text(4));
  team.recorded = {row.Int(5), row.Int(6), row.Int(7)};
  return team;
}

Rep ReadRep(const Query& row) {
  Rep rep;
  rep.key = row.Int(0);
  rep.id = row.String(1);
  rep.name = row.String(2);
  rep.team = row.String(3);
  rep.start_day = static_cast<Day>(row.IntOr(4, kNoDay));
  rep.end_day = static_cast<Day>(row.IntOr(5, kNoDay));
  rep.attributes = DecodeAttributes(row.Text(6));
  rep.recorded = {row.Int(7), row.Int(8), row.Int(9)};
  return rep;
}

std::string Named(absl::string_view kind, absl::string_view id) {
  return absl::StrCat(kind, " \"", id, "\"");
}

absl::Status StillUsed(absl::string_view kind, absl::string_view id) {
  return absl::FailedPreconditionError(
      absl::StrCat(Named(kind, id), " cannot be deleted: other records still refer to it"));
}

}  // namespace

absl::StatusOr<Team> SqliteTransaction::GetTeam(Key organization, absl::string_view id) {
  Query query(db_,
              "SELECT t.team, t.id, t.name, p.id, t.attributes, t.create_time_us,"
              " t.update_time_us, t.revision FROM teams t LEFT JOIN teams p ON p.team=t.parent"
              " WHERE t.organization=? AND t.id=?",
              organization, id);
  if (query.Step()) return ReadTeam(query);
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(absl::StrCat(Named("team", id), " does not exist"));
}

absl::StatusOr<Page<Team>> SqliteTransaction::ListTeams(Key organization, const PageRequest& page) {
  Query query(db_,
              "SELECT t.team, t.id, t.name, p.id, t.attributes, t.create_time_us,"
              " t.update_time_us, t.revision FROM teams t LEFT JOIN teams p ON p.team=t.parent"
              " WHERE t.organization=? AND t.id>? ORDER BY t.id",
              organization, page.after);
  return ReadPage<Team>(db_, query, page.limit, ReadTeam);
}

absl::Status SqliteTransaction::CheckTeamTree(Key team) {
  Key above = team;
  for (size_t depth = 1; depth <= limits::kTeamDepthMax; ++depth) {
    Query query(db_, "SELECT parent FROM teams WHERE team=?", above);
    const bool found = query.Step();
    if (!db_.ok()) return db_.TakeError();
    if (!found || query.IsNull(0)) return absl::OkStatus();
    above = query.Int(0);
    if (above == team) {
      return absl::InvalidArgumentError("team.parent makes the team its own ancestor");
    }
  }
  return absl::InvalidArgumentError(absl::StrCat("team.parent makes the tree of teams deeper than ",
                                                 limits::kTeamDepthMax, " levels"));
}

absl::StatusOr<Team> SqliteTransaction::InsertTeam(Key organization, const Team& team) {
  const auto parent = KeyOf(kTeamKey, "team", organization, team.parent);
  if (!parent.ok()) return parent.status();
  Query(db_,
        "INSERT INTO teams (organization, id, name, parent, attributes, create_time_us,"
        " update_time_us, revision) VALUES (?,?,?,?,?,?,?,?)"
        " ON CONFLICT (organization, id) DO NOTHING",
        organization, team.id, team.name, NullIf(*parent, kNoKey),
        EncodeAttributes(team.attributes), now_us_, now_us_, NextRevision(organization))
      .Run();
  if (!db_.ok()) return db_.TakeError();
  if (db_.changes() == 0) {
    return absl::AlreadyExistsError(absl::StrCat(Named("team", team.id), " already exists"));
  }
  absl::Status tree = CheckTeamTree(db_.last_insert_key());
  if (!tree.ok()) return tree;
  return GetTeam(organization, team.id);
}

absl::StatusOr<Team> SqliteTransaction::UpdateTeam(Key organization, const Team& team,
                                                   std::optional<int64_t> expected_revision) {
  const auto stored = GetTeam(organization, team.id);
  if (!stored.ok()) return stored.status();
  absl::Status fresh =
      CheckRevision(expected_revision, stored->recorded.revision, Named("team", team.id));
  if (!fresh.ok()) return fresh;
  const auto parent = KeyOf(kTeamKey, "team", organization, team.parent);
  if (!parent.ok()) return parent.status();
  Query(db_,
        "UPDATE teams SET name=?, parent=?, attributes=?, update_time_us=?, revision=?"
        " WHERE team=?",
        team.name, NullIf(*parent, kNoKey), EncodeAttributes(team.attributes), now_us_,
        NextRevision(organization), stored->key)
      .Run();
  if (!db_.ok()) return db_.TakeError();
  absl::Status tree = CheckTeamTree(stored->key);
  if (!tree.ok()) return tree;
  return GetTeam(organization, team.id);
}

absl::Status SqliteTransaction::DeleteTeam(Key organization, absl::string_view id,
                                           std::optional<int64_t> expected_revision) {
  const auto stored = GetTeam(organization, id);
  if (!stored.ok()) return stored.status();
  absl::Status fresh =
      CheckRevision(expected_revision, stored->recorded.revision, Named("team", id));
  if (!fresh.ok()) return fresh;
  Query used(db_,
             "SELECT 1 WHERE"
             " EXISTS (SELECT 1 FROM quotas WHERE organization=?2 AND owner_type=1 AND owner=?1)"
             " OR EXISTS (SELECT 1 FROM teams WHERE parent=?1)"
             " OR EXISTS (SELECT 1 FROM reps WHERE team=?1)",
             stored->key, organization);
  if (used.Step()) return StillUsed("team", id);
  NextRevision(organization);
  Query(db_, "DELETE FROM teams WHERE team=?", stored->key).Run();
  return db_.ok() ? absl::OkStatus() : db_.TakeError();
}

absl::StatusOr<Rep> SqliteTransaction::GetRep(Key organization, absl::string_view id) {
  Query query(db_,
              "SELECT r.rep, r.id, r.name, t.id, r.start_day, r.end_day, r.attributes,"
              " r.create_time_us, r.update_time_us, r.revision"
              " FROM reps r LEFT JOIN teams t ON t.team=r.team"
              " WHERE r.organization=? AND r.id=?",
              organization, id);
  if (query.Step()) return ReadRep(query);
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(absl::StrCat(Named("rep", id), " does not exist"));
}

absl::StatusOr<Page<Rep>> SqliteTransaction::ListReps(Key organization, Key team,
                                                      const PageRequest& page) {
  Query query(db_,
              "SELECT r.rep, r.id, r.name, t.id, r.start_day, r.end_day, r.attributes,"
              " r.create_time_us, r.update_time_us, r.revision"
              " FROM reps r LEFT JOIN teams t ON t.team=r.team"
              " WHERE r.organization=?1 AND r.id>?2 AND (?3=0 OR r.team=?3) ORDER BY r.id",
              organization, page.after, team);
  return ReadPage<Rep>(db_, query, page.limit, ReadRep);
}

absl::StatusOr<Rep> SqliteTransaction::InsertRep(Key organization, const Rep& rep) {
  const auto team = KeyOf(kTeamKey, "team", organization, rep.team);
  if (!team.ok()) return team.status();
  Query(db_,
        "INSERT INTO reps (organization, id, name, team, start_day, end_day, attributes,"
        " create_time_us, update_time_us, revision) VALUES (?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (organization, id) DO NOTHING",
        organization, rep.id, rep.name, NullIf(*team, kNoKey), NullIf(rep.start_day, kNoDay),
        NullIf(rep.end_day, kNoDay), EncodeAttributes(rep.attributes), now_us_, now_us_,
        NextRevision(organization))
      .Run();
  if (!db_.ok()) return db_.TakeError();
  if (db_.changes() == 0) {
    return absl::AlreadyExistsError(absl::StrCat(Named("rep", rep.id), " already exists"));
  }
  return GetRep(organization, rep.id);
}

absl::StatusOr<Rep> SqliteTransaction::UpdateRep(Key organization, const Rep& rep,
                                                 std::optional<int64_t> expected_revision) {
  const auto stored = GetRep(organization, rep.id);
  if (!stored.ok()) return stored.status();
  absl::Status fresh =
      CheckRevision(expected_revision, stored->recorded.revision, Named("rep", rep.id));
  if (!fresh.ok()) return fresh;
  const auto team = KeyOf(kTeamKey, "team", organization, rep.team);
  if (!team.ok()) return team.status();
  Query(db_,
        "UPDATE reps SET name=?, team=?, start_day=?, end_day=?, attributes=?, update_time_us=?,"
        " revision=? WHERE rep=?",
        rep.name, NullIf(*team, kNoKey), NullIf(rep.start_day, kNoDay), NullIf(rep.end_day, kNoDay),
        EncodeAttributes(rep.attributes), now_us_, NextRevision(organization), stored->key)
      .Run();
  if (!db_.ok()) return db_.TakeError();
  return GetRep(organization, rep.id);
}

absl::Status SqliteTransaction::DeleteRep(Key organization, absl::string_view id,
                                          std::optional<int64_t> expected_revision) {
  const auto stored = GetRep(organization, id);
  if (!stored.ok()) return stored.status();
  absl::Status fresh =
      CheckRevision(expected_revision, stored->recorded.revision, Named("rep", id));
  if (!fresh.ok()) return fresh;
  // No index serves these: a rep is seldom deleted, and facts are written all the time.
  Query used(db_,
             "SELECT 1 WHERE"
             " EXISTS (SELECT 1 FROM quotas WHERE organization=?2 AND owner_type=0 AND owner=?1)"
             " OR EXISTS (SELECT 1 FROM opportunities WHERE rep=?1)"
             " OR EXISTS (SELECT 1 FROM stage_events WHERE rep=?1)"
             " OR EXISTS (SELECT 1 FROM activities WHERE rep=?1)",
             stored->key, organization);
  if (used.Step()) return StillUsed("rep", id);
  NextRevision(organization);
  known_reps_.erase(stored->key);
  Query(db_, "DELETE FROM reps WHERE rep=?", stored->key).Run();
  return db_.ok() ? absl::OkStatus() : db_.TakeError();
}

}  // namespace quotacast::storage
