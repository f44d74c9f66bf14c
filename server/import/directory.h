#ifndef QUOTACAST_SERVER_IMPORT_DIRECTORY_H_
#define QUOTACAST_SERVER_IMPORT_DIRECTORY_H_

// What rows of an import refer to by id, but for opportunities: teams, reps, pipelines and their
// stages. Holds what is stored, and over it what an import that only validates would have stored.

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/store.h"

namespace quotacast::importing {

struct Stage {
  int16_t number = 0;
  storage::StageKind kind = storage::StageKind::kOpen;
};

struct PipelineEntry {
  storage::Pipeline record;
  absl::flat_hash_map<std::string, Stage> stages;  // By id.

  const Stage* FindStage(absl::string_view id) const {
    const auto found = stages.find(id);
    return found == stages.end() ? nullptr : &found->second;
  }
};

class Directory {
 public:
  // NOT_FOUND if there is no such organization.
  static absl::StatusOr<Directory> Load(storage::ReadTransaction& transaction,
                                        absl::string_view organization_id);

  const storage::Organization& organization() const { return organization_; }
  // Null where there is none. Valid as long as the directory.
  const storage::Team* FindTeam(absl::string_view id) const;
  const storage::Rep* FindRep(absl::string_view id) const;
  const PipelineEntry* FindPipeline(absl::string_view id) const;
  const PipelineEntry* FindPipeline(storage::Key key) const;

  // A record without a key gets one that no stored record has: below 0.
  void Add(storage::Team team);
  void Add(storage::Rep rep);
  void Add(storage::Pipeline pipeline);
  storage::Key NextUnstoredKey() { return --last_unstored_key_; }

 private:
  storage::Organization organization_;
  absl::node_hash_map<std::string, storage::Team> teams_;
  absl::node_hash_map<std::string, storage::Rep> reps_;
  absl::node_hash_map<std::string, PipelineEntry> pipelines_;
  absl::flat_hash_map<storage::Key, std::string> pipeline_ids_;
  storage::Key last_unstored_key_ = 0;
};

}  // namespace quotacast::importing

#endif  // QUOTACAST_SERVER_IMPORT_DIRECTORY_H_
