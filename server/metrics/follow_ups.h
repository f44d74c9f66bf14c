#ifndef QUOTACAST_SERVER_METRICS_FOLLOW_UPS_H_
#define QUOTACAST_SERVER_METRICS_FOLLOW_UPS_H_

// How many follow-ups it took. A follow-up is an activity of that type, or a call or an e-mail to
// an opportunity after its creation.

#include <vector>

#include "absl/types/span.h"
#include "server/metrics/activity_index.h"
#include "server/metrics/distribution_summary.h"
#include "server/metrics/grouping.h"
#include "server/metrics/journey.h"
#include "server/metrics/rates.h"
#include "server/metrics/stage_index.h"
#include "server/metrics/window.h"

namespace quotacast::metrics {

// Published beside the company's own: 48 % of sellers stop after one follow-up (Dartnell), 80 % of
// sales take five (Marketing Wizdom).
inline constexpr double kPublishedGivenUpAfterOne = 0.48;
inline constexpr double kPublishedWonAfterFive = 0.80;

struct FollowUpCounts {
  CountHistogram won;   // Follow-ups of each opportunity won in the window, in all its time open,
  CountHistogram lost;  // and of each lost one.
  FollowUpCounts& operator+=(const FollowUpCounts& other);
  // Of the lost ones with at least one follow-up, those with just one.
  Counts GivenUpAfterOne() const;
  // Of the won ones, those with five or more.
  Counts WonAfterFive() const;
};

struct FollowUpTable {
  std::vector<FollowUpCounts> rows;
  // [row * stage count + stage]: follow-ups during each stay in the stage that ended in the window
  // by a move to a later open stage or to won.
  std::vector<CountHistogram> per_advance;
};

class FollowUpCounter {
 public:
  FollowUpCounter(const Grouping& grouping, const StageIndex& stages, Window window);
  void Add(const Journey& journey, absl::Span<const LinkedActivity> activities);
  // What Add does, but for the moves.
  void AddToRows(const Journey& journey, absl::Span<const LinkedActivity> activities);
  void Merge(const FollowUpCounter& other);
  FollowUpTable Finish();

 private:
  Window window_;
  const Grouping* grouping_;
  const StageIndex* stages_;
  FollowUpTable table_;
};

bool IsFollowUp(const LinkedActivity& activity, int64_t create_us);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_FOLLOW_UPS_H_
