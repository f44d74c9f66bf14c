#ifndef QUOTACAST_TESTS_SERVER_STORAGE_STORE_FIXTURE_H_
#define QUOTACAST_TESTS_SERVER_STORAGE_STORE_FIXTURE_H_

// A store for each test, on disk, with a clock that the test sets and a small company in it.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/store.h"

namespace quotacast::storage {

// A fresh folder under the temporary one; goes with its content.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// One kind of store. `open` opens (or makes) what lies in the folder.
struct Backend {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Store>>(const std::string& folder,
                                                       std::function<int64_t()> now_us)>
      open;
};
Backend SqliteBackend();

inline constexpr int64_t kHour = int64_t{3'600} * 1'000'000;

class StoreFixture {
 public:
  explicit StoreFixture(Backend backend);

  Store& store() { return *store_; }
  // Closes the store and opens it again.
  void Reopen();
  void SetNowUs(int64_t now_us) { now_us_ = now_us; }
  const std::string& folder() const { return folder_.path(); }

  // Runs `function` in a write, which must succeed.
  void Write(const std::function<void(WriteTransaction&)>& function);
  // Runs `function` in a write; the status it returns decides.
  absl::Status TryWrite(const std::function<absl::Status(WriteTransaction&)>& function);
  std::unique_ptr<ReadTransaction> Read();

  // Organization "acme", team "north" with reps "ann" and "bob", pipeline "sales" with the stages
  // "lead", "offer" (open), "won" and "lost".
  void MakeCompany();
  Key organization() const { return organization_; }
  Key rep(const std::string& id);
  Key pipeline(const std::string& id);
  // An opportunity of pipeline "sales" created at 0; returns its key.
  Key MakeOpportunity(const std::string& id, const std::string& rep = "ann");

 private:
  Backend backend_;
  TemporaryFolder folder_;
  std::atomic<int64_t> now_us_{1'000 * kHour};
  std::unique_ptr<Store> store_;
  Key organization_ = kNoKey;
};

Organization MakeOrganization(const std::string& id);
Team MakeTeam(const std::string& id, const std::string& parent = "");
Rep MakeRep(const std::string& id, const std::string& team = "");
// Stages as in MakeCompany.
Pipeline MakePipeline(const std::string& id);

OpportunityFact MakeOpportunityFact(absl::string_view id, Key pipeline, Key rep);
StageEventFact MakeEvent(Key opportunity, int64_t time_us, int16_t stage);
ActivityFact MakeActivity(absl::string_view id, Key rep, int64_t time_us);
QuotaFact MakeQuota(Key rep, Day period_start, int64_t target);

}  // namespace quotacast::storage

#endif  // QUOTACAST_TESTS_SERVER_STORAGE_STORE_FIXTURE_H_
