#include "tests/server/import/session_fixture.h"

namespace quotacast::importing {

using storage::kHour;

TeamRow MakeTeamRow(int64_t line, absl::string_view id, absl::string_view parent) {
  TeamRow row;
  row.line = line;
  row.team_id = id;
  row.name = "A team";
  row.parent_team_id = parent;
  return row;
}

RepRow MakeRepRow(int64_t line, absl::string_view id, absl::string_view team) {
  RepRow row;
  row.line = line;
  row.rep_id = id;
  row.name = "A rep";
  row.team_id = team;
  return row;
}

StageRow MakeStageRow(int64_t line, absl::string_view pipeline, absl::string_view stage,
                      int64_t position, StageKind kind) {
  StageRow row;
  row.line = line;
  row.pipeline_id = pipeline;
  row.stage_id = stage;
  row.name = stage;
  row.position = position;
  row.kind = kind;
  return row;
}

OpportunityRow MakeOpportunityRow(int64_t line, absl::string_view id) {
  OpportunityRow row;
  row.line = line;
  row.opportunity_id = id;
  row.pipeline_id = "sales";
  row.rep_id = "ann";
  row.name = "Silver";
  row.amount_micros = 10'000'000;
  row.currency = "EUR";
  row.create_time_us = 10 * kHour;
  return row;
}

StageEventRow MakeEventRow(int64_t line, absl::string_view opportunity, absl::string_view stage,
                           int64_t time_us) {
  StageEventRow row;
  row.line = line;
  row.opportunity_id = opportunity;
  row.stage_id = stage;
  row.time_us = time_us;
  return row;
}

ActivityRow MakeActivityRow(int64_t line, absl::string_view id) {
  ActivityRow row;
  row.line = line;
  row.activity_id = id;
  row.rep_id = "ann";
  row.time_us = 5 * kHour;
  row.type = ActivityType::kCall;
  return row;
}

QuotaRow MakeQuotaRow(int64_t line, absl::string_view rep, int64_t target) {
  QuotaRow row;
  row.line = line;
  row.owner_type = OwnerType::kRep;
  row.owner_id = rep;
  row.period_start = 100;
  row.period_end = 130;
  row.measure = Measure::kAmount;
  row.target = target;
  row.currency = "EUR";
  return row;
}

std::vector<Batch> GoodFolder() {
  return {
      std::vector<TeamRow>{MakeTeamRow(2, "oslo", "north"), MakeTeamRow(3, "north")},
      std::vector<RepRow>{MakeRepRow(2, "ann", "oslo"), MakeRepRow(3, "bob", "north")},
      std::vector<StageRow>{MakeStageRow(2, "sales", "won", 30, StageKind::kWon),
                            MakeStageRow(3, "sales", "lead", 10, StageKind::kOpen),
                            MakeStageRow(4, "sales", "offer", 20, StageKind::kOpen),
                            MakeStageRow(5, "sales", "lost", 40, StageKind::kLost)},
      std::vector<OpportunityRow>{MakeOpportunityRow(2, "o1"), MakeOpportunityRow(3, "o2")},
      std::vector<StageEventRow>{MakeEventRow(2, "o1", "lead", 10 * kHour),
                                 MakeEventRow(3, "o2", "lead", 11 * kHour),
                                 MakeEventRow(4, "o1", "won", 12 * kHour)},
      std::vector<ActivityRow>{MakeActivityRow(2, "a1")},
      std::vector<QuotaRow>{MakeQuotaRow(2, "ann", 1'000'000), MakeQuotaRow(3, "bob", 2'000'000)},
  };
}

}  // namespace quotacast::importing
