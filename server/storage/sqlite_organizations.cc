// Organizations.
#include "absl/strings/str_cat.h"
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {
namespace {

Organization ReadOrganization(const Query& row) {
  Organization organization;
  organization.key = row.Int(0);
  organization.id = row.String(1);
  organization.name = row.String(2);
  organization.currency = row.String(3);
  organization.time_zone = row.String(4);
  organization.fiscal_year_start_month = static_cast<int>(row.Int(5));
  organization.correction_mode = static_cast<CorrectionMode>(row.Int(6));
  organization.recorded = {row.Int(7), row.Int(8), row.Int(9)};
  return organization;
}

}  // namespace

absl::StatusOr<Organization> SqliteTransaction::GetOrganization(absl::string_view id) {
  Query query(
      db_,
      "SELECT organization, id, name, currency, time_zone, fiscal_year_start_month,"
      " correction_mode, create_time_us, update_time_us, revision FROM organizations WHERE id=?",
      id);
  if (query.Step()) return ReadOrganization(query);
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(absl::StrCat("organization \"", id, "\" does not exist"));
}

absl::StatusOr<Page<Organization>> SqliteTransaction::ListOrganizations(const PageRequest& page) {
  Query query(db_,
              "SELECT organization, id, name, currency, time_zone, fiscal_year_start_month,"
              " correction_mode, create_time_us, update_time_us, revision FROM organizations"
              " WHERE id>? ORDER BY id",
              page.after);
  return ReadPage<Organization>(db_, query, page.limit, ReadOrganization);
}

absl::StatusOr<Organization> SqliteTransaction::InsertOrganization(
    const Organization& organization) {
  Query(db_,
        "INSERT INTO organizations (id, name, currency, time_zone, fiscal_year_start_month,"
        " correction_mode, create_time_us, update_time_us, revision, last_revision)"
        " VALUES (?,?,?,?,?,?,?,?,1,1)"
        " ON CONFLICT (id) DO NOTHING",
        organization.id, organization.name, organization.currency, organization.time_zone,
        organization.fiscal_year_start_month, static_cast<int>(organization.correction_mode),
        now_us_, now_us_)
      .Run();
  if (!db_.ok()) return db_.TakeError();
  if (db_.changes() == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("organization \"", organization.id, "\" already exists"));
  }
  return GetOrganization(organization.id);
}

absl::StatusOr<Organization> SqliteTransaction::UpdateOrganization(
    const Organization& organization, std::optional<int64_t> expected_revision) {
  const auto stored = GetOrganization(organization.id);
  if (!stored.ok()) return stored.status();
  absl::Status fresh = CheckRevision(expected_revision, stored->recorded.revision,
                                     absl::StrCat("organization \"", organization.id, "\""));
  if (!fresh.ok()) return fresh;
  Query(db_,
        "UPDATE organizations SET name=?, currency=?, time_zone=?, fiscal_year_start_month=?,"
        " correction_mode=?, update_time_us=?, revision=? WHERE organization=?",
        organization.name, organization.currency, organization.time_zone,
        organization.fiscal_year_start_month, static_cast<int>(organization.correction_mode),
        now_us_, NextRevision(stored->key), stored->key)
      .Run();
  if (!db_.ok()) return db_.TakeError();
  return GetOrganization(organization.id);
}

}  // namespace quotacast::storage
