#include "server/storage/migrations.h"

#include "absl/strings/str_cat.h"

namespace quotacast::storage {

absl::Status Migrate(Connection& db, int last) {
  const int64_t application = db.QueryInt("PRAGMA application_id");
  const int64_t version = db.QueryInt("PRAGMA user_version");
  const int64_t tables = db.QueryInt("SELECT count(*) FROM sqlite_schema");
  if (!db.ok()) return db.TakeError();
  const bool fresh = application == 0 && version == 0 && tables == 0;
  if (!fresh && application != kApplicationId) {
    return absl::FailedPreconditionError("the file is a database, but not a Quotacast store");
  }
  if (version > last) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store has schema version ", version, ", but this program knows only up to ", last,
        ": it was written by a newer quotacastd; use that one"));
  }
  for (int64_t number = version + 1; number <= last; ++number) {
    db.Execute("BEGIN IMMEDIATE");
    db.Execute(Migrations()[number - 1]);
    db.Execute(absl::StrCat("PRAGMA application_id=", kApplicationId));
    db.Execute(absl::StrCat("PRAGMA user_version=", number));
    db.Execute("COMMIT");
    if (!db.ok()) {
      absl::Status error = db.TakeError();
      if (db.in_transaction()) db.Execute("ROLLBACK");
      return absl::Status(error.code(),
                          absl::StrCat("migration ", number, " failed: ", error.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace quotacast::storage
