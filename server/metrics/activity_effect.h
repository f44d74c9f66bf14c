#ifndef QUOTACAST_SERVER_METRICS_ACTIVITY_EFFECT_H_
#define QUOTACAST_SERVER_METRICS_ACTIVITY_EFFECT_H_

// Which kinds of activity go together with results: how much more often an opportunity advances in
// the seven days after an activity of a kind than on other days, given its stage.
//
// It is a comparison, not an experiment: a rep calls those who are about to buy.

#include <array>
#include <vector>

#include "absl/types/span.h"
#include "server/metrics/activity_counts.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/grouping.h"
#include "server/metrics/journey.h"
#include "server/metrics/rates.h"
#include "server/metrics/stage_index.h"
#include "server/metrics/window.h"

namespace quotacast::metrics {

inline constexpr double kActivityEffectDays = 7;

struct RateRatio {
  int64_t advances_after = 0;  // Within seven days after one of the kind,
  int64_t advances_other = 0;  // and outside.
  double days_after = 0;
  double days_other = 0;
  double ratio = 0;  // 0 where it cannot be told.
  Interval interval;
};

// By row and kind of activity, of stays clipped to the window. The ratio is Mantel and Haenszel's
// over stages with the interval of Greenland and Robins (1985): with advances a, b and days T, U
// after and outside, ratio = sum(a U / (T+U)) / sum(b T / (T+U)), variance of its log sum((a + b) T
// U / (T+U)^2) / (R S).
class EffectTable {
 public:
  struct Cell {
    // By kind: within seven days after one.
    std::array<int64_t, kActivityTypeCount> advances_after{};
    std::array<int64_t, kActivityTypeCount> after_ms{};
    int64_t advances = 0;  // In all.
    int64_t ms = 0;        // Whole milliseconds, so that sums do not depend on their order.
    Cell& operator+=(const Cell& other);
  };

  EffectTable(size_t row_count, size_t stage_count)
      : stage_count_(stage_count), cells_(row_count * stage_count) {}
  Cell& At(int32_t row, size_t stage) { return cells_[row * stage_count_ + stage]; }
  void Merge(const EffectTable& other) { simulation::AddUp(other.cells_, cells_); }
  void SumUp(const Grouping& grouping) { grouping.SumUp(cells_, stage_count_); }
  RateRatio Of(int32_t row, simulation::ActivityType type) const;

 private:
  size_t stage_count_;
  std::vector<Cell> cells_;
};

class EffectCounter {
 public:
  EffectCounter(const Grouping& grouping, const StageIndex& stages, Window window)
      : window_(window),
        grouping_(&grouping),
        stages_(&stages),
        table_(grouping.row_count(), stages.size()) {}
  void Add(const Journey& journey, absl::Span<const LinkedActivity> activities);
  void Merge(const EffectCounter& other) { table_.Merge(other.table_); }
  EffectTable Finish();

 private:
  void AddStay(const Stay& stay, const Journey& journey,
               absl::Span<const LinkedActivity> activities);

  Window window_;
  const Grouping* grouping_;
  const StageIndex* stages_;
  EffectTable table_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_ACTIVITY_EFFECT_H_
