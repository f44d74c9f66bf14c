#ifndef QUOTACAST_SERVER_METRICS_LOSS_REASONS_H_
#define QUOTACAST_SERVER_METRICS_LOSS_REASONS_H_

// Why opportunities were lost, as recorded.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/metrics/grouping.h"
#include "server/metrics/journey.h"
#include "server/metrics/window.h"

namespace quotacast::metrics {

// The reasons of a company.
class LossReasons {
 public:
  // With an event of the opportunity (an index into the history) at `time_us`; or, with INT64_MIN,
  // with the opportunity itself. Of several at one time the last holds.
  void Add(int32_t opportunity, int64_t time_us, absl::string_view reason);
  // Number of the reason of a loss at `close_us` as known as of `as_of_us`: the last one given with
  // the loss or after it, else that of the opportunity itself; kNone where none was given.
  int32_t Of(int32_t opportunity, int64_t close_us, int64_t as_of_us) const;
  const std::string& Text(int32_t number) const { return texts_[number]; }
  bool empty() const { return texts_.empty(); }

 private:
  std::vector<std::string> texts_;
  absl::flat_hash_map<std::string, int32_t> numbers_;
  std::map<std::pair<int32_t, int64_t>, int32_t> given_;  // By opportunity and time.
};

struct LossCount {
  int64_t count = 0;
  int64_t amount_micros = 0;
};

// What was lost for each reason, by its number.
using LossesByReason = absl::flat_hash_map<int32_t, LossCount>;

// Of opportunities lost in the window, by their owner at the loss, as known as of `as_of_us`; those
// without a reason are not counted.
class LossReasonCounter {
 public:
  LossReasonCounter(const Grouping& grouping, const LossReasons& reasons, Window window,
                    int64_t as_of_us)
      : window_(window),
        as_of_us_(as_of_us),
        grouping_(&grouping),
        reasons_(&reasons),
        rows_(grouping.row_count()) {}
  void Add(const Journey& journey);
  void Merge(const LossReasonCounter& other);
  std::vector<LossesByReason> Finish() { return std::move(rows_); }  // By row.

 private:
  Window window_;
  int64_t as_of_us_;
  const Grouping* grouping_;
  const LossReasons* reasons_;
  std::vector<LossesByReason> rows_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_LOSS_REASONS_H_
