#include "tests/server/metrics/small_history.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace quotacast::metrics {

using simulation::StageKind;

SmallHistory::SmallHistory() {
  history_.pipelines = {{"sales",
                         {{"new", StageKind::kOpen},
                          {"demo", StageKind::kOpen},
                          {"offer", StageKind::kOpen},
                          {"won", StageKind::kWon},
                          {"lost", StageKind::kLost}}}};
  history_.teams = {{"company", simulation::kNone}, {"east", kCompany}, {"west", kCompany}};
  history_.reps = {{"ann", kEast}, {"bob", kWest}};
}

int32_t SmallHistory::AddOpportunity(int32_t rep, double create_day,
                                     std::initializer_list<Move> moves, int64_t amount_micros) {
  const auto index = static_cast<int32_t>(history_.opportunities.size());
  simulation::Opportunity& opportunity = history_.opportunities.emplace_back();
  opportunity.id = absl::StrCat("o", index);
  opportunity.rep = rep;
  opportunity.amount_micros = amount_micros;
  opportunity.create_time_us = AtDay(create_day);
  for (const Move& move : moves) {
    history_.events.push_back({AtDay(move.day), index, move.stage, move.rep, move.amount});
  }
  return index;
}

void SmallHistory::AddActivity(int32_t rep, int32_t opportunity, double day,
                               simulation::ActivityType type, simulation::ActivityOutcome outcome) {
  simulation::Activity& activity = history_.activities.emplace_back();
  activity.time_us = AtDay(day);
  activity.rep = rep;
  activity.opportunity = opportunity;
  activity.type = type;
  activity.outcome = outcome;
}

void SmallHistory::AddQuota(int32_t rep, simulation::Day start, simulation::Day end,
                            int64_t target) {
  history_.quotas.push_back(
      {simulation::OwnerType::kRep, rep, simulation::Measure::kAmount, start, end, target});
}

simulation::History SmallHistory::Build() const {
  simulation::History history = history_;
  simulation::IndexEvents(history);
  std::stable_sort(history.activities.begin(), history.activities.end(),
                   [](const auto& a, const auto& b) { return a.time_us < b.time_us; });
  return history;
}

}  // namespace quotacast::metrics
