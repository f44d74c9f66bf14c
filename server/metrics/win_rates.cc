#include "server/metrics/win_rates.h"

#include <algorithm>
#include <utility>

namespace quotacast::metrics {

using simulation::StageKind;

CloseCounts& CloseCounts::operator+=(const CloseCounts& other) {
  won += other.won;
  lost += other.lost;
  won_amount_micros += other.won_amount_micros;
  lost_amount_micros += other.lost_amount_micros;
  won_units += other.won_units;
  won_cycle_ms += other.won_cycle_ms;
  return *this;
}

double CloseCounts::AverageDealSizeMicros() const {
  return won > 0 ? static_cast<double>(won_amount_micros) / static_cast<double>(won) : 0;
}

double CloseCounts::AverageCycleDays() const {
  return won > 0 ? static_cast<double>(won_cycle_ms) / (kDayUs / 1000) / static_cast<double>(won)
                 : 0;
}

StageCloseCounts& StageCloseCounts::operator+=(const StageCloseCounts& other) {
  reached_won += other.reached_won;
  reached_lost += other.reached_lost;
  left_won += other.left_won;
  left_lost += other.left_lost;
  left_won_amount_micros += other.left_won_amount_micros;
  left_lost_amount_micros += other.left_lost_amount_micros;
  return *this;
}

CloseCounter::CloseCounter(const Grouping& grouping, const StageIndex& stages, Window window)
    : window_(window), grouping_(&grouping), stages_(&stages) {
  table_.rows.resize(grouping.row_count());
  table_.stages.resize(grouping.row_count() * stages.size());
}

void CloseCounter::Add(const Journey& journey) {
  if (journey.IsOpen() || !window_.Holds(journey.close_us)) return;
  const int32_t row_index = grouping_->RepRow(journey.close_rep);
  CloseCounts& row = table_.rows[row_index];
  const bool won = journey.state == StageKind::kWon;
  if (won) {
    ++row.won;
    row.won_amount_micros += journey.amount_micros;
    row.won_units += journey.units;
    row.won_cycle_ms += (journey.close_us - journey.create_us) / 1000;
  } else {
    ++row.lost;
    row.lost_amount_micros += journey.amount_micros;
  }
  if (journey.stays.empty()) return;
  StageCloseCounts* const stages = &table_.stages[row_index * stages_->size()];
  int16_t furthest = 0;
  for (const Stay& stay : journey.stays) furthest = std::max(furthest, stay.stage);
  for (int16_t s = journey.stays.front().stage; s <= furthest; ++s) {
    StageCloseCounts& stage = stages[stages_->Of(journey.pipeline, s)];
    ++(won ? stage.reached_won : stage.reached_lost);
  }
  StageCloseCounts& last = stages[stages_->Of(journey.pipeline, journey.stays.back().stage)];
  ++(won ? last.left_won : last.left_lost);
  (won ? last.left_won_amount_micros : last.left_lost_amount_micros) += journey.amount_micros;
}

void CloseCounter::Merge(const CloseCounter& other) {
  simulation::AddUp(other.table_.rows, table_.rows);
  simulation::AddUp(other.table_.stages, table_.stages);
}

CloseTable CloseCounter::Finish() {
  grouping_->SumUp(table_.rows);
  grouping_->SumUp(table_.stages, stages_->size());
  return std::move(table_);
}

}  // namespace quotacast::metrics
