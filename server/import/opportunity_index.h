#ifndef QUOTACAST_SERVER_IMPORT_OPPORTUNITY_INDEX_H_
#define QUOTACAST_SERVER_IMPORT_OPPORTUNITY_INDEX_H_

// The opportunities that an import has met: its own, and stored ones that its rows refer to.

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/storage/records.h"

namespace quotacast::importing {

struct OpportunityEntry {
  storage::Key key = storage::kNoKey;  // Below 0: not stored, as the import only validates.
  storage::Key pipeline = storage::kNoKey;
  int64_t create_time_us = 0;
  // Of the stage events met so far, the latest of the stream.
  int64_t last_time_us = INT64_MIN;
  int16_t last_stage = -1;
  bool last_closes = false;
  bool in_stream = false;  // A row of this import; then `content` is the hash of the row.
  uint32_t content = 0;
};

class OpportunityIndex {
 public:
  // Null where it has not been met. Valid until the next Add.
  OpportunityEntry* Find(absl::string_view id) {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
  }
  void Add(absl::string_view id, const OpportunityEntry& entry) {
    entries_.insert_or_assign(std::string(id), entry);
  }

 private:
  absl::flat_hash_map<std::string, OpportunityEntry> entries_;
};

}  // namespace quotacast::importing

#endif  // QUOTACAST_SERVER_IMPORT_OPPORTUNITY_INDEX_H_
