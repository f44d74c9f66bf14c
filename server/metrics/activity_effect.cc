#include "server/metrics/activity_effect.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "simulation/portable_math.h"

namespace quotacast::metrics {
namespace {

constexpr int64_t kEffectUs = static_cast<int64_t>(kActivityEffectDays * kDayUs);
constexpr double kNormalQuantile95 = 1.6448536269514722;

constexpr double kDayMs = kDayUs / 1000;

int64_t Milliseconds(int64_t start_us, int64_t end_us) {
  return end_us > start_us ? (end_us - start_us) / 1000 : 0;
}

}  // namespace

EffectTable::Cell& EffectTable::Cell::operator+=(const Cell& other) {
  for (int i = 0; i < kActivityTypeCount; ++i) {
    advances_after[i] += other.advances_after[i];
    after_ms[i] += other.after_ms[i];
  }
  advances += other.advances;
  ms += other.ms;
  return *this;
}

void EffectCounter::Add(const Journey& journey, absl::Span<const LinkedActivity> activities) {
  for (const Stay& stay : journey.stays) {
    if (stay.exit_us >= window_.start_us && stay.entry_us < window_.end_us) {
      AddStay(stay, journey, activities);
    }
  }
}

void EffectCounter::AddStay(const Stay& stay, const Journey& journey,
                            absl::Span<const LinkedActivity> activities) {
  const int64_t start_us = std::max(stay.entry_us, window_.start_us);
  const int64_t end_us = std::min(stay.exit_us, window_.end_us);
  EffectTable::Cell& cell =
      table_.At(grouping_->RepRow(stay.rep), stages_->Of(journey.pipeline, stay.stage));
  cell.ms += Milliseconds(start_us, end_us);
  std::array<int64_t, kActivityTypeCount> covered;
  covered.fill(start_us);
  // Those before it reach no further than its start.
  const auto first = std::lower_bound(
      activities.begin(), activities.end(), start_us - kEffectUs,
      [](const LinkedActivity& activity, int64_t time_us) { return activity.time_us < time_us; });
  for (auto it = first; it != activities.end() && it->time_us < end_us; ++it) {
    const LinkedActivity& activity = *it;
    const size_t type = IndexOf(activity.type);
    const int64_t until_us = std::min(activity.time_us + kEffectUs, end_us);
    if (until_us <= covered[type]) continue;
    cell.after_ms[type] += Milliseconds(std::max(activity.time_us, covered[type]), until_us);
    covered[type] = until_us;
  }
  if (stay.next_stage == simulation::kNone || !window_.Holds(stay.exit_us)) return;
  const simulation::StageKind kind =
      (*stages_)[stages_->Of(journey.pipeline, stay.next_stage)].kind;
  if (kind == simulation::StageKind::kLost ||
      (kind == simulation::StageKind::kOpen && stay.next_stage < stay.stage)) {
    return;
  }
  ++cell.advances;
  for (int i = 0; i < kActivityTypeCount; ++i) {
    cell.advances_after[i] += covered[i] == end_us && end_us > start_us;
  }
}

EffectTable EffectCounter::Finish() {
  table_.SumUp(*grouping_);
  return std::move(table_);
}

RateRatio EffectTable::Of(int32_t row, simulation::ActivityType type) const {
  const size_t i = IndexOf(type);
  RateRatio result;
  double numerator = 0, denominator = 0, variance = 0;
  for (size_t s = 0; s < stage_count_; ++s) {
    const Cell& cell = cells_[row * stage_count_ + s];
    const double after = static_cast<double>(cell.after_ms[i]) / kDayMs;
    const double other =
        static_cast<double>(std::max<int64_t>(0, cell.ms - cell.after_ms[i])) / kDayMs;
    const auto a = static_cast<double>(cell.advances_after[i]);
    const auto b = static_cast<double>(cell.advances - cell.advances_after[i]);
    result.advances_after += cell.advances_after[i];
    result.advances_other += cell.advances - cell.advances_after[i];
    result.days_after += after;
    result.days_other += other;
    const double all = after + other;
    if (all <= 0) continue;
    numerator += a * other / all;
    denominator += b * after / all;
    variance += (a + b) * after * other / (all * all);
  }
  if (numerator <= 0 || denominator <= 0) return result;
  result.ratio = numerator / denominator;
  const double spread = kNormalQuantile95 * std::sqrt(variance / (numerator * denominator));
  result.interval = {result.ratio * simulation::Exp(-spread),
                     result.ratio * simulation::Exp(spread)};
  return result;
}

}  // namespace quotacast::metrics
