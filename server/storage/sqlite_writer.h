#ifndef QUOTACAST_SERVER_STORAGE_SQLITE_WRITER_H_
#define QUOTACAST_SERVER_STORAGE_SQLITE_WRITER_H_

// The one thread that writes. Requests run in the order of their arrival; those that wait are
// committed together, so that many small ones share an fsync, and each is answered after it.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/storage/mutex.h"
#include "server/storage/sqlite.h"
#include "server/storage/store.h"

namespace quotacast::storage {

class SqliteWriter {
 public:
  // `db` is the file's one read-write connection. `on_io_error` is called for an error after which
  // the file is in doubt; the process ends when it returns.
  SqliteWriter(std::unique_ptr<Connection> db, std::function<int64_t()> now_us,
               std::function<void(const absl::Status&)> on_io_error);
  // Runs what is queued, then stops.
  ~SqliteWriter();

  void Start(std::optional<Idempotency> idempotency, WriteFunction function, WriteDone done)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Request {
    std::optional<Idempotency> idempotency;
    WriteFunction function;
    WriteDone done;
  };
  struct Answer {
    WriteDone done;
    absl::StatusOr<std::string> response;
  };

  void Run();
  bool WaitForRequest() ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<Request> TakeRequest() ABSL_LOCKS_EXCLUDED(mutex_);
  void CommitGroup();
  // Runs one request inside the open transaction; leaves no trace of one that fails.
  absl::StatusOr<std::string> RunRequest(const Request& request, bool first);
  absl::StatusOr<std::string> Execute(const Request& request, int64_t now_us);
  // The kept response, NOT_FOUND if there is none.
  absl::StatusOr<std::string> FindResponse(const Idempotency& idempotency, int64_t now_us);
  void KeepResponse(const Idempotency& idempotency, const std::string& response, int64_t now_us);
  // After an error that may have ended the whole transaction.
  void Abandon(const absl::Status& error);
  void StopIfInDoubt(const absl::Status& error);
  void Checkpoint(int64_t least_frames);

  const std::unique_ptr<Connection> db_;
  const std::function<int64_t()> now_us_;
  const std::function<void(const absl::Status&)> on_io_error_;
  int wal_frames_ = 0;  // Set by SQLite at every commit.

  Mutex mutex_;
  Condition arrived_;
  std::deque<Request> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace quotacast::storage

#endif  // QUOTACAST_SERVER_STORAGE_SQLITE_WRITER_H_
