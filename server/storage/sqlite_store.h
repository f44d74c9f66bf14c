#ifndef QUOTACAST_SERVER_STORAGE_SQLITE_STORE_H_
#define QUOTACAST_SERVER_STORAGE_SQLITE_STORE_H_

// The store in one SQLite file of a folder, for one process.
//
// Durable: a write is answered after its commit is on disk (WAL, synchronous=FULL). One connection
// writes, on one thread, and checkpoints; others only read. A failed write or fsync leaves the
// file's state in doubt, so it ends the process; the next start recovers.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/storage/store.h"

namespace quotacast::storage {

struct SqliteStoreOptions {
  std::string folder;                         // Made if it is not there (its parent must be).
  int read_connections = 16;                  // > 0; a Read beyond them waits for one to come back.
  int64_t max_file_bytes = 0;                 // > 0: refuse writes that grow the file beyond it.
  std::function<int64_t()> now_us = nullptr;  // The clock; empty: the system's.
  // Called on the writer thread before the process is ended because of an I/O error.
  std::function<void(const absl::Status&)> on_io_error = nullptr;
};

// Creates the file, or opens it and brings its schema up to date. FAILED_PRECONDITION if another
// process has the folder open, or the file is not a Quotacast store or is of a newer version.
absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(SqliteStoreOptions options);

}  // namespace quotacast::storage

#endif  // QUOTACAST_SERVER_STORAGE_SQLITE_STORE_H_
