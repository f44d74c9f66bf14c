#include "server/metrics/grouping.h"

#include <algorithm>

namespace quotacast::metrics {

Grouping::Grouping(const simulation::History& history)
    : rep_count_(static_cast<int32_t>(history.reps.size())),
      team_count_(static_cast<int32_t>(history.teams.size())) {
  first_above_.push_back(0);
  reps_in_.assign(static_cast<size_t>(row_count()), 0);
  std::fill_n(reps_in_.begin(), rep_count_, 1);
  for (const simulation::Rep& rep : history.reps) {
    for (int32_t team = rep.team; team != simulation::kNone; team = history.teams[team].parent) {
      above_.push_back(TeamRow(team));
    }
    above_.push_back(organization_row());
    first_above_.push_back(above_.size());
  }
  SumUp(reps_in_);
}

}  // namespace quotacast::metrics
