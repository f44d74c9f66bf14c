#ifndef QUOTACAST_SERVER_STORAGE_MIGRATIONS_H_
#define QUOTACAST_SERVER_STORAGE_MIGRATIONS_H_

// Brings a file's schema up to date, by the numbered SQL in migrations/. The file's user_version is
// the number of the last migration it has had; its application_id says that it is one of ours.

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/storage/sqlite.h"

namespace quotacast::storage {

inline constexpr int kApplicationId = 0x51435354;  // "QCST"

// The SQL of migration 1, 2, ... in order.
absl::Span<const char* const> Migrations();

// Runs the migrations the file lacks, up to number `last`, each in a transaction of its own.
// FAILED_PRECONDITION if the file is not ours or has had more migrations than there are.
absl::Status Migrate(Connection& db, int last);

}  // namespace quotacast::storage

#endif  // QUOTACAST_SERVER_STORAGE_MIGRATIONS_H_
