#ifndef QUOTACAST_SERVER_STORAGE_SQLITE_H_
#define QUOTACAST_SERVER_STORAGE_SQLITE_H_

// A thin layer over SQLite's C interface.
//
// Errors stick to the connection: after the first, every step is a no-op that yields nothing, and
// the caller asks once, at the end of its work. So a query that found nothing means "not there"
// only if the connection is still ok().

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace quotacast::storage {

// Used by one thread at a time.
class Connection {
 public:
  enum class Mode { kReadWrite, kReadOnly };
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs one or more statements that return nothing of interest.
  void Execute(const std::string& sql);
  // The single integer that `sql` returns, or 0.
  int64_t QueryInt(const char* sql);

  bool ok() const { return error_.ok(); }
  // The error that sticks, and lets go of it. RESOURCE_EXHAUSTED: the disk (or the file's limit) is
  // full; FAILED_PRECONDITION: a foreign key; ALREADY_EXISTS: a unique key; DATA_LOSS: I/O error or
  // a damaged file; INTERNAL: the rest.
  absl::Status TakeError();

  // Rows that the last INSERT, UPDATE or DELETE touched.
  int changes() const;
  int64_t last_insert_key() const;
  bool in_transaction() const;
  sqlite3* handle() { return db_; }

 private:
  friend class Query;
  explicit Connection(sqlite3* db) : db_(db) {}
  sqlite3_stmt* TakeStatement(const char* sql);
  void GiveBack(const char* sql, sqlite3_stmt* statement);
  void Fail(int code, absl::string_view doing);

  sqlite3* db_;
  absl::Status error_;
  absl::flat_hash_map<const char*, std::vector<sqlite3_stmt*>> idle_;
};

// One run of a statement. `sql` must be a literal (its address is the key under which the prepared
// statement is kept). Parameters are int64, double or text (copied); nullopt binds NULL.
class Query {
 public:
  template <typename... Parameters>
  Query(Connection& db, const char* sql, const Parameters&... parameters)
      : db_(db), sql_(sql), statement_(db.TakeStatement(sql)) {
    int index = 0;
    (BindOne(++index, parameters), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Starts over with other parameters. Text is not copied: it must outlive the run.
  template <typename... Parameters>
  void Rebind(const Parameters&... parameters) {
    Reset();
    copy_text_ = false;
    int index = 0;
    (BindOne(++index, parameters), ...);
  }

  // Advances to the next row; false at the end or on an error.
  bool Step();
  // Runs a statement that returns no rows.
  void Run() { Step(); }

  // Columns of the present row, from 0. Views last until the next Step.
  int64_t Int(int column) const;
  absl::string_view Text(int column) const;
  std::string String(int column) const {
    const absl::string_view text = Text(column);
    return {text.data(), text.size()};
  }
  bool IsNull(int column) const;
  int64_t IntOr(int column, int64_t when_null) const {
    return IsNull(column) ? when_null : Int(column);
  }

 private:
  void Reset();
  void BindOne(int index, int64_t value);
  void BindOne(int index, int value) { BindOne(index, int64_t{value}); }
  void BindOne(int index, absl::string_view text);
  void BindOne(int index, const std::string& text) { BindOne(index, absl::string_view(text)); }
  void BindOne(int index, const char* text) { BindOne(index, absl::string_view(text)); }
  void BindOne(int index, std::optional<int64_t> value);

  Connection& db_;
  const char* sql_;
  sqlite3_stmt* statement_;
  bool copy_text_ = true;
};

// NULL for the value that stands for none.
inline std::optional<int64_t> NullIf(int64_t value, int64_t none) {
  return value == none ? std::nullopt : std::optional<int64_t>(value);
}

}  // namespace quotacast::storage

#endif  // QUOTACAST_SERVER_STORAGE_SQLITE_H_
