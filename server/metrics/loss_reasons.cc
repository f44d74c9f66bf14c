#include "server/metrics/loss_reasons.h"

namespace quotacast::metrics {

void LossReasons::Add(int32_t opportunity, int64_t time_us, absl::string_view reason) {
  const auto number = static_cast<int32_t>(texts_.size());
  const auto [entry, added] = numbers_.try_emplace(std::string(reason), number);
  if (added) texts_.emplace_back(reason);
  given_[{opportunity, time_us}] = entry->second;
}

int32_t LossReasons::Of(int32_t opportunity, int64_t close_us, int64_t as_of_us) const {
  // The last one before as_of.
  auto given = given_.lower_bound({opportunity, as_of_us});
  if (given != given_.begin()) {
    --given;
    const auto& [of, time_us] = given->first;
    if (of == opportunity && time_us >= close_us) return given->second;
  }
  const auto own = given_.find({opportunity, INT64_MIN});
  return own == given_.end() ? simulation::kNone : own->second;
}

void LossReasonCounter::Add(const Journey& journey) {
  if (journey.state != simulation::StageKind::kLost || !window_.Holds(journey.close_us)) return;
  const int32_t reason = reasons_->Of(journey.opportunity, journey.close_us, as_of_us_);
  if (reason == simulation::kNone) return;
  const auto add = [&](int32_t row) {
    LossCount& losses = rows_[row][reason];
    ++losses.count;
    losses.amount_micros += journey.amount_micros;
  };
  const int32_t row = grouping_->RepRow(journey.close_rep);
  add(row);
  if (row >= grouping_->rep_count()) return;
  for (const int32_t above : grouping_->Above(row)) add(above);
}

void LossReasonCounter::Merge(const LossReasonCounter& other) {
  for (size_t row = 0; row < rows_.size(); ++row) {
    for (const auto& [reason, losses] : other.rows_[row]) {
      LossCount& own = rows_[row][reason];
      own.count += losses.count;
      own.amount_micros += losses.amount_micros;
    }
  }
}

}  // namespace quotacast::metrics
