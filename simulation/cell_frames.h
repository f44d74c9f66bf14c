#ifndef QUOTACAST_SIMULATION_CELL_FRAMES_H_
#define QUOTACAST_SIMULATION_CELL_FRAMES_H_

// What of each cell can be counted at all: the stages that follow it, and from which day its exits
// were recorded.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/calendar.h"
#include "simulation/history.h"
#include "simulation/observation.h"

namespace quotacast::simulation {

// Which stages are open, and the number of each among all open stages: its cell.
struct CellMap {
  explicit CellMap(const std::vector<Pipeline>& pipelines);
  int32_t Of(const Visit& visit) const { return cell_of[visit.pipeline][visit.stage]; }

  std::vector<std::vector<int32_t>> cell_of;  // By pipeline and stage; kNone: not open.
  // By cell.
  std::vector<int32_t> pipelines;
  std::vector<int16_t> stages;
  // What can follow without having been seen: the next open stage, or won after the last; and lost.
  std::vector<std::vector<int16_t>> expected_next;  // Ascending.
};

// Where a visit's exits could be observed, and the causes to be counted of each cell.
struct CellFrame {
  Day observed_from = INT32_MIN;
  std::vector<int16_t> next_stages;  // Ascending.
  bool operator==(const CellFrame&) const = default;
};

// The earliest of days, some of which may be taken back. Once all that were the earliest are, what
// is the earliest of the rest is not known.
class EarliestDay {
 public:
  void Count(Day day, int64_t sign);
  void Add(const EarliestDay& other);
  Day day() const { return day_; }  // INT32_MAX before any.
  bool known() const { return count_ > 0 || day_ == INT32_MAX; }

 private:
  Day day_ = INT32_MAX;
  int64_t count_ = 0;  // How many are that day.
};

// The counts of visits that frames follow from. Whole numbers, so that visits may be counted in any
// order and taken back (a `sign` of -1).
class FrameCounts {
 public:
  FrameCounts(const CellMap& cells, const std::vector<Pipeline>& pipelines,
              const std::vector<int>& bucket_starts);
  // First the exits of all visits,
  void CountExits(absl::Span<const Visit> visits, int64_t sign);
  void AddExits(const FrameCounts& other);
  // then, the first exit of each cell being known, their days.
  void FixFirstExits();
  void CountDays(absl::Span<const Visit> visits, int64_t sign);
  void AddDays(const FrameCounts& other);

  // Whether the first exits are still those that days were counted by.
  bool FirstExitsHold() const;
  // The first day from which a cell's exits were recorded is that of the first exit seen, where the
  // crude hazards after it (exits over days, by bucket) would have expected more than
  // `unseen_exits_limit` exits before it; elsewhere INT32_MIN, everything.
  std::vector<CellFrame> Frames(double unseen_exits_limit) const;

 private:
  const CellMap* cells_;
  const std::vector<int>* bucket_starts_;
  std::vector<EarliestDay> first_exits_;           // By cell.
  std::vector<std::vector<int64_t>> next_stages_;  // By cell and stage that followed: exits.
  std::vector<Day> split_;                         // By cell: its first exit, when fixed.
  std::vector<int64_t> before_, after_, exits_;    // By cell and bucket.
};

// Calls add(bucket, begin, end) for each run of the days [begin, end) of one age bucket.
template <typename Add>
void ForEachBucketRun(Day entry_day, Day begin, Day end, const std::vector<int>& starts, Add add) {
  if (begin >= end) return;
  int bucket = BucketOf(begin - entry_day, starts);
  while (begin < end) {
    const bool last = bucket + 1 == static_cast<int>(starts.size());
    const Day run_end = last ? end : std::min(end, entry_day + starts[bucket + 1]);
    add(bucket, begin, run_end);
    begin = run_end;
    ++bucket;
  }
}

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_CELL_FRAMES_H_
