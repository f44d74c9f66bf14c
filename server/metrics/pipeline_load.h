#ifndef QUOTACAST_SERVER_METRICS_PIPELINE_LOAD_H_
#define QUOTACAST_SERVER_METRICS_PIPELINE_LOAD_H_

// Open opportunities now, and how many a rep who made the quota used to have.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/grouping.h"
#include "server/metrics/journey.h"
#include "server/metrics/rates.h"
#include "server/metrics/stage_index.h"

namespace quotacast::metrics {

inline constexpr int kAttendedDays = 14;

struct OpenCounts {
  int64_t open = 0;
  int64_t amount_micros = 0;
  int64_t units = 0;
  // With an activity, or entry into their stage, in the last 14 days.
  int64_t attended = 0;
  OpenCounts& operator+=(const OpenCounts& other);
};

struct LoadTable {
  std::vector<OpenCounts> stages;  // [row * stage count + stage]: in the stage as of now.
  // [instant * rep count + rep]: open opportunities at each of the past instants.
  std::vector<int32_t> past;
  OpenCounts Total(int32_t row) const;  // Over all stages.
  size_t stage_count = 0;
};

class LoadCounter {
 public:
  // `past_instants_us` ascending, all before the as-of instant.
  LoadCounter(const Grouping& grouping, const StageIndex& stages,
              std::vector<int64_t> past_instants_us, int64_t as_of_us);
  void Add(const Journey& journey, absl::Span<const LinkedActivity> activities);
  void Merge(const LoadCounter& other);
  LoadTable Finish();

 private:
  const Grouping* grouping_;
  const StageIndex* stages_;
  std::vector<int64_t> past_instants_us_;
  int64_t as_of_us_;
  LoadTable table_;
};

// Where the open opportunities of reps lay at the start of past periods in which they made their
// quota: the 10th to the 90th percentile. Below it a quota was rarely made; above it more was never
// needed.
struct LoadBand {
  int64_t periods_made = 0;  // Rep-periods that made it; fewer than 10 tell too little:
  int64_t periods_missed = 0;
  bool known = false;  // then the band is not known.
  double low = 0;
  double high = 0;
  Counts made_below, made_within,
      made_above;  // Of the rep-periods there, those that made the quota.
};

// One rep-period each: the load at its start and whether the quota was made.
struct LoadOutcome {
  int32_t load = 0;
  bool made = false;
};
LoadBand LearnLoadBand(absl::Span<const LoadOutcome> outcomes);

// How the open opportunities are spread over the reps of a row.
struct OpenSpread {
  int64_t rep_count = 0;  // Reps at work, and others with any open.
  double mean = 0;
  double median = 0;
  int32_t bin_width = 1;      // 1, 2 or 5 times a power of ten: at most 20 bins.
  std::vector<int64_t> bins;  // Reps with [0, bin_width) open, [bin_width, 2 bin_width), ...
  int64_t below_band = 0;     // Of the reps; 0 where the band is not known.
  int64_t above_band = 0;
};
// `loads`: one for each rep.
OpenSpread SpreadOf(absl::Span<const int64_t> loads, const LoadBand& band);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_PIPELINE_LOAD_H_
