#include "simulation/cell_frames.h"

#include <set>

#include "simulation/add_up.h"

namespace quotacast::simulation {
namespace {

std::vector<int16_t> ExpectedNext(const Pipeline& pipeline, size_t stage) {
  std::set<int16_t> next;
  const auto add_first = [&](size_t from, StageKind kind) {
    for (size_t s = from; s < pipeline.stages.size(); ++s) {
      if (pipeline.stages[s].kind != kind) continue;
      next.insert(static_cast<int16_t>(s));
      return true;
    }
    return false;
  };
  if (!add_first(stage + 1, StageKind::kOpen)) add_first(0, StageKind::kWon);
  add_first(0, StageKind::kLost);
  return {next.begin(), next.end()};
}

}  // namespace

CellMap::CellMap(const std::vector<Pipeline>& all) {
  for (size_t p = 0; p < all.size(); ++p) {
    std::vector<int32_t>& numbers = cell_of.emplace_back();
    for (size_t s = 0; s < all[p].stages.size(); ++s) {
      const bool open = all[p].stages[s].kind == StageKind::kOpen;
      numbers.push_back(open ? static_cast<int32_t>(stages.size()) : kNone);
      if (!open) continue;
      pipelines.push_back(static_cast<int32_t>(p));
      stages.push_back(static_cast<int16_t>(s));
      expected_next.push_back(ExpectedNext(all[p], s));
    }
  }
}

void EarliestDay::Count(Day day, int64_t sign) {
  if (sign > 0 && day < day_) {
    day_ = day;
    count_ = 1;
  } else if (day == day_) {
    count_ += sign;
  }
}

void EarliestDay::Add(const EarliestDay& other) {
  if (other.day_ < day_) {
    *this = other;
  } else if (other.day_ == day_) {
    count_ += other.count_;
  }
}

FrameCounts::FrameCounts(const CellMap& cells, const std::vector<Pipeline>& pipelines,
                         const std::vector<int>& bucket_starts)
    : cells_(&cells),
      bucket_starts_(&bucket_starts),
      first_exits_(cells.stages.size()),
      before_(cells.stages.size() * bucket_starts.size()),
      after_(before_),
      exits_(before_) {
  for (const int32_t p : cells.pipelines) next_stages_.emplace_back(pipelines[p].stages.size());
}

void FrameCounts::CountExits(absl::Span<const Visit> visits, int64_t sign) {
  const size_t buckets = bucket_starts_->size();
  for (const Visit& visit : visits) {
    if (visit.next_stage == kNone) continue;
    const size_t cell = static_cast<size_t>(cells_->Of(visit));
    first_exits_[cell].Count(visit.last_day, sign);
    next_stages_[cell][visit.next_stage] += sign;
    const int bucket = BucketOf(visit.last_day - visit.entry_day, *bucket_starts_);
    exits_[cell * buckets + static_cast<size_t>(bucket)] += sign;
  }
}

void FrameCounts::AddExits(const FrameCounts& other) {
  for (size_t c = 0; c < first_exits_.size(); ++c) {
    first_exits_[c].Add(other.first_exits_[c]);
    AddUp(other.next_stages_[c], next_stages_[c]);
  }
  AddUp(other.exits_, exits_);
}

void FrameCounts::FixFirstExits() {
  split_.clear();
  for (const EarliestDay& first : first_exits_) split_.push_back(first.day());
}

void FrameCounts::CountDays(absl::Span<const Visit> visits, int64_t sign) {
  const size_t buckets = bucket_starts_->size();
  for (const Visit& visit : visits) {
    const size_t cell = static_cast<size_t>(cells_->Of(visit));
    const Day split = std::clamp(split_[cell], visit.first_day, visit.last_day);
    const auto count = [&](std::vector<int64_t>& days) {
      return [&](int bucket, Day from, Day to) {
        days[cell * buckets + static_cast<size_t>(bucket)] += sign * (to - from);
      };
    };
    ForEachBucketRun(visit.entry_day, visit.first_day, split, *bucket_starts_, count(before_));
    ForEachBucketRun(visit.entry_day, split, visit.last_day + 1, *bucket_starts_, count(after_));
  }
}

void FrameCounts::AddDays(const FrameCounts& other) {
  AddUp(other.before_, before_);
  AddUp(other.after_, after_);
}

bool FrameCounts::FirstExitsHold() const {
  for (size_t c = 0; c < first_exits_.size(); ++c) {
    if (!first_exits_[c].known() || first_exits_[c].day() != split_[c]) return false;
  }
  return true;
}

std::vector<CellFrame> FrameCounts::Frames(double unseen_exits_limit) const {
  const size_t buckets = bucket_starts_->size();
  std::vector<CellFrame> frames;
  for (size_t cell = 0; cell < first_exits_.size(); ++cell) {
    double unseen = 0;
    for (size_t i = cell * buckets; i < (cell + 1) * buckets; ++i) {
      if (after_[i] == 0) continue;
      unseen += static_cast<double>(before_[i]) * static_cast<double>(exits_[i]) /
                static_cast<double>(after_[i]);
    }
    CellFrame& frame = frames.emplace_back();
    if (split_[cell] != INT32_MAX && unseen > unseen_exits_limit) {
      frame.observed_from = split_[cell];
    }
    std::set<int16_t> next(cells_->expected_next[cell].begin(), cells_->expected_next[cell].end());
    for (size_t s = 0; s < next_stages_[cell].size(); ++s) {
      if (next_stages_[cell][s] > 0) next.insert(static_cast<int16_t>(s));
    }
    frame.next_stages = {next.begin(), next.end()};
  }
  return frames;
}

}  // namespace quotacast::simulation
