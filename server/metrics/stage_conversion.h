#ifndef QUOTACAST_SERVER_METRICS_STAGE_CONVERSION_H_
#define QUOTACAST_SERVER_METRICS_STAGE_CONVERSION_H_

// Stage-to-stage conversion by cohort of stage entry.
//
// The rule. An opportunity *reaches* a stage when it first enters it or a later one (won is later
// than all): it passes through a stage it skips in no time. Stages before the one it started in are
// not its own. It counts once a stage, in the cohort of the window in which it reached it. It
// *advances* when it first reaches the next stage, and is *lost* if it is lost before that and
// still is; a move backwards is neither. All others are open, and censored at the as-of instant:
// they say nothing of what they will do.

#include <array>
#include <cstdint>
#include <vector>

#include "server/metrics/grouping.h"
#include "server/metrics/journey.h"
#include "server/metrics/rates.h"
#include "server/metrics/stage_index.h"
#include "server/metrics/window.h"

namespace quotacast::metrics {

// First age in days of each interval of the life table.
inline constexpr std::array<int, 32> kLifeTableStarts = {
    0,  1,  2,  3,  4,  5,  6,  7,   8,   10,  12,  14,  17,  21,  25,  30,
    35, 40, 45, 50, 60, 75, 90, 105, 120, 150, 180, 240, 300, 365, 548, 730};

// How many left each interval, by what became of them. Adds up over groups.
struct LifeTable {
  struct Exits {
    int32_t advanced = 0, lost = 0, open = 0;
  };
  std::array<Exits, kLifeTableStarts.size()> intervals{};
  LifeTable& operator+=(const LifeTable& other);
};

struct StageConversion {
  int64_t reached = 0;
  int64_t advanced = 0;  // Of those, so far;
  int64_t lost = 0;
  int64_t open = 0;
  // Cumulative incidences by the greatest age seen; with what is still open they add up to 1.
  double advanced_share = 0;
  double lost_share = 0;
  double standard_error = 0;  // Of advanced_share.
  // advanced_share as a count of a total: the number of fully seen opportunities that would tell as
  // much, advanced_share (1 - advanced_share) / standard_error^2.
  Counts effective;
};

// Cumulative incidence by the actuarial life table (those open in an interval count as half at
// risk): the Aalen-Johansen estimate on grouped times. Its variance by the delta method (Marubini
// and Valsecchi, Analysing Survival Data, 1995, section 10.2). Intervals that start at
// `horizon_days` or later are left out of the shares (never of the counts): cohorts followed for
// different times compare at the same age.
StageConversion EstimateConversion(const LifeTable& table, int horizon_days = INT32_MAX);

class ConversionCounter {
 public:
  ConversionCounter(const Grouping& grouping, const StageIndex& stages, Window window);
  void Add(const Journey& journey, int64_t as_of_us);
  void Merge(const ConversionCounter& other) { simulation::AddUp(other.cells_, cells_); }
  // [row * stage count + stage]; all zero for stages that are not open ones.
  std::vector<LifeTable> Finish();

 private:
  Window window_;
  const Grouping* grouping_;
  const StageIndex* stages_;
  std::vector<LifeTable> cells_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_STAGE_CONVERSION_H_
