#include "server/storage/sqlite_writer.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/limits.h"
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {
namespace {

constexpr int kGroupRequestsMax = 256;
// Enough that bulk requests in a queue share the rewriting of index pages.
constexpr std::chrono::milliseconds kGroupDuration{25};
constexpr std::chrono::milliseconds kIdle{500};
// The WAL is copied into the file when it has grown to this, or when nothing has come for a while.
constexpr int64_t kCheckpointFrames = 16'384;
constexpr int64_t kIdleCheckpointFrames = 256;

}  // namespace

SqliteWriter::SqliteWriter(std::unique_ptr<Connection> db, std::function<int64_t()> now_us,
                           std::function<void(const absl::Status&)> on_io_error)
    : db_(std::move(db)), now_us_(std::move(now_us)), on_io_error_(std::move(on_io_error)) {
  sqlite3_wal_hook(
      db_->handle(),
      [](void* frames, sqlite3*, const char*, int count) {
        *static_cast<int*>(frames) = count;
        return SQLITE_OK;
      },
      &wal_frames_);
  thread_ = std::thread([this] { Run(); });
}

SqliteWriter::~SqliteWriter() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  arrived_.SignalAll();
  thread_.join();
}

void SqliteWriter::Start(std::optional<Idempotency> idempotency, WriteFunction function,
                         WriteDone done) {
  {
    MutexLock lock(mutex_);
    queue_.push_back({std::move(idempotency), std::move(function), std::move(done)});
  }
  arrived_.Signal();
}

void SqliteWriter::Run() {
  while (WaitForRequest()) {
    CommitGroup();
    Checkpoint(kCheckpointFrames);
  }
}

bool SqliteWriter::WaitForRequest() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (queue_.empty() && !stopping_) arrived_.WaitFor(mutex_, kIdle);
      if (!queue_.empty()) return true;
      if (stopping_) return false;
    }
    Checkpoint(kIdleCheckpointFrames);
  }
}

std::optional<SqliteWriter::Request> SqliteWriter::TakeRequest() {
  MutexLock lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  Request request = std::move(queue_.front());
  queue_.pop_front();
  return request;
}

void SqliteWriter::CommitGroup() {
  const auto start = std::chrono::steady_clock::now();
  std::vector<Answer> answers;
  db_->Execute("BEGIN IMMEDIATE");
  absl::Status group = db_->TakeError();
  while (answers.size() < kGroupRequestsMax &&
         (answers.empty() || std::chrono::steady_clock::now() - start < kGroupDuration)) {
    std::optional<Request> request = TakeRequest();
    if (!request.has_value()) break;
    absl::StatusOr<std::string> response =
        group.ok() ? RunRequest(*request, answers.empty()) : absl::StatusOr<std::string>(group);
    // An error may have rolled back the transaction, and with it the requests before.
    if (group.ok() && !db_->in_transaction()) {
      group = response.ok() ? absl::InternalError("database: no transaction") : response.status();
    }
    answers.push_back({std::move(request->done), std::move(response)});
  }
  if (group.ok()) {
    db_->Execute("COMMIT");
    group = db_->TakeError();
  }
  if (!group.ok()) Abandon(group);
  for (Answer& answer : answers) {
    if (!group.ok() && answer.response.ok()) answer.response = group;
    answer.done(std::move(answer.response));
  }
}

absl::StatusOr<std::string> SqliteWriter::RunRequest(const Request& request, bool first) {
  // The first needs no savepoint: nothing is lost if the transaction itself is rolled back. (A
  // savepoint keeps a copy of every page that changes.)
  if (!first) db_->Execute("SAVEPOINT request");
  absl::Status error = db_->TakeError();
  if (!error.ok()) return error;
  absl::StatusOr<std::string> response = Execute(request, now_us_());
  if (!response.ok()) {
    StopIfInDoubt(response.status());
    if (!db_->in_transaction()) return response;
    db_->Execute(first ? "ROLLBACK; BEGIN IMMEDIATE" : "ROLLBACK TO request; RELEASE request");
  } else if (!first) {
    db_->Execute("RELEASE request");
  }
  error = db_->TakeError();
  if (error.ok()) return response;
  Abandon(error);
  return error;
}

absl::StatusOr<std::string> SqliteWriter::Execute(const Request& request, int64_t now_us) {
  if (request.idempotency.has_value()) {
    absl::StatusOr<std::string> kept = FindResponse(*request.idempotency, now_us);
    if (!absl::IsNotFound(kept.status())) return kept;
  }
  SqliteTransaction transaction(*db_, now_us, nullptr);
  absl::StatusOr<std::string> response = request.function(transaction);
  // A function that reported success over an error of the database must not be committed.
  absl::Status error = db_->TakeError();
  if (!response.ok()) return response;
  if (error.ok()) error = transaction.Finish();
  if (error.ok() && request.idempotency.has_value()) {
    KeepResponse(*request.idempotency, *response, now_us);
    error = db_->TakeError();
  }
  if (!error.ok()) return error;
  return response;
}

absl::StatusOr<std::string> SqliteWriter::FindResponse(const Idempotency& idempotency,
                                                       int64_t now_us) {
  Query query(*db_,
              "SELECT fingerprint, response FROM requests"
              " WHERE principal=? AND method=? AND request_id=? AND record_time_us>?",
              idempotency.principal, idempotency.method, idempotency.request_id,
              now_us - limits::kIdempotencyKeptUs);
  if (query.Step()) {
    if (query.Text(0) == idempotency.fingerprint) return query.String(1);
    return absl::InvalidArgumentError(absl::StrCat("request_id \"", idempotency.request_id,
                                                   "\" was used before with another request"));
  }
  if (!db_->ok()) return db_->TakeError();
  return absl::NotFoundError("");
}

void SqliteWriter::KeepResponse(const Idempotency& idempotency, const std::string& response,
                                int64_t now_us) {
  Query(*db_, "DELETE FROM requests WHERE record_time_us<=?", now_us - limits::kIdempotencyKeptUs)
      .Run();
  Query(*db_,
        "INSERT INTO requests (principal, method, request_id, fingerprint, response,"
        " record_time_us) VALUES (?,?,?,?,CAST(? AS BLOB),?)",
        idempotency.principal, idempotency.method, idempotency.request_id, idempotency.fingerprint,
        response, now_us)
      .Run();
}

void SqliteWriter::Abandon(const absl::Status& error) {
  StopIfInDoubt(error);
  if (db_->in_transaction()) db_->Execute("ROLLBACK");
  const absl::Status rollback = db_->TakeError();
  if (!rollback.ok()) StopIfInDoubt(rollback);
}

void SqliteWriter::StopIfInDoubt(const absl::Status& error) {
  if (!absl::IsDataLoss(error)) return;
  if (on_io_error_) on_io_error_(error);
  std::fprintf(stderr, "quotacast: the store failed, stopping: %s\n", error.ToString().c_str());
  std::_Exit(EXIT_FAILURE);
}

void SqliteWriter::Checkpoint(int64_t least_frames) {
  if (wal_frames_ < least_frames) return;
  int frames = 0, copied = 0;
  const int code = sqlite3_wal_checkpoint_v2(db_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             &frames, &copied);
  // What is not copied yet (a full disk, a long reader) stays safe in the WAL.
  if ((code & 0xff) == SQLITE_IOERR) {
    StopIfInDoubt(absl::DataLossError(absl::StrCat("checkpoint: I/O error ", code)));
  }
  wal_frames_ = frames - copied;
}

}  // namespace quotacast::storage
