// Teams, reps and stages: few rows, kept whole in the directory.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/import/session.h"
#include "server/limits.h"

namespace quotacast::importing {
namespace {

absl::StatusOr<storage::Team> Insert(storage::WriteTransaction& transaction,
                                     storage::Key organization, const storage::Team& team) {
  return transaction.InsertTeam(organization, team);
}
absl::StatusOr<storage::Rep> Insert(storage::WriteTransaction& transaction,
                                    storage::Key organization, const storage::Rep& rep) {
  return transaction.InsertRep(organization, rep);
}
absl::StatusOr<storage::Pipeline> Insert(storage::WriteTransaction& transaction,
                                         storage::Key organization,
                                         const storage::Pipeline& pipeline) {
  return transaction.InsertPipeline(organization, pipeline);
}

// Says that the row is at odds with what is known under its id.
void Differs(Report::Row& row, absl::string_view column, absl::string_view given,
             absl::string_view known) {
  row.Error(column, "differs from what is known under this id", given, known);
}

std::string DayText(Day day) { return day == storage::kNoDay ? "" : FormatDay(day); }

storage::Team ToRecord(const TeamRow& given) {
  storage::Team team;
  team.id = std::string(given.team_id);
  team.name = std::string(given.name);
  team.parent = std::string(given.parent_team_id);
  team.attributes = storage::DecodeAttributes(given.attributes);
  return team;
}

void Compare(const storage::Team& given, const storage::Team& known, Report::Row& row) {
  if (given.name != known.name) Differs(row, "name", given.name, known.name);
  if (given.parent != known.parent) Differs(row, "parent_team_id", given.parent, known.parent);
  if (given.attributes != known.attributes) Differs(row, "", "extra columns", "");
}

storage::Rep ToRecord(const RepRow& given) {
  storage::Rep rep;
  rep.id = std::string(given.rep_id);
  rep.name = std::string(given.name);
  rep.team = std::string(given.team_id);
  rep.start_day = given.start_day.value_or(storage::kNoDay);
  rep.end_day = given.end_day.value_or(storage::kNoDay);
  rep.attributes = storage::DecodeAttributes(given.attributes);
  return rep;
}

void Compare(const storage::Rep& given, const storage::Rep& known, Report::Row& row) {
  if (given.name != known.name) Differs(row, "name", given.name, known.name);
  if (given.team != known.team) Differs(row, "team_id", given.team, known.team);
  if (given.start_day != known.start_day) {
    Differs(row, "start_date", DayText(given.start_day), DayText(known.start_day));
  }
  if (given.end_day != known.end_day) {
    Differs(row, "end_date", DayText(given.end_day), DayText(known.end_day));
  }
  if (given.attributes != known.attributes) Differs(row, "", "extra columns", "");
}

absl::string_view KindText(StageKind kind) {
  return kind == StageKind::kOpen ? "open" : kind == StageKind::kWon ? "won" : "lost";
}

// The stages of one pipeline as far as its good rows say.
struct GivenPipeline {
  int64_t line = 0;
  std::map<int64_t, storage::Stage> stages;  // By position.
  absl::flat_hash_set<absl::string_view> ids;
};

void ComparePipelines(const GivenPipeline& given, const storage::Pipeline& known, Report& report) {
  Report::Row row(report, given.line);
  if (given.stages.size() != known.stages.size()) {
    return Differs(row, "pipeline_id", absl::StrCat(given.stages.size(), " stages"),
                   absl::StrCat(known.stages.size(), " stages"));
  }
  size_t i = 0;
  for (const auto& [position, stage] : given.stages) {
    const storage::Stage& stored = known.stages[i++];
    if (stage.id != stored.id) return Differs(row, "stage_id", stage.id, stored.id);
    if (stage.name != stored.name) return Differs(row, "name", stage.name, stored.name);
    if (stage.kind != stored.kind) {
      return Differs(row, "kind", KindText(stage.kind), KindText(stored.kind));
    }
    if (stage.attributes != stored.attributes) return Differs(row, "", "extra columns", "");
  }
  report.AddUnchanged(static_cast<int64_t>(given.stages.size()));
}

}  // namespace

template <typename Record>
absl::Status Session::StoreRecords(std::vector<Record> records, Report& report) {
  if (Refused(report)) return absl::OkStatus();
  if (!options_.validate_only && !records.empty()) {
    auto written = store_.Write(
        std::nullopt, [&](storage::WriteTransaction& transaction) -> absl::StatusOr<std::string> {
          for (Record& record : records) {
            auto stored = Insert(transaction, directory_.organization().key, record);
            if (!stored.ok()) return stored.status();
            record = *std::move(stored);
          }
          return std::string();
        });
    if (!written.ok()) return written.status();
  }
  for (Record& record : records) directory_.Add(std::move(record));
  return absl::OkStatus();
}

// A team may stand before its parent, so the new ones are put in order from the roots down.
absl::Status Session::ApplyRows(const std::vector<TeamRow>& rows, Report& report) {
  absl::flat_hash_map<absl::string_view, const TeamRow*> first;
  for (const TeamRow& given : rows) first.try_emplace(given.team_id, &given);
  // Depth of a new team counted from the root; 0: no root is reached.
  const auto depth = [&](absl::string_view id) {
    for (size_t levels = 1; levels <= limits::kTeamDepthMax; ++levels) {
      if (id.empty()) return levels;
      const auto given = first.find(id);
      const storage::Team* const known = directory_.FindTeam(id);
      if (given == first.end() && known == nullptr) return levels;
      id = known != nullptr ? absl::string_view(known->parent) : given->second->parent_team_id;
    }
    return size_t{0};
  };
  std::vector<std::pair<size_t, storage::Team>> fresh;
  for (const TeamRow& given : rows) {
    Report::Row row(report, given.line);
    row.CheckId("team_id", given.team_id);
    row.CheckName("name", given.name);
    row.CheckAttributes(given.attributes);
    if (!given.parent_team_id.empty() && !first.contains(given.parent_team_id) &&
        directory_.FindTeam(given.parent_team_id) == nullptr) {
      row.Error("parent_team_id", "is not a team", given.parent_team_id, "a team_id");
    }
    if (row.bad()) continue;
    const storage::Team team = ToRecord(given);
    const TeamRow* const earlier = first[given.team_id];
    if (const storage::Team* known = directory_.FindTeam(team.id); known != nullptr) {
      Compare(team, *known, row);
      if (!row.bad()) report.AddUnchanged(1);
    } else if (earlier != &given) {
      Compare(team, ToRecord(*earlier), row);
      if (!row.bad()) report.AddUnchanged(1);
    } else if (const size_t levels = depth(team.id); levels == 0) {
      row.Error("parent_team_id", "leads in a circle, or the tree of teams is too deep",
                given.parent_team_id, absl::StrCat("at most ", limits::kTeamDepthMax, " levels"));
    } else {
      fresh.emplace_back(levels, team);
    }
  }
  std::stable_sort(fresh.begin(), fresh.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<storage::Team> records;
  absl::flat_hash_set<std::string> created;
  for (auto& [levels, team] : fresh) {
    // Its parent was a bad row.
    if (!team.parent.empty() && directory_.FindTeam(team.parent) == nullptr &&
        !created.contains(team.parent)) {
      Report::Row row(report, first[team.id]->line);
      row.Error("parent_team_id", "is a team whose row is bad", team.parent);
      continue;
    }
    created.insert(team.id);
    records.push_back(std::move(team));
  }
  report.AddCreated(static_cast<int64_t>(records.size()));
  return StoreRecords(std::move(records), report);
}

absl::Status Session::ApplyRows(const std::vector<RepRow>& rows, Report& report) {
  absl::flat_hash_map<absl::string_view, size_t> fresh;  // By id: index into records.
  std::vector<storage::Rep> records;
  for (const RepRow& given : rows) {
    Report::Row row(report, given.line);
    row.CheckId("rep_id", given.rep_id);
    row.CheckName("name", given.name);
    row.CheckAttributes(given.attributes);
    if (given.start_day.has_value()) row.CheckDay("start_date", *given.start_day);
    if (given.end_day.has_value()) row.CheckDay("end_date", *given.end_day);
    if (given.start_day && given.end_day && *given.end_day < *given.start_day) {
      row.Error("end_date", "is before start_date", FormatDay(*given.end_day),
                absl::StrCat(FormatDay(*given.start_day), " or later"));
    }
    if (!given.team_id.empty() && directory_.FindTeam(given.team_id) == nullptr) {
      row.Error("team_id", "is not a team", given.team_id, "a team_id of teams.csv");
    }
    if (row.bad()) continue;
    storage::Rep rep = ToRecord(given);
    const storage::Rep* known = directory_.FindRep(rep.id);
    if (const auto earlier = fresh.find(given.rep_id); known == nullptr && earlier != fresh.end()) {
      known = &records[earlier->second];
    }
    if (known != nullptr) {
      Compare(rep, *known, row);
      if (!row.bad()) report.AddUnchanged(1);
      continue;
    }
    fresh.emplace(given.rep_id, records.size());
    records.push_back(std::move(rep));
  }
  report.AddCreated(static_cast<int64_t>(records.size()));
  return StoreRecords(std::move(records), report);
}

absl::Status Session::ApplyRows(const std::vector<StageRow>& rows, Report& report) {
  std::map<absl::string_view, GivenPipeline> pipelines;
  for (const StageRow& given : rows) {
    Report::Row row(report, given.line);
    row.CheckId("pipeline_id", given.pipeline_id);
    row.CheckId("stage_id", given.stage_id);
    row.CheckName("name", given.name);
    row.CheckAttributes(given.attributes);
    if (!given.kind.has_value()) row.Error("kind", "is not a kind of stage", "", "open, won, lost");
    if (row.bad()) continue;
    GivenPipeline& pipeline = pipelines[given.pipeline_id];
    if (pipeline.line == 0) pipeline.line = given.line;
    storage::Stage stage;
    stage.id = std::string(given.stage_id);
    stage.name = std::string(given.name);
    stage.kind = *given.kind;
    stage.attributes = storage::DecodeAttributes(given.attributes);
    const auto at = pipeline.stages.find(given.position);
    if (at != pipeline.stages.end() && at->second.id == stage.id && at->second.name == stage.name &&
        at->second.kind == stage.kind && at->second.attributes == stage.attributes) {
      report.AddUnchanged(1);
    } else if (at != pipeline.stages.end()) {
      row.Error("position", "is taken by another stage of the pipeline",
                absl::StrCat(given.position));
    } else if (!pipeline.ids.insert(given.stage_id).second) {
      row.Error("stage_id", "stands twice in the pipeline", given.stage_id);
    } else if (pipeline.stages.size() >= limits::kPipelineStagesMax) {
      row.Error("stage_id", "is one stage too many for a pipeline", given.stage_id,
                absl::StrCat("at most ", limits::kPipelineStagesMax, " stages"));
    } else {
      pipeline.stages.emplace(given.position, std::move(stage));
    }
  }
  std::vector<storage::Pipeline> records;
  for (const auto& [id, given] : pipelines) {
    if (const PipelineEntry* known = directory_.FindPipeline(id); known != nullptr) {
      ComparePipelines(given, known->record, report);
      continue;
    }
    storage::Pipeline& record = records.emplace_back();
    record.id = std::string(id);
    for (const auto& [position, stage] : given.stages) record.stages.push_back(stage);
    report.AddCreated(static_cast<int64_t>(given.stages.size()));
  }
  return StoreRecords(std::move(records), report);
}

}  // namespace quotacast::importing
