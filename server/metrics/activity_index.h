#ifndef QUOTACAST_SERVER_METRICS_ACTIVITY_INDEX_H_
#define QUOTACAST_SERVER_METRICS_ACTIVITY_INDEX_H_

// A history's activities by opportunity, in time order. Kept beside the history: it does not depend
// on the question, and the index of a history that has grown is made from the one before.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "simulation/history.h"

namespace quotacast::metrics {

struct LinkedActivity {
  int64_t time_us = 0;
  int32_t rep = simulation::kNone;
  simulation::ActivityType type = simulation::ActivityType::kOther;
  simulation::ActivityOutcome outcome = simulation::ActivityOutcome::kUnknown;
};

// Immutable, so that any number of threads may read it. Memory: 16 bytes an activity, shared with
// the indices made from this one but for what they changed.
class ActivityIndex {
 public:
  // Linear in the history.
  explicit ActivityIndex(const simulation::History& history);

  // The index of a history that holds all that this one was made of, reps and opportunities in the
  // same places, and perhaps more. Takes as long as what is new is much, where its times are among
  // the last 100,000 or so; else as long as a fresh one. A history whose reps differ is read
  // afresh.
  ActivityIndex Extended(const simulation::History& history) const;

  // Of an opportunity of the history.
  absl::Span<const LinkedActivity> Of(int32_t opportunity) const {
    const auto at = static_cast<size_t>(opportunity);
    const Chunk& chunk = *chunks_[at / kChunk];
    const uint32_t first = chunk.first[at % kChunk];
    return absl::MakeConstSpan(chunk.activities)
        .subspan(first, chunk.first[at % kChunk + 1] - first);
  }

 private:
  static constexpr size_t kChunk = 1024;  // Opportunities, which are copied together.
  struct Chunk {
    std::array<uint32_t, kChunk + 1> first{};
    std::vector<LinkedActivity> activities;
  };
  // By opportunity within a chunk, those of one opportunity in their order.
  struct Placed {
    uint32_t place = 0;
    LinkedActivity activity;
  };

  ActivityIndex() = default;
  static Chunk MakeChunk(absl::Span<const Placed> placed);
  static Chunk MergeChunk(const Chunk& before, const Chunk& added);
  bool CanExtendTo(const simulation::History& history) const;
  // The activities of `history` that are new, in their order; false where they are older than the
  // tail reaches.
  bool FindAdded(const simulation::History& history,
                 std::vector<simulation::Activity>& added) const;
  void RememberSource(const simulation::History& history);

  std::vector<std::shared_ptr<const Chunk>> chunks_;
  // What the index was made of: enough to tell what is new.
  std::vector<std::string> rep_ids_;
  size_t opportunity_count_ = 0, activity_count_ = 0;
  std::string last_opportunity_id_;
  std::vector<simulation::Activity> tail_;  // The last activities, in their order.
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_ACTIVITY_INDEX_H_
