// What the SQLite store does beyond the contract: its file, its lock, its writer.

#include "server/storage/sqlite_store.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "server/storage/migrations.h"
#include "server/storage/sqlite.h"
#include "tests/server/storage/store_fixture.h"

namespace quotacast::storage {
namespace {

absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& folder, int64_t max_file_bytes = 0) {
  SqliteStoreOptions options;
  options.folder = folder;
  options.max_file_bytes = max_file_bytes;
  return OpenSqliteStore(std::move(options));
}

std::string FileIn(const TemporaryFolder& folder) { return folder.path() + "/quotacast.db"; }

std::unique_ptr<Connection> Raw(const std::string& path) {
  return Connection::Open(path, Connection::Mode::kReadWrite).value();
}

TEST(SqliteStore, RefusesASecondOpening) {
  TemporaryFolder folder;
  const auto store = Open(folder.path());
  ASSERT_TRUE(store.ok()) << store.status();
  const auto second = Open(folder.path());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
}

TEST(SqliteStore, RefusesASecondProcess) {
  TemporaryFolder folder;
  const auto store = Open(folder.path());
  ASSERT_TRUE(store.ok());
  const pid_t child = fork();
  if (child == 0) {
    _exit(Open(folder.path()).status().code() == absl::StatusCode::kFailedPrecondition ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(SqliteStore, OpensAgainAfterItWasClosed) {
  TemporaryFolder folder;
  { ASSERT_TRUE(Open(folder.path()).ok()); }
  EXPECT_FALSE(std::filesystem::exists(FileIn(folder) + "-wal"));
  EXPECT_TRUE(Open(folder.path()).ok());
}

TEST(SqliteStore, FailsClearlyWhereTheFolderCannotBe) {
  TemporaryFolder folder;
  const auto missing = Open(folder.path() + "/no/such/folder");
  EXPECT_FALSE(missing.ok());
  std::ofstream(folder.path() + "/file") << "text";
  EXPECT_FALSE(Open(folder.path() + "/file").ok());
}

TEST(SqliteStore, RefusesAFileThatIsNotItsOwn) {
  TemporaryFolder text;
  std::ofstream(FileIn(text)) << std::string(10'000, 'x');
  EXPECT_EQ(Open(text.path()).status().code(), absl::StatusCode::kFailedPrecondition);

  TemporaryFolder other;
  Raw(FileIn(other))->Execute("CREATE TABLE music (song TEXT)");
  EXPECT_EQ(Open(other.path()).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Raw(FileIn(other))->QueryInt("SELECT count(*) FROM music"), 0);
}

TEST(SqliteStore, RefusesAFileOfANewerProgram) {
  TemporaryFolder folder;
  { ASSERT_TRUE(Open(folder.path()).ok()); }
  const int newer = static_cast<int>(Migrations().size()) + 1;
  Raw(FileIn(folder))->Execute("PRAGMA user_version=" + std::to_string(newer));
  const auto store = Open(folder.path());
  EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(store.status().message().find("newer"), absl::string_view::npos) << store.status();
}

// Every older version of the file comes up with its data and can be written.
TEST(SqliteStore, BringsAnOlderFileUpToDate) {
  for (size_t version = 1; version < Migrations().size(); ++version) {
    TemporaryFolder folder;
    {
      const auto raw = Raw(FileIn(folder));
      ASSERT_TRUE(Migrate(*raw, static_cast<int>(version)).ok());
      raw->Execute(
          "INSERT INTO organizations VALUES (1,'old','Old','EUR','UTC',1,0,0,1,2);"
          "INSERT INTO reps VALUES (1,1,'ann','Ann',NULL,NULL,NULL,'',0,0,2);"
          "INSERT INTO pipelines VALUES (1,1,'sales','',0,0,2);"
          "INSERT INTO stages (pipeline, number, position, id, name, kind)"
          " VALUES (1,0,0,'lead','Lead',0)");
      ASSERT_TRUE(raw->TakeError().ok());
    }
    const auto store = Open(folder.path());
    ASSERT_TRUE(store.ok()) << store.status();
    const Organization old = (*store)->Read().value()->GetOrganization("old").value();
    EXPECT_EQ(old.correction_mode, CorrectionMode::kOff);
    EXPECT_TRUE((*store)->Read().value()->GetRep(old.key, "ann").ok());
    const Pipeline sales = (*store)->Read().value()->GetPipeline(old.key, "sales").value();
    ASSERT_EQ(sales.stages.size(), 1u);
    EXPECT_EQ(sales.stages[0].name, "Lead");
    EXPECT_TRUE(sales.stages[0].attributes.empty());
    const auto written =
        (*store)->Write(Idempotency{"me", "M", "r1", "f"},
                        [&](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
                          SignalReview review;
                          review.signal = "s";
                          if (const auto reviewed = transaction.AppendSignalReview(old.key, review);
                              !reviewed.ok()) {
                            return reviewed.status();
                          }
                          return transaction.InsertRep(old.key, MakeRep("bob"))->id;
                        });
    EXPECT_EQ(written.value(), "bob");
    EXPECT_EQ((*store)->Read().value()->ListSignalReviews(old.key)->size(), 1u);
  }
}

TEST(SqliteStore, AFailedMigrationLeavesTheFileAsItWas) {
  TemporaryFolder folder;
  const auto raw = Raw(FileIn(folder));
  ASSERT_TRUE(Migrate(*raw, 1).ok());
  raw->Execute("CREATE TABLE requests (in_the_way TEXT)");
  EXPECT_FALSE(Migrate(*raw, 2).ok());
  EXPECT_EQ(raw->QueryInt("PRAGMA user_version"), 1);
  raw->Execute("DROP TABLE requests");
  EXPECT_TRUE(Migrate(*raw, 2).ok());
}

TEST(SqliteStore, SetsUpTheFileAsDocumented) {
  TemporaryFolder folder;
  { ASSERT_TRUE(Open(folder.path()).ok()); }
  const auto raw = Raw(FileIn(folder));
  EXPECT_EQ(raw->QueryInt("PRAGMA application_id"), kApplicationId);
  EXPECT_EQ(raw->QueryInt("PRAGMA user_version"), static_cast<int64_t>(Migrations().size()));
  EXPECT_EQ(raw->QueryInt("SELECT count(*) FROM pragma_table_list WHERE schema='main'"
                          " AND type='table' AND strict=0 AND name NOT LIKE 'sqlite_%'"),
            0);
  Query mode(*raw, "PRAGMA journal_mode");
  ASSERT_TRUE(mode.Step());
  EXPECT_EQ(mode.Text(0), "wal");
}

// Fills the store with reps until there is no more room.
void ExpectFullDiskHandled(Store& store) {
  const auto insert_reps = [&store](int first, int count) {
    return store
        .Write(std::nullopt,
               [&](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
                 const Key acme = transaction.GetOrganization("acme")->key;
                 for (int i = first; i < first + count; ++i) {
                   const auto rep = transaction.InsertRep(acme, MakeRep(std::to_string(i)));
                   if (!rep.ok()) return rep.status();
                 }
                 return std::string();
               })
        .status();
  };
  ASSERT_TRUE(store
                  .Write(std::nullopt,
                         [](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
                           return transaction.InsertOrganization(MakeOrganization("acme"))->id;
                         })
                  .ok());
  int stored = 0;
  absl::Status status;
  while (status.ok() && stored < 100'000) {
    status = insert_reps(stored, 100);
    if (status.ok()) stored += 100;
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_GT(stored, 0);
  const auto reading = store.Read().value();
  const Key acme = reading->GetOrganization("acme")->key;
  EXPECT_EQ(reading->ListReps(acme, kNoKey, {})->items.size(), static_cast<size_t>(stored));
  EXPECT_EQ(insert_reps(1'000'000, 1'000).code(), absl::StatusCode::kResourceExhausted);
}

TEST(SqliteStore, AFullFileStopsWritingButNotReading) {
  TemporaryFolder folder;
  const auto store = Open(folder.path(), 300'000).value();
  ExpectFullDiskHandled(*store);
}

TEST(SqliteStore, AFullDiskStopsWritingButNotReading) {
  TemporaryFolder folder;
  if (mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=2m") != 0) {
    GTEST_SKIP() << "cannot mount a small disk: this needs root";
  }
  const absl::Cleanup unmount = [&folder] { umount(folder.path().c_str()); };
  {
    const auto store = Open(folder.path()).value();
    ExpectFullDiskHandled(*store);
  }
  // All that was stored is there after a restart, on a disk that is still full.
  const auto store = Open(folder.path());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE((*store)->Read().value()->GetOrganization("acme").ok());
}

// Many threads write and read at once; every answer that came is in the file, and a failed request
// does not touch those that share its commit.
TEST(SqliteStore, GroupsTheWritesOfManyThreads) {
  constexpr int kThreads = 8, kWrites = 50;
  TemporaryFolder folder;
  std::atomic<int> succeeded = 0;
  {
    const auto store = Open(folder.path()).value();
    ASSERT_TRUE(store
                    ->Write(std::nullopt,
                            [](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
                              return transaction.InsertOrganization(MakeOrganization("acme"))->id;
                            })
                    .ok());
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kWrites; ++i) {
          const std::string id = std::to_string(thread) + "." + std::to_string(i);
          const auto written = store->Write(
              std::nullopt, [&](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
                const Key acme = transaction.GetOrganization("acme")->key;
                const auto rep = transaction.InsertRep(acme, MakeRep(id));
                if (i % 5 == 4) return absl::CancelledError("every fifth");
                return rep->id;
              });
          const auto reading = store->Read().value();
          const Key acme = reading->GetOrganization("acme")->key;
          EXPECT_EQ(reading->GetRep(acme, id).ok(), written.ok());
          if (written.ok()) ++succeeded;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(succeeded, kThreads * kWrites * 4 / 5);
  const auto store = Open(folder.path()).value();
  const Key acme = store->Read().value()->GetOrganization("acme")->key;
  EXPECT_EQ(store->Read().value()->ListReps(acme, kNoKey, {})->items.size(),
            static_cast<size_t>(succeeded));
}

TEST(SqliteStore, FinishesWhatWasStartedBeforeItCloses) {
  TemporaryFolder folder;
  std::atomic<int> answered = 0;
  {
    const auto store = Open(folder.path()).value();
    for (int i = 0; i < 300; ++i) {
      store->StartWrite(
          std::nullopt,
          [i](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
            return transaction.InsertOrganization(MakeOrganization("o" + std::to_string(i)))->id;
          },
          [&answered](absl::StatusOr<std::string> response) {
            if (response.ok()) ++answered;
          });
    }
  }
  EXPECT_EQ(answered, 300);
  const auto store = Open(folder.path()).value();
  EXPECT_EQ(store->Read().value()->ListOrganizations({})->items.size(), 300u);
}

}  // namespace
}  // namespace quotacast::storage
