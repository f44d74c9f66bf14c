#ifndef QUOTACAST_SERVER_METRICS_GROUPING_H_
#define QUOTACAST_SERVER_METRICS_GROUPING_H_

// The lines of a report: every rep, every team with all that is below it, and the organization.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/add_up.h"
#include "simulation/history.h"

namespace quotacast::metrics {

// Rows are numbered: reps first, in the order of the history, then teams, then the organization.
class Grouping {
 public:
  explicit Grouping(const simulation::History& history);

  int32_t rep_count() const { return rep_count_; }
  int32_t team_count() const { return team_count_; }
  int32_t row_count() const { return rep_count_ + team_count_ + 1; }
  int32_t organization_row() const { return row_count() - 1; }
  int32_t TeamRow(int32_t team) const { return rep_count_ + team; }
  // How many reps the row stands for.
  int32_t RepsIn(int32_t row) const { return reps_in_[row]; }
  // The row that a rep's facts count in; those of nobody (kNone) count for the organization alone.
  int32_t RepRow(int32_t rep) const { return rep == simulation::kNone ? organization_row() : rep; }
  // The rows a rep's row adds to: the teams from the rep's own upwards, then the organization.
  absl::Span<const int32_t> Above(int32_t rep) const {
    return absl::MakeConstSpan(above_).subspan(first_above_[rep],
                                               first_above_[rep + 1] - first_above_[rep]);
  }

  // Adds the rows of reps to those above them. `cells` holds `width` cells for each row, those of
  // one row together.
  template <typename Cell>
  void SumUp(std::vector<Cell>& cells, size_t width = 1) const {
    for (int32_t rep = 0; rep < rep_count_; ++rep) {
      for (const int32_t row : Above(rep)) {
        for (size_t i = 0; i < width; ++i) cells[row * width + i] += cells[rep * width + i];
      }
    }
  }

 private:
  int32_t rep_count_;
  int32_t team_count_;
  std::vector<int32_t> above_;
  std::vector<size_t> first_above_;
  std::vector<int32_t> reps_in_;
};

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_GROUPING_H_
