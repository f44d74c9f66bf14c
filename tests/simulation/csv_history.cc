#include "tests/simulation/csv_history.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace quotacast::simulation {
namespace {

constexpr int64_t kMicros = 1'000'000;

struct Bad {
  std::string message;
};

int32_t Find(const std::map<std::string, int32_t>& index, const std::string& id) {
  if (id.empty()) return kNone;
  const auto found = index.find(id);
  if (found == index.end()) throw Bad{absl::StrCat("unknown id ", id)};
  return found->second;
}

int64_t Integer(const std::string& text) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) throw Bad{absl::StrCat("not a whole number: ", text)};
  return value;
}

int64_t Micros(const std::string& text) {
  const size_t point = text.find('.');
  if (point == std::string::npos) return Integer(text) * kMicros;
  std::string fraction = text.substr(point + 1);
  if (fraction.size() > 6) throw Bad{absl::StrCat("more than six decimals: ", text)};
  fraction.resize(6, '0');
  return Integer(text.substr(0, point)) * kMicros + Integer(fraction);
}

Day CivilDate(const std::string& text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) throw Bad{absl::StrCat("not a date: ", text)};
  return static_cast<Day>(day - absl::CivilDay(1970, 1, 1));
}

// One file, row by row, by the names of its columns.
class Table {
 public:
  Table(const std::string& folder, const std::string& name) : name_(name) {
    std::ifstream file(std::filesystem::path(folder) / name, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    rows_ = ParseCsv(text);
    if (rows_.empty()) return;
    for (size_t i = 0; i < rows_[0].size(); ++i) columns_[rows_[0][i]] = i;
  }
  bool Next() { return ++row_ < rows_.size(); }
  std::string Get(const std::string& column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end()) throw Bad{absl::StrCat(name_, " has no column ", column)};
    if (found->second >= rows_[row_].size()) throw Bad{"too few fields"};
    return rows_[row_][found->second];
  }
  std::string Where() const { return absl::StrCat(name_, " record ", row_ + 1, ": "); }

 private:
  std::string name_;
  std::vector<std::vector<std::string>> rows_;
  std::map<std::string, size_t> columns_;
  size_t row_ = 0;
};

class Loader {
 public:
  Loader(std::string folder, absl::TimeZone zone) : folder_(std::move(folder)) {
    history_.time_zone = zone;
  }
  absl::StatusOr<History> Load() {
    for (const auto& [name, read] : std::vector<std::pair<std::string, void (Loader::*)(Table&)>>{
             {"teams.csv", &Loader::ReadTeams},
             {"reps.csv", &Loader::ReadReps},
             {"stages.csv", &Loader::ReadStages},
             {"opportunities.csv", &Loader::ReadOpportunities},
             {"stage_events.csv", &Loader::ReadEvents},
             {"activities.csv", &Loader::ReadActivities},
             {"quotas.csv", &Loader::ReadQuotas}}) {
      Table table(folder_, name);
      try {
        (this->*read)(table);
      } catch (const Bad& bad) {
        return absl::InvalidArgumentError(absl::StrCat(table.Where(), bad.message));
      }
    }
    IndexEvents(history_);
    std::stable_sort(history_.activities.begin(), history_.activities.end(),
                     [](const Activity& a, const Activity& b) { return a.time_us < b.time_us; });
    return std::move(history_);
  }

 private:
  int64_t Time(const std::string& text) const {
    if (text.size() == 10) return StartOfDayUs(CivilDate(text), history_.time_zone);
    absl::Time time;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) throw Bad{error};
    return absl::ToUnixMicros(time);
  }

  void ReadTeams(Table& table) {
    std::vector<std::string> parents;
    while (table.Next()) {
      teams_.emplace(table.Get("team_id"), static_cast<int32_t>(history_.teams.size()));
      history_.teams.push_back({table.Get("team_id"), kNone});
      parents.push_back(table.Get("parent_team_id"));
    }
    for (size_t i = 0; i < parents.size(); ++i) history_.teams[i].parent = Find(teams_, parents[i]);
  }

  void ReadReps(Table& table) {
    while (table.Next()) {
      Rep rep{table.Get("rep_id"), Find(teams_, table.Get("team_id"))};
      if (const std::string date = table.Get("start_date"); !date.empty()) {
        rep.start_day = CivilDate(date);
      }
      if (const std::string date = table.Get("end_date"); !date.empty()) {
        rep.end_day = CivilDate(date);
      }
      reps_.emplace(rep.id, static_cast<int32_t>(history_.reps.size()));
      history_.reps.push_back(std::move(rep));
    }
  }

  void ReadStages(Table& table) {
    std::map<std::pair<std::string, int64_t>, Stage> by_position;
    while (table.Next()) {
      const std::string kind = table.Get("kind");
      if (kind != "open" && kind != "won" && kind != "lost") throw Bad{"kind is " + kind};
      by_position[{table.Get("pipeline_id"), Integer(table.Get("position"))}] = {
          table.Get("stage_id"), kind == "open"  ? StageKind::kOpen
                                 : kind == "won" ? StageKind::kWon
                                                 : StageKind::kLost};
    }
    for (const auto& [key, stage] : by_position) {
      const auto [pipeline, added] =
          pipelines_.emplace(key.first, static_cast<int32_t>(history_.pipelines.size()));
      if (added) {
        history_.pipelines.push_back({key.first, {}});
        stages_.emplace_back();
      }
      std::vector<Stage>& stages = history_.pipelines[pipeline->second].stages;
      stages_[pipeline->second].emplace(stage.id, static_cast<int32_t>(stages.size()));
      stages.push_back(stage);
    }
  }

  void ReadOpportunities(Table& table) {
    while (table.Next()) {
      Opportunity opportunity;
      opportunity.id = table.Get("opportunity_id");
      opportunity.pipeline = Find(pipelines_, table.Get("pipeline_id"));
      opportunity.rep = Find(reps_, table.Get("rep_id"));
      if (const std::string name = table.Get("name"); !name.empty()) {
        const auto [label, added] =
            labels_.emplace(name, static_cast<int32_t>(history_.labels.size()));
        if (added) history_.labels.push_back(name);
        opportunity.label = label->second;
      }
      opportunity.amount_micros = Micros(table.Get("amount"));
      if (const std::string units = table.Get("units"); !units.empty()) {
        opportunity.units = Integer(units);
      }
      opportunity.create_time_us = Time(table.Get("create_time"));
      if (const std::string date = table.Get("expected_close_date"); !date.empty()) {
        opportunity.expected_close_day = CivilDate(date);
      }
      opportunities_.emplace(opportunity.id, static_cast<int32_t>(history_.opportunities.size()));
      history_.opportunities.push_back(std::move(opportunity));
    }
  }

  void ReadEvents(Table& table) {
    while (table.Next()) {
      StageEvent event;
      event.opportunity = Find(opportunities_, table.Get("opportunity_id"));
      event.time_us = Time(table.Get("time"));
      const int32_t pipeline = history_.opportunities.at(event.opportunity).pipeline;
      event.stage = static_cast<int16_t>(Find(stages_.at(pipeline), table.Get("stage_id")));
      event.rep = Find(reps_, table.Get("rep_id"));
      if (const std::string amount = table.Get("amount"); !amount.empty()) {
        event.amount_micros = Micros(amount);
      }
      history_.events.push_back(event);
    }
  }

  void ReadActivities(Table& table) {
    const std::map<std::string, int32_t> types = {
        {"call", 0}, {"email", 1}, {"meeting", 2}, {"follow_up", 3}, {"other", 4}};
    const std::map<std::string, int32_t> outcomes = {{"connected", 1}, {"no_answer", 2}};
    while (table.Next()) {
      Activity activity;
      activity.rep = Find(reps_, table.Get("rep_id"));
      activity.opportunity = Find(opportunities_, table.Get("opportunity_id"));
      activity.time_us = Time(table.Get("time"));
      activity.type = static_cast<ActivityType>(Find(types, table.Get("type")));
      const int32_t outcome = Find(outcomes, table.Get("outcome"));
      activity.outcome = static_cast<ActivityOutcome>(outcome == kNone ? 0 : outcome);
      if (const std::string duration = table.Get("duration_seconds"); !duration.empty()) {
        activity.duration_seconds = static_cast<int32_t>(Integer(duration));
      }
      history_.activities.push_back(activity);
    }
  }

  void ReadQuotas(Table& table) {
    while (table.Next()) {
      Quota quota;
      const bool team = table.Get("owner_type") == "team";
      quota.owner_type = team ? OwnerType::kTeam : OwnerType::kRep;
      quota.owner = Find(team ? teams_ : reps_, table.Get("owner_id"));
      quota.period_start = CivilDate(table.Get("period_start"));
      quota.period_end = CivilDate(table.Get("period_end"));
      const bool units = table.Get("measure") == "units";
      quota.measure = units ? Measure::kUnits : Measure::kAmount;
      quota.target = units ? Integer(table.Get("target")) : Micros(table.Get("target"));
      history_.quotas.push_back(quota);
    }
  }

  std::string folder_;
  History history_;
  std::map<std::string, int32_t> teams_, reps_, pipelines_, labels_, opportunities_;
  std::vector<std::map<std::string, int32_t>> stages_;
};

absl::StatusOr<History> LoadShared(const std::string& set, const std::string& zone_name) {
  const std::string folder = SharedDataFolder();
  absl::TimeZone zone;
  if (folder.empty()) return absl::NotFoundError("no shared data; set QUOTACAST_SHARED_DATA");
  if (!absl::LoadTimeZone(zone_name, &zone)) {
    return absl::NotFoundError("no time zone " + zone_name);
  }
  return LoadCsvHistory(folder + "/" + set, zone);
}

}  // namespace

std::vector<std::vector<std::string>> ParseCsv(absl::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false, any = false;
  const auto end_row = [&] {
    if (any) {
      row.push_back(std::move(field));
      rows.push_back(std::move(row));
    }
    row.clear();
    field.clear();
    any = false;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        field += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r') {
      any = true;
      if (c == '"') {
        quoted = true;
      } else if (c == ',') {
        row.push_back(std::move(field));
        field.clear();
      } else {
        field += c;
      }
    }
  }
  end_row();
  return rows;
}

absl::StatusOr<History> LoadCsvHistory(const std::string& folder, absl::TimeZone zone) {
  return Loader(folder, zone).Load();
}

std::string SharedDataFolder() {
  if (const char* folder = std::getenv("QUOTACAST_SHARED_DATA")) return folder;
  const std::string beside = QUOTACAST_SHARED_DATA;
  return std::filesystem::exists(beside) ? beside : "";
}

absl::StatusOr<History> LoadLoans() { return LoadShared("loans", "Europe/Amsterdam"); }
absl::StatusOr<History> LoadCrm() { return LoadShared("crm", "America/New_York"); }

}  // namespace quotacast::simulation
