#ifndef QUOTACAST_SERVER_HISTORY_FACTS_H_
#define QUOTACAST_SERVER_HISTORY_FACTS_H_

// The facts of a company as the store has them, by indices into its history in place of keys.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/key_index.h"
#include "server/storage/store.h"
#include "simulation/history.h"

namespace quotacast {

// Indices into the history by the store's keys.
struct StaffIndices {
  absl::flat_hash_map<storage::Key, int32_t> reps, teams, pipelines;
  // By pipeline index and stage number: index of the stage; kNone where there is none.
  std::vector<std::vector<int16_t>> stages;
};

// What the attribute `loss_reason`, else `reason`, of an opportunity (INT64_MIN) or event said.
struct GivenReason {
  int32_t opportunity;
  int64_t time_us;
  std::string reason;
};

struct OpportunityFacts {
  std::vector<storage::Key> keys;
  simulation::LargeArray<simulation::Opportunity> opportunities;  // Without labels.
  std::vector<std::string> names;
  std::vector<GivenReason> reasons;  // `opportunity` counts from the first of these.
};

struct EventFacts {
  simulation::LargeArray<simulation::StageEvent> events;
  simulation::LargeArray<simulation::Activity> activities;
  std::vector<GivenReason> reasons;
};

// Reads facts of one organization. Thread-safe, as long as what it refers to does not change.
class FactReader {
 public:
  FactReader(storage::Key organization, const StaffIndices& staff)
      : organization_(organization), staff_(&staff) {}
  // Those recorded at some revisions, in the order of their recording. Events and activities need
  // the opportunities known so far, with their numbers by key.
  absl::StatusOr<OpportunityFacts> Opportunities(storage::ReadTransaction& reading,
                                                 storage::RevisionRange revisions) const;
  absl::StatusOr<EventFacts> Events(
      storage::ReadTransaction& reading, storage::RevisionRange revisions, const KeyIndex& numbers,
      const simulation::LargeArray<simulation::Opportunity>& known) const;

 private:
  storage::Key organization_;
  const StaffIndices* staff_;
};

// Index of a key; kNone where there is none.
int32_t Find(const absl::flat_hash_map<storage::Key, int32_t>& indices, storage::Key key);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_HISTORY_FACTS_H_
