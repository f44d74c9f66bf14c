#include "server/storage/sqlite_transaction.h"

#include "absl/strings/str_cat.h"

namespace quotacast::storage {

absl::Status CheckRevision(std::optional<int64_t> expected, int64_t stored,
                           absl::string_view what) {
  if (!expected.has_value() || *expected == stored) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat(what, " has changed: its revision is ", stored, ", not ",
                                         *expected, "; read it again"));
}

absl::Status SqliteTransaction::Finish() {
  for (const auto& [organization, revision] : last_revisions_) {
    Query(db_, "UPDATE organizations SET last_revision=? WHERE organization=?", revision,
          organization)
        .Run();
  }
  return db_.ok() ? absl::OkStatus() : db_.TakeError();
}

absl::StatusOr<int64_t> SqliteTransaction::Revision(Key organization) {
  if (const auto taken = last_revisions_.find(organization); taken != last_revisions_.end()) {
    return taken->second;
  }
  Query query(db_, "SELECT last_revision FROM organizations WHERE organization=?", organization);
  if (query.Step()) return query.Int(0);
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError("no such organization");
}

int64_t SqliteTransaction::NextRevision(Key organization) {
  const auto [entry, added] = last_revisions_.try_emplace(organization, 0);
  if (added) {
    Query query(db_, "SELECT last_revision FROM organizations WHERE organization=?", organization);
    if (query.Step()) entry->second = query.Int(0);
  }
  return ++entry->second;
}

absl::StatusOr<Key> SqliteTransaction::KeyOf(const char* sql, absl::string_view kind,
                                             Key organization, absl::string_view id) {
  if (id.empty()) return kNoKey;
  Query query(db_, sql, organization, id);
  if (query.Step()) return query.Int(0);
  if (!db_.ok()) return db_.TakeError();
  return absl::NotFoundError(absl::StrCat(kind, " \"", id, "\" does not exist"));
}

}  // namespace quotacast::storage
