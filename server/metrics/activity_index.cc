#include "server/metrics/activity_index.h"

#include <algorithm>
#include <utility>

namespace quotacast::metrics {
namespace {

using simulation::Activity;
using simulation::History;

constexpr size_t kTail = size_t{1} << 17;

LinkedActivity Linked(const Activity& activity) {
  return {activity.time_us, activity.rep, activity.type, activity.outcome};
}

bool Same(const Activity& a, const Activity& b) {
  return a.time_us == b.time_us && a.rep == b.rep && a.opportunity == b.opportunity &&
         a.duration_seconds == b.duration_seconds && a.type == b.type && a.outcome == b.outcome;
}

}  // namespace

ActivityIndex::Chunk ActivityIndex::MakeChunk(absl::Span<const Placed> placed) {
  Chunk chunk;
  for (const Placed& one : placed) ++chunk.first[one.place + 1];
  for (size_t i = 1; i <= kChunk; ++i) chunk.first[i] += chunk.first[i - 1];
  chunk.activities.resize(placed.size());
  std::array<uint32_t, kChunk + 1> next = chunk.first;
  for (const Placed& one : placed) chunk.activities[next[one.place]++] = one.activity;
  return chunk;
}

ActivityIndex::Chunk ActivityIndex::MergeChunk(const Chunk& before, const Chunk& added) {
  Chunk chunk;
  chunk.activities.reserve(before.activities.size() + added.activities.size());
  for (size_t i = 0; i < kChunk; ++i) {
    std::merge(
        before.activities.begin() + before.first[i],
        before.activities.begin() + before.first[i + 1], added.activities.begin() + added.first[i],
        added.activities.begin() + added.first[i + 1], std::back_inserter(chunk.activities),
        [](const LinkedActivity& a, const LinkedActivity& b) { return a.time_us < b.time_us; });
    chunk.first[i + 1] = static_cast<uint32_t>(chunk.activities.size());
  }
  return chunk;
}

ActivityIndex::ActivityIndex(const History& history) {
  // Counted first, so that every list is made as long as it will be.
  std::vector<uint32_t> counts(history.opportunities.size(), 0);
  for (const Activity& activity : history.activities) {
    if (activity.opportunity != simulation::kNone) ++counts[activity.opportunity];
  }
  std::vector<std::shared_ptr<Chunk>> chunks((counts.size() + kChunk - 1) / kChunk);
  for (size_t c = 0; c < chunks.size(); ++c) {
    chunks[c] = std::make_shared<Chunk>();
    std::array<uint32_t, kChunk + 1>& first = chunks[c]->first;
    for (size_t i = 0; i < kChunk; ++i) {
      const size_t opportunity = c * kChunk + i;
      first[i + 1] = first[i] + (opportunity < counts.size() ? counts[opportunity] : 0);
    }
    chunks[c]->activities.resize(first[kChunk]);
  }
  // From here on: how many of each are still to come.
  for (const Activity& activity : history.activities) {
    if (activity.opportunity == simulation::kNone) continue;
    const auto at = static_cast<size_t>(activity.opportunity);
    Chunk& chunk = *chunks[at / kChunk];
    chunk.activities[chunk.first[at % kChunk + 1] - counts[at]--] = Linked(activity);
  }
  chunks_.assign(chunks.begin(), chunks.end());
  RememberSource(history);
}

ActivityIndex ActivityIndex::Extended(const History& history) const {
  std::vector<Activity> added;
  if (!CanExtendTo(history) || !FindAdded(history, added)) return ActivityIndex(history);
  ActivityIndex next;
  next.chunks_ = chunks_;
  const size_t chunk_count = (history.opportunities.size() + kChunk - 1) / kChunk;
  if (chunk_count > chunks_.size()) {
    next.chunks_.resize(chunk_count, std::make_shared<const Chunk>());
  }
  std::stable_sort(added.begin(), added.end(), [](const Activity& a, const Activity& b) {
    return static_cast<size_t>(a.opportunity) / kChunk <
           static_cast<size_t>(b.opportunity) / kChunk;
  });
  std::vector<Placed> placed;
  for (size_t i = 0; i < added.size();) {
    const size_t number = static_cast<size_t>(added[i].opportunity) / kChunk;
    placed.clear();
    for (; i < added.size() && static_cast<size_t>(added[i].opportunity) / kChunk == number; ++i) {
      const size_t place = static_cast<size_t>(added[i].opportunity) % kChunk;
      placed.push_back({static_cast<uint32_t>(place), Linked(added[i])});
    }
    std::shared_ptr<const Chunk>& chunk = next.chunks_[number];
    chunk = std::make_shared<const Chunk>(MergeChunk(*chunk, MakeChunk(placed)));
  }
  next.RememberSource(history);
  return next;
}

bool ActivityIndex::CanExtendTo(const History& history) const {
  if (history.opportunities.size() < opportunity_count_ ||
      history.activities.size() < activity_count_ || history.reps.size() != rep_ids_.size()) {
    return false;
  }
  if (opportunity_count_ > 0 &&
      history.opportunities[opportunity_count_ - 1].id != last_opportunity_id_) {
    return false;
  }
  for (size_t i = 0; i < rep_ids_.size(); ++i) {
    if (history.reps[i].id != rep_ids_[i]) return false;
  }
  return true;
}

bool ActivityIndex::FindAdded(const History& history, std::vector<Activity>& added) const {
  // What was there before is still there in the same order. From the end backwards, whatever is not
  // the next one of those is new; once as many are found as there are more, the rest is the same.
  size_t left = history.activities.size() - activity_count_;
  size_t before = tail_.size();
  for (size_t now = history.activities.size(); left > 0; --now) {
    const Activity& activity = history.activities[now - 1];
    if (before == 0 && tail_.size() < activity_count_) return false;
    if (before > 0 && Same(activity, tail_[before - 1])) {
      --before;
      continue;
    }
    --left;
    if (activity.opportunity != simulation::kNone) added.push_back(activity);
  }
  std::reverse(added.begin(), added.end());
  return true;
}

void ActivityIndex::RememberSource(const History& history) {
  for (const simulation::Rep& rep : history.reps) rep_ids_.push_back(rep.id);
  opportunity_count_ = history.opportunities.size();
  activity_count_ = history.activities.size();
  if (opportunity_count_ > 0) last_opportunity_id_ = history.opportunities.back().id;
  const size_t kept = std::min(kTail, activity_count_);
  tail_.assign(history.activities.end() - static_cast<ptrdiff_t>(kept), history.activities.end());
}

}  // namespace quotacast::metrics
