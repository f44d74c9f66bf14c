#ifndef QUOTACAST_SERVER_STORAGE_FOLDER_LOCK_H_
#define QUOTACAST_SERVER_STORAGE_FOLDER_LOCK_H_

// Keeps a second process out of a data folder. SQLite's own locks would let it in, and two
// connections that write or checkpoint can lose data in the SQLite of Debian 12.

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace quotacast::storage {

// Holds an exclusive lock on FOLDER/lock while it lives; the kernel lets go of it when the process
// ends, however it ends.
class FolderLock {
 public:
  // Makes the folder if it is not there. FAILED_PRECONDITION if another holds the lock.
  static absl::StatusOr<std::unique_ptr<FolderLock>> Take(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace quotacast::storage

#endif  // QUOTACAST_SERVER_STORAGE_FOLDER_LOCK_H_
