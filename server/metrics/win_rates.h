#ifndef QUOTACAST_SERVER_METRICS_WIN_RATES_H_
#define QUOTACAST_SERVER_METRICS_WIN_RATES_H_

// What was won and lost in the window, in all and from each stage.

#include <cstdint>
#include <vector>

#include "server/metrics/grouping.h"
#include "server/metrics/journey.h"
#include "server/metrics/rates.h"
#include "server/metrics/stage_index.h"
#include "server/metrics/window.h"

namespace quotacast::metrics {

// Of the opportunities closed in the window, by their owner at the close.
struct CloseCounts {
  int64_t won = 0;
  int64_t lost = 0;
  int64_t won_amount_micros = 0;
  int64_t lost_amount_micros = 0;
  int64_t won_units = 0;
  int64_t won_cycle_ms = 0;  // From creation to the win, of all together.

  CloseCounts& operator+=(const CloseCounts& other);
  Counts WinRate() const { return {static_cast<double>(won), static_cast<double>(won + lost)}; }
  // Micro units of money; 0 where none was won.
  double AverageDealSizeMicros() const;
  double AverageCycleDays() const;
};

struct StageCloseCounts {
  // Those that were in this stage or a later one at some time, and not only in earlier ones.
  int64_t reached_won = 0;
  int64_t reached_lost = 0;
  // Those whose last open stage it was.
  int64_t left_won = 0, left_lost = 0;
  int64_t left_won_amount_micros = 0;
  int64_t left_lost_amount_micros = 0;

  StageCloseCounts& operator+=(const StageCloseCounts& other);
  Counts WinRate() const {
    return {static_cast<double>(reached_won), static_cast<double>(reached_won + reached_lost)};
  }
};

struct CloseTable {
  std::vector<CloseCounts> rows;
  std::vector<StageCloseCounts> stages;  // [row * stage count + stage].
};

class CloseCounter {
 public:
  CloseCounter(const Grouping& grouping, const StageIndex& stages, Window window);
  void Add(const Journey& journey);
  void Merge(const CloseCounter& other);
  CloseTable Finish();

 private:
  Window window_;
  const Grouping* grouping_;
  const StageIndex* stages_;
  CloseTable table_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_WIN_RATES_H_
