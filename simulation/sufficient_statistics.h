#ifndef QUOTACAST_SIMULATION_SUFFICIENT_STATISTICS_H_
#define QUOTACAST_SIMULATION_SUFFICIENT_STATISTICS_H_

// All that the model needs to know of a history as of a day: counts, which add up over
// opportunities and can be taken back, so that a new event costs microseconds and not a reading of
// the whole history.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "simulation/arrival_fit.h"
#include "simulation/arrival_shock_fit.h"
#include "simulation/cell_frames.h"
#include "simulation/daily_bookings.h"
#include "simulation/fitted_model.h"
#include "simulation/history.h"
#include "simulation/model_options.h"
#include "simulation/observation.h"
#include "simulation/statistics.h"
#include "simulation/win_statistics.h"

namespace quotacast::simulation {

// For 1,000 reps and a pipeline of six open stages some 20 MB; in proportion to both.
class SufficientStatistics {
 public:
  // Counts what a history showed as of an instant. Linear; the number of threads does not change a
  // bit of it. `options` must be valid.
  SufficientStatistics(const History& history, int64_t as_of_us, const ModelOptions& options,
                       int thread_count);
  SufficientStatistics(const SufficientStatistics&) = delete;
  SufficientStatistics& operator=(const SufficientStatistics&) = delete;

  // Adds what some opportunities show as of an instant of the same day, or takes it back (a `sign`
  // of -1).
  void Count(const Observation& observation, int64_t sign);

  // False where what was counted reached further than its own counts, as when a stage was left for
  // one that never followed it before: the history must then be counted anew.
  bool Whole() const;

  // The statistics, of a whole one.
  const ModelOptions& options() const { return options_; }
  const std::vector<int>& bucket_starts() const { return bucket_starts_; }
  const FiscalCalendar& calendar() const { return calendar_; }
  Day as_of_day() const { return as_of_day_; }
  bool empty() const { return first_day_.day() == INT32_MAX; }
  Day first_day() const { return first_day_.day(); }  // The first with an event or a creation.
  const std::vector<EarliestDay>& first_seen() const { return first_seen_; }  // By rep.
  const RecencyWeights& hazard_weights() const { return *hazard_weights_; }
  const RecencyWeights& arrival_weights() const { return *arrival_weights_; }
  const CellMap& cell_map() const { return cell_map_; }
  const std::vector<CellFrame>& frames() const { return frames_; }             // By cell.
  const std::vector<CellStatistics>& cells() const { return cells_; }          // By cell.
  const std::vector<CreationCounts>& creations() const { return creations_; }  // By pipeline.
  const std::vector<StretchCounts>& stretches() const { return stretches_; }   // By pipeline.
  const WinStatistics& wins() const { return wins_; }
  const std::map<int32_t, OpenNow>& open() const { return open_; }  // By opportunity.
  const BookingsByDay& bookings() const { return bookings_; }
  int64_t first_close_us() const { return first_close_us_; }  // INT64_MAX before any.

 private:
  // What one thread counts of a history.
  struct Part;
  void CountExits(const History& history, int64_t as_of_us, std::vector<Part>& parts);
  void CountRest(const History& history, int64_t as_of_us, std::vector<Part>& parts);
  void CountVisitsInFrames(const History& history, int64_t as_of_us, std::vector<Part>& parts);
  void AddCells(std::vector<Part>& parts);
  void CountBooking(const Booking& booking, int64_t sign);

  const ModelOptions options_;
  const std::vector<int> bucket_starts_;
  const FiscalCalendar calendar_;
  const Day as_of_day_;
  EarliestDay first_day_;
  std::vector<EarliestDay> first_seen_;
  // From the first day when all was counted; whole as long as that is still the first.
  Day weights_from_ = 0;
  std::optional<RecencyWeights> hazard_weights_, arrival_weights_;
  const CellMap cell_map_;
  FrameCounts frame_counts_;
  std::vector<CellFrame> frames_;
  std::vector<CellStatistics> cells_;
  std::vector<CreationCounts> creations_;
  std::vector<StretchCounts> stretches_;
  WinStatistics wins_;
  std::map<int32_t, OpenNow> open_;
  DayReader days_;
  BookingsByDay bookings_;
  int64_t first_close_us_ = INT64_MAX;
  bool whole_ = true;  // As far as visits go.
};

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SUFFICIENT_STATISTICS_H_
