#include "server/storage/sqlite_store.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/storage/folder_lock.h"
#include "server/storage/migrations.h"
#include "server/storage/mutex.h"
#include "server/storage/sqlite.h"
#include "server/storage/sqlite_transaction.h"
#include "server/storage/sqlite_writer.h"

namespace quotacast::storage {
namespace {

// The read-only connections. Each serves one transaction at a time.
class ReadPool {
 public:
  void Add(std::unique_ptr<Connection> connection) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(mutex_);
      idle_.push_back(std::move(connection));
    }
    returned_.Signal();
  }
  std::unique_ptr<Connection> Take() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (idle_.empty()) returned_.Wait(mutex_);
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }

 private:
  Mutex mutex_;
  Condition returned_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<FolderLock> lock, std::unique_ptr<Connection> writer,
              const SqliteStoreOptions& options)
      : lock_(std::move(lock)),
        now_us_(options.now_us),
        writer_(std::make_unique<SqliteWriter>(std::move(writer), options.now_us,
                                               options.on_io_error)) {}
  ReadPool& pool() { return pool_; }

  void StartWrite(std::optional<Idempotency> idempotency, WriteFunction function,
                  WriteDone done) override {
    writer_->Start(std::move(idempotency), std::move(function), std::move(done));
  }

  absl::StatusOr<std::unique_ptr<ReadTransaction>> Read() override {
    std::unique_ptr<Connection> taken = pool_.Take();
    Connection* const connection = taken.release();
    const auto give_back = [this, connection] {
      connection->TakeError().IgnoreError();
      if (connection->in_transaction()) connection->Execute("ROLLBACK");
      connection->TakeError().IgnoreError();
      pool_.Add(std::unique_ptr<Connection>(connection));
    };
    // The snapshot is that of the first read inside the transaction.
    connection->Execute("BEGIN; SELECT count(*) FROM (SELECT 1 FROM organizations LIMIT 1)");
    absl::Status error = connection->TakeError();
    if (!error.ok()) {
      give_back();
      return error;
    }
    return std::unique_ptr<ReadTransaction>(
        std::make_unique<SqliteTransaction>(*connection, now_us_(), give_back));
  }

 private:
  std::unique_ptr<FolderLock> lock_;
  std::function<int64_t()> now_us_;
  std::unique_ptr<SqliteWriter> writer_;
  ReadPool pool_;  // Goes before the writer: the last connection to close takes the WAL with it.
};

absl::Status Explain(const absl::Status& error, const std::string& path) {
  return absl::Status(error.code() == absl::StatusCode::kDataLoss
                          ? absl::StatusCode::kFailedPrecondition
                          : error.code(),
                      absl::StrCat(path, ": ", error.message()));
}

absl::Status PrepareWriter(Connection& db, const SqliteStoreOptions& options) {
  absl::Status migrated = Migrate(db, static_cast<int>(Migrations().size()));
  if (!migrated.ok()) return migrated;
  db.Execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
      "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-131072");
  db.QueryInt("SELECT 1 FROM organizations");  // Opens the WAL, so that this one will clear it.
  if (options.max_file_bytes > 0) {
    const int64_t page_bytes = db.QueryInt("PRAGMA page_size");
    if (page_bytes > 0) {
      db.Execute(absl::StrCat("PRAGMA max_page_count=", options.max_file_bytes / page_bytes));
    }
  }
  return db.TakeError();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(SqliteStoreOptions options) {
  if (!options.now_us) options.now_us = [] { return absl::ToUnixMicros(absl::Now()); };
  auto lock = FolderLock::Take(options.folder);
  if (!lock.ok()) return lock.status();
  const std::string path = absl::StrCat(options.folder, "/quotacast.db");
  auto writer = Connection::Open(path, Connection::Mode::kReadWrite);
  if (!writer.ok()) return Explain(writer.status(), path);
  absl::Status prepared = PrepareWriter(**writer, options);
  if (!prepared.ok()) return Explain(prepared, path);
  auto store = std::make_unique<SqliteStore>(*std::move(lock), *std::move(writer), options);
  for (int i = 0; i < options.read_connections; ++i) {
    auto reader = Connection::Open(path, Connection::Mode::kReadOnly);
    if (!reader.ok()) return Explain(reader.status(), path);
    (*reader)->Execute("PRAGMA cache_size=-4096");
    store->pool().Add(*std::move(reader));
  }
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace quotacast::storage
