#ifndef QUOTACAST_SERVER_HISTORY_CACHE_H_
#define QUOTACAST_SERVER_HISTORY_CACHE_H_

// Companies' histories in memory, in the form that the simulation takes, as of what the store holds
// now.

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/kept_company.h"
#include "server/storage/mutex.h"
#include "server/storage/store.h"

namespace quotacast {

// Thread-safe. A history of 1 million stage events and 3 million activities takes some 150 MB, and
// as much again where it is brought up to date while a question still reads it: what is given out
// does not change as long as it is held.
class HistoryCache {
 public:
  // Keeps the `organizations_max` histories used last, and reads each of them the first time on
  // `thread_count` threads. `store` must outlive the cache.
  HistoryCache(storage::Store& store, int thread_count, size_t organizations_max = 8)
      : store_(store), thread_count_(thread_count), organizations_max_(organizations_max) {}

  // The history as it is now: read from the store the first time, afterwards only what is new.
  // NOT_FOUND if there is no such organization.
  absl::StatusOr<std::shared_ptr<const CompanyHistory>> Get(absl::string_view organization_id)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    Mutex mutex;  // Held while loading: others who ask for the organization wait for it.
    std::shared_ptr<KeptCompany> kept ABSL_GUARDED_BY(mutex);
  };
  std::shared_ptr<Entry> EntryOf(absl::string_view organization_id) ABSL_LOCKS_EXCLUDED(mutex_);

  void Forget(absl::string_view organization_id) ABSL_LOCKS_EXCLUDED(mutex_);

  storage::Store& store_;
  const int thread_count_;
  const size_t organizations_max_;
  Mutex mutex_;
  std::list<std::string> used_last_first_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::shared_ptr<Entry>> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_HISTORY_CACHE_H_
