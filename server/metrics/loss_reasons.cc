#include "server/metrics/loss_reasons.h"

namespace quotacast::metrics {

void LossReasons::Add(int32_t opportunity, int64_t time_us, absl::string_view reason) {
  const auto number = static_cast<int32_t>(texts_.size());
  const auto [entry, added] = numbers_.try_emplace(std::string(reason), number);
  if (added) texts_.emplace_back(reason);
  if (time_us == INT64_MIN) {
    given_[{opportunity, time_us}].number = entry->second;
    return;
  }
  // Facts may come in any order: the chain goes from the last one backwards.
  int64_t later_us = INT64_MAX;
  int64_t earlier_us = given_[{opportunity, later_us}].earlier_us;
  while (earlier_us > time_us) {
    later_us = earlier_us;
    earlier_us = given_[{opportunity, later_us}].earlier_us;
  }
  if (earlier_us != time_us) {
    given_[{opportunity, later_us}].earlier_us = time_us;
    given_[{opportunity, time_us}].earlier_us = earlier_us;
  }
  given_[{opportunity, time_us}].number = entry->second;
}

int32_t LossReasons::Of(int32_t opportunity, int64_t close_us, int64_t as_of_us) const {
  for (auto found = given_.find({opportunity, INT64_MAX}); found != given_.end();) {
    const int64_t time_us = found->second.earlier_us;
    if (time_us < close_us || time_us == INT64_MIN) break;
    found = given_.find({opportunity, time_us});
    if (time_us < as_of_us) return found->second.number;
  }
  const auto own = given_.find({opportunity, INT64_MIN});
  return own == given_.end() ? simulation::kNone : own->second.number;
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
