#include "server/storage/sqlite.h"

#include <sqlite3.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace quotacast::storage {
namespace {

absl::StatusCode CodeOf(int extended_code, int system_errno) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
      return absl::StatusCode::kAlreadyExists;
  }
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_IOERR:
      // Growing the shared-memory index of the WAL fails with an I/O error where the disk is full.
      return system_errno == ENOSPC && extended_code != SQLITE_IOERR_FSYNC
                 ? absl::StatusCode::kResourceExhausted
                 : absl::StatusCode::kDataLoss;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Mode mode) {
  // Statistics of memory use would lock a mutex at every allocation.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* db = nullptr;
  const int access =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &db,
                                   access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (db == nullptr) return absl::ResourceExhaustedError("no memory for a database connection");
  std::unique_ptr<Connection> connection(new Connection(db));
  if (code != SQLITE_OK) {
    connection->Fail(code, absl::StrCat("open ", path));
    return connection->TakeError();
  }
  sqlite3_busy_timeout(db, 5'000);
  connection->Execute(
      "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
      "PRAGMA temp_store=MEMORY");
  if (!connection->ok()) return connection->TakeError();
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  sqlite3_close_v2(db_);
}

void Connection::Execute(const std::string& sql) {
  if (!ok()) return;
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) Fail(code, sql.substr(0, 60));
}

int64_t Connection::QueryInt(const char* sql) {
  Query query(*this, sql);
  return query.Step() ? query.Int(0) : 0;
}

absl::Status Connection::TakeError() {
  absl::Status error = absl::OkStatus();
  std::swap(error, error_);
  return error;
}

int Connection::changes() const { return sqlite3_changes(db_); }
int64_t Connection::last_insert_key() const { return sqlite3_last_insert_rowid(db_); }
bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

sqlite3_stmt* Connection::TakeStatement(const char* sql) {
  if (!ok()) return nullptr;
  std::vector<sqlite3_stmt*>& idle = idle_[sql];
  if (!idle.empty()) {
    sqlite3_stmt* const statement = idle.back();
    idle.pop_back();
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) Fail(code, sql);
  return statement;
}

void Connection::GiveBack(const char* sql, sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  idle_[sql].push_back(statement);
}

void Connection::Fail(int code, absl::string_view doing) {
  if (!ok()) return;
  error_ =
      absl::Status(CodeOf(code, sqlite3_system_errno(db_)),
                   absl::StrCat("database: ", sqlite3_errmsg(db_), " (", code, ", ", doing, ")"));
}

Query::~Query() {
  if (statement_ != nullptr) db_.GiveBack(sql_, statement_);
}

void Query::Reset() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

bool Query::Step() {
  if (!db_.ok()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_.Fail(code, sql_);
  return false;
}

int64_t Query::Int(int column) const { return sqlite3_column_int64(statement_, column); }

absl::string_view Query::Text(int column) const {
  const char* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Query::BindOne(int index, int64_t value) {
  if (db_.ok()) sqlite3_bind_int64(statement_, index, value);
}

void Query::BindOne(int index, absl::string_view text) {
  if (!db_.ok()) return;
  // A null pointer would bind NULL in place of the empty text.
  const char* const data = text.empty() ? "" : text.data();
  const int code = sqlite3_bind_text64(statement_, index, data, text.size(),
                                       copy_text_ ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) db_.Fail(code, sql_);
}

void Query::BindOne(int index, std::optional<int64_t> value) {
  if (!db_.ok()) return;
  if (value.has_value()) {
    sqlite3_bind_int64(statement_, index, *value);
  } else {
    sqlite3_bind_null(statement_, index);
  }
}

}  // namespace quotacast::storage
