#include "server/metrics/stage_conversion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace quotacast::metrics {
namespace {

using simulation::StageKind;

// By whole days.
constexpr auto kIntervals = [] {
  std::array<uint8_t, kLifeTableStarts.back() + 1> intervals{};
  for (size_t i = 0; i < kLifeTableStarts.size(); ++i) {
    const auto end = i + 1 < kLifeTableStarts.size() ? static_cast<size_t>(kLifeTableStarts[i + 1])
                                                     : intervals.size();
    for (auto day = static_cast<size_t>(kLifeTableStarts[i]); day < end; ++day) {
      intervals[day] = static_cast<uint8_t>(i);
    }
  }
  return intervals;
}();

size_t IntervalOf(int64_t duration_us) {
  const int64_t days = duration_us / static_cast<int64_t>(kDayUs);
  return kIntervals[static_cast<size_t>(
      std::clamp<int64_t>(days, 0, static_cast<int64_t>(kIntervals.size()) - 1))];
}

struct Step {
  double at_risk = 0, advanced = 0, left = 0;
  double surviving = 0;  // Before it.
  double incidence = 0;  // Of advancing, after it.
};

double Variance(const std::vector<Step>& steps) {
  const double final = steps.empty() ? 0 : steps.back().incidence;
  double variance = 0;
  for (const Step& step : steps) {
    const double ahead = final - step.incidence;
    const double n = step.at_risk, a = step.advanced, s = step.surviving;
    if (ahead > 0 && n > step.left) {
      variance += ahead * ahead * step.left / (n * (n - step.left));
    }
    variance += s * s * a * (n - a) / (n * n * n);
    variance -= 2 * ahead * s * a / (n * n);
  }
  return std::max(0., variance);
}

int32_t OwnerBefore(const Journey& journey, int64_t time_us) {
  int32_t rep = journey.owners.front().rep;
  for (const OwnerSpell& spell : journey.owners) {
    if (spell.start_us >= time_us) break;
    rep = spell.rep;
  }
  return rep;
}

}  // namespace

LifeTable& LifeTable::operator+=(const LifeTable& other) {
  for (size_t i = 0; i < intervals.size(); ++i) {
    intervals[i].advanced += other.intervals[i].advanced;
    intervals[i].lost += other.intervals[i].lost;
    intervals[i].open += other.intervals[i].open;
  }
  return *this;
}

StageConversion EstimateConversion(const LifeTable& table, int horizon_days) {
  StageConversion result;
  for (const LifeTable::Exits& exits : table.intervals) {
    result.advanced += exits.advanced;
    result.lost += exits.lost;
    result.open += exits.open;
  }
  result.reached = result.advanced + result.lost + result.open;
  auto present = static_cast<double>(result.reached);
  double surviving = 1;
  std::vector<Step> steps;
  double closed = 0;
  for (size_t i = 0; i < table.intervals.size() && kLifeTableStarts[i] < horizon_days; ++i) {
    const LifeTable::Exits& exits = table.intervals[i];
    const double at_risk = present - exits.open / 2.;
    present -= exits.advanced + exits.lost + exits.open;
    if (exits.advanced + exits.lost == 0) continue;
    const double left = exits.advanced + exits.lost;
    closed += left;
    result.advanced_share += surviving * exits.advanced / at_risk;
    result.lost_share += surviving * exits.lost / at_risk;
    steps.push_back(
        {at_risk, static_cast<double>(exits.advanced), left, surviving, result.advanced_share});
    surviving *= 1 - left / at_risk;
  }
  const double variance = Variance(steps);
  result.standard_error = std::sqrt(variance);
  const double share = result.advanced_share;
  const double total = variance > 0 ? share * (1 - share) / variance : closed;
  result.effective.total = std::clamp(total, 0., static_cast<double>(result.reached));
  result.effective.count = share * result.effective.total;
  return result;
}

ConversionCounter::ConversionCounter(const Grouping& grouping, const StageIndex& stages,
                                     Window window)
    : window_(window),
      grouping_(&grouping),
      stages_(&stages),
      cells_(grouping.row_count() * stages.size()) {}

void ConversionCounter::Add(const Journey& journey, int64_t as_of_us) {
  const int64_t end_of_it_us = journey.IsOpen() ? as_of_us : journey.close_us;
  if (journey.create_us >= window_.end_us || end_of_it_us < window_.start_us) return;
  // The stays in order, each with the furthest stage before it, tell when each stage was first
  // reached.
  const bool lost = journey.state == StageKind::kLost;
  const bool won = journey.state == StageKind::kWon;
  for (size_t i = 0; i < journey.stays.size();) {
    const Stay& stay = journey.stays[i];
    size_t next = i + 1;
    while (next < journey.stays.size() && journey.stays[next].stage <= stay.stage) ++next;
    const bool goes_on = next < journey.stays.size();
    const int64_t exit_us = goes_on ? journey.stays[next].entry_us : end_of_it_us;
    const int32_t row = grouping_->RepRow(OwnerBefore(journey, exit_us));
    const size_t last_passed = goes_on ? journey.stays[next].stage
                               : won   ? stages_->size()
                                       : static_cast<size_t>(stay.stage) + 1;
    // From the stage it sat in to the one it reached next, those between passed in no time.
    for (size_t s = stages_->Of(journey.pipeline, stay.stage);
         s < stages_->size() && (*stages_)[s].pipeline == journey.pipeline; ++s) {
      const StageIndex::Entry& entry = (*stages_)[s];
      if (static_cast<size_t>(entry.stage) >= last_passed) break;
      if (entry.kind != StageKind::kOpen) continue;
      const bool sat = entry.stage == stay.stage;
      const int64_t entry_us = sat ? stay.entry_us : exit_us;
      if (!window_.Holds(entry_us)) continue;
      LifeTable::Exits& exits =
          cells_[row * stages_->size() + s].intervals[IntervalOf(exit_us - entry_us)];
      if (goes_on || won) {
        ++exits.advanced;
      } else if (lost) {
        ++exits.lost;
      } else {
        ++exits.open;
      }
    }
    i = next;
  }
}

std::vector<LifeTable> ConversionCounter::Finish() {
  grouping_->SumUp(cells_, stages_->size());
  return std::move(cells_);
}

}  // namespace quotacast::metrics
