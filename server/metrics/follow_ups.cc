#include "server/metrics/follow_ups.h"

#include <utility>

namespace quotacast::metrics {

using simulation::ActivityType;
using simulation::StageKind;

FollowUpCounts& FollowUpCounts::operator+=(const FollowUpCounts& other) {
  won += other.won;
  lost += other.lost;
  return *this;
}

Counts FollowUpCounts::GivenUpAfterOne() const {
  return {static_cast<double>(lost.bins[1]), static_cast<double>(lost.Count() - lost.bins[0])};
}

Counts FollowUpCounts::WonAfterFive() const {
  int64_t fewer = 0;
  for (int i = 0; i < 5; ++i) fewer += won.bins[i];
  return {static_cast<double>(won.Count() - fewer), static_cast<double>(won.Count())};
}

bool IsFollowUp(const LinkedActivity& activity, int64_t create_us) {
  if (activity.type == ActivityType::kFollowUp) return true;
  return (activity.type == ActivityType::kCall || activity.type == ActivityType::kEmail) &&
         activity.time_us > create_us;
}

FollowUpCounter::FollowUpCounter(const Grouping& grouping, const StageIndex& stages, Window window)
    : window_(window), grouping_(&grouping), stages_(&stages) {
  table_.rows.resize(grouping.row_count());
  table_.per_advance.resize(grouping.row_count() * stages.size());
}

void FollowUpCounter::Add(const Journey& journey, absl::Span<const LinkedActivity> activities) {
  if (journey.create_us >= window_.end_us || journey.stays.empty() ||
      (journey.stays.back().exit_us < window_.start_us &&
       (journey.IsOpen() || journey.close_us < window_.start_us))) {
    return;
  }
  AddToRows(journey, activities);
  size_t next = 0;
  for (const Stay& stay : journey.stays) {
    int64_t during = 0;
    for (; next < activities.size() && activities[next].time_us < stay.exit_us; ++next) {
      during += IsFollowUp(activities[next], journey.create_us);
    }
    if (stay.next_stage == simulation::kNone || !window_.Holds(stay.exit_us)) continue;
    const StageKind kind = (*stages_)[stages_->Of(journey.pipeline, stay.next_stage)].kind;
    const bool advanced =
        kind == StageKind::kWon || (kind == StageKind::kOpen && stay.next_stage > stay.stage);
    if (!advanced) continue;
    const size_t stage = stages_->Of(journey.pipeline, stay.stage);
    table_.per_advance[grouping_->RepRow(stay.rep) * stages_->size() + stage].Add(during);
  }
}

void FollowUpCounter::AddToRows(const Journey& journey,
                                absl::Span<const LinkedActivity> activities) {
  if (journey.IsOpen() || !window_.Holds(journey.close_us) || journey.stays.empty()) return;
  const int64_t end_us = journey.stays.back().exit_us;
  int64_t total = 0;
  for (const LinkedActivity& activity : activities) {
    if (activity.time_us >= end_us) break;
    total += IsFollowUp(activity, journey.create_us);
  }
  FollowUpCounts& row = table_.rows[grouping_->RepRow(journey.close_rep)];
  (journey.state == StageKind::kWon ? row.won : row.lost).Add(total);
}

void FollowUpCounter::Merge(const FollowUpCounter& other) {
  simulation::AddUp(other.table_.rows, table_.rows);
  simulation::AddUp(other.table_.per_advance, table_.per_advance);
}

FollowUpTable FollowUpCounter::Finish() {
  grouping_->SumUp(table_.rows);
  grouping_->SumUp(table_.per_advance, stages_->size());
  return std::move(table_);
}

}  // namespace quotacast::metrics
