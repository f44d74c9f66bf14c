// The two shared folders, imported into a store and read back: the history that forecasts get is
// the one that is in the files.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "server/history_cache.h"
#include "server/import/session.h"
#include "tests/server/storage/store_fixture.h"
#include "tests/simulation/csv_history.h"

namespace quotacast::importing {
namespace {

constexpr size_t kBatchRows = 1'000;

// A canonical file as rows of text, and the numbers in them.
class Csv {
 public:
  Csv(const std::string& folder, const std::string& name, absl::TimeZone zone) : zone_(zone) {
    std::ifstream file(folder + "/" + name, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    rows_ = simulation::ParseCsv(text);
    for (size_t i = 0; i < rows_.at(0).size(); ++i) columns_[rows_[0][i]] = i;
  }
  // Rows from 1.
  size_t size() const { return rows_.size(); }
  const std::string& Get(size_t row, const std::string& column) const {
    return rows_[row].at(columns_.at(column));
  }
  int64_t Time(size_t row, const std::string& column) const {
    const std::string& text = Get(row, column);
    if (text.size() == 10) return simulation::StartOfDayUs(ToDay(text), zone_);
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
    return absl::ToUnixMicros(time);
  }
  int64_t Micros(size_t row, const std::string& column) const {
    double value = 0;
    EXPECT_TRUE(absl::SimpleAtod(Get(row, column), &value));
    return std::llround(value * 1e6);
  }
  int64_t Int(size_t row, const std::string& column) const {
    int64_t value = 0;
    EXPECT_TRUE(absl::SimpleAtoi(Get(row, column), &value));
    return value;
  }
  Day Date(size_t row, const std::string& column) const { return ToDay(Get(row, column)); }

 private:
  static Day ToDay(const std::string& text) {
    absl::CivilDay day;
    EXPECT_TRUE(absl::ParseCivilTime(text, &day)) << text;
    return static_cast<Day>(day - absl::CivilDay(1970, 1, 1));
  }
  absl::TimeZone zone_;
  std::vector<std::vector<std::string>> rows_;
  std::map<std::string, size_t> columns_;
};

// Hands all rows of a file to the session in batches; returns how many were new.
template <typename Row, typename Make>
int64_t ImportFile(Session& session, const Csv& csv, Make make, size_t batch_rows = kBatchRows) {
  int64_t created = 0;
  std::vector<Row> rows;
  for (size_t i = 1; i < csv.size(); ++i) {
    Row row = make(i);
    row.line = static_cast<int64_t>(i + 1);
    rows.push_back(std::move(row));
    if (rows.size() < batch_rows && i + 1 < csv.size()) continue;
    const auto result = session.Apply(rows);
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->bad, 0) << result->errors.at(0).line << " " << result->errors.at(0).column
                              << " " << result->errors.at(0).reason;
    created += result->created;
    rows.clear();
  }
  return created;
}

int64_t ImportFolder(Session& session, const std::string& folder, absl::TimeZone zone) {
  int64_t created = 0;
  const Csv teams(folder, "teams.csv", zone);
  created += ImportFile<TeamRow>(session, teams, [&](size_t i) {
    TeamRow row;
    row.team_id = teams.Get(i, "team_id");
    row.name = teams.Get(i, "name");
    row.parent_team_id = teams.Get(i, "parent_team_id");
    return row;
  });
  const Csv reps(folder, "reps.csv", zone);
  created += ImportFile<RepRow>(session, reps, [&](size_t i) {
    RepRow row;
    row.rep_id = reps.Get(i, "rep_id");
    row.name = reps.Get(i, "name");
    row.team_id = reps.Get(i, "team_id");
    return row;
  });
  const Csv stages(folder, "stages.csv", zone);
  created += ImportFile<StageRow>(session, stages, [&](size_t i) {
    const std::string& kind = stages.Get(i, "kind");
    StageRow row;
    row.pipeline_id = stages.Get(i, "pipeline_id");
    row.stage_id = stages.Get(i, "stage_id");
    row.name = stages.Get(i, "name");
    row.position = stages.Int(i, "position");
    row.kind = kind == "open"  ? StageKind::kOpen
               : kind == "won" ? StageKind::kWon
                               : StageKind::kLost;
    return row;
  });
  const Csv opportunities(folder, "opportunities.csv", zone);
  created += ImportFile<OpportunityRow>(session, opportunities, [&](size_t i) {
    OpportunityRow row;
    row.opportunity_id = opportunities.Get(i, "opportunity_id");
    row.pipeline_id = opportunities.Get(i, "pipeline_id");
    row.rep_id = opportunities.Get(i, "rep_id");
    row.name = opportunities.Get(i, "name");
    row.amount_micros = opportunities.Micros(i, "amount");
    row.currency = opportunities.Get(i, "currency");
    row.units = opportunities.Int(i, "units");
    row.create_time_us = opportunities.Time(i, "create_time");
    if (!opportunities.Get(i, "expected_close_date").empty()) {
      row.expected_close_day = opportunities.Date(i, "expected_close_date");
    }
    return row;
  });
  const Csv events(folder, "stage_events.csv", zone);
  created += ImportFile<StageEventRow>(session, events, [&](size_t i) {
    StageEventRow row;
    row.opportunity_id = events.Get(i, "opportunity_id");
    row.time_us = events.Time(i, "time");
    row.stage_id = events.Get(i, "stage_id");
    row.rep_id = events.Get(i, "rep_id");
    if (!events.Get(i, "amount").empty()) row.amount_micros = events.Micros(i, "amount");
    return row;
  });
  const Csv activities(folder, "activities.csv", zone);
  created += ImportFile<ActivityRow>(session, activities, [&](size_t i) {
    const std::string& outcome = activities.Get(i, "outcome");
    ActivityRow row;
    row.activity_id = activities.Get(i, "activity_id");
    row.rep_id = activities.Get(i, "rep_id");
    row.opportunity_id = activities.Get(i, "opportunity_id");
    row.time_us = activities.Time(i, "time");
    EXPECT_EQ(activities.Get(i, "type"), "call");
    row.type = ActivityType::kCall;
    row.outcome = outcome == "connected"   ? ActivityOutcome::kConnected
                  : outcome == "no_answer" ? ActivityOutcome::kNoAnswer
                                           : ActivityOutcome::kUnknown;
    if (!activities.Get(i, "duration_seconds").empty()) {
      row.duration_seconds = activities.Int(i, "duration_seconds");
    }
    return row;
  });
  const Csv quotas(folder, "quotas.csv", zone);
  created += ImportFile<QuotaRow>(session, quotas, [&](size_t i) {
    const bool units = quotas.Get(i, "measure") == "units";
    QuotaRow row;
    row.owner_type = quotas.Get(i, "owner_type") == "rep" ? OwnerType::kRep : OwnerType::kTeam;
    row.owner_id = quotas.Get(i, "owner_id");
    row.period_start = quotas.Date(i, "period_start");
    row.period_end = quotas.Date(i, "period_end");
    row.measure = units ? Measure::kUnits : Measure::kAmount;
    row.target = units ? quotas.Int(i, "target") : quotas.Micros(i, "target");
    row.currency = quotas.Get(i, "currency");
    return row;
  });
  return created;
}

std::string IdOf(const std::vector<simulation::Rep>& reps, int32_t index) {
  return index == simulation::kNone ? "" : reps.at(index).id;
}

// The store keeps reps in the order of their ids, so indices to them are compared by id.
void ExpectSame(const simulation::History& stored, const simulation::History& file) {
  ASSERT_EQ(stored.opportunities.size(), file.opportunities.size());
  for (size_t i = 0; i < file.opportunities.size(); ++i) {
    const simulation::Opportunity &a = stored.opportunities[i], &b = file.opportunities[i];
    ASSERT_EQ(a.id, b.id);
    EXPECT_EQ(a.amount_micros, b.amount_micros);
    EXPECT_EQ(a.units, b.units);
    EXPECT_EQ(a.create_time_us, b.create_time_us);
    EXPECT_EQ(IdOf(stored.reps, a.rep), IdOf(file.reps, b.rep));
    ASSERT_EQ(a.first_event, b.first_event);
    ASSERT_EQ(a.event_count, b.event_count);
    EXPECT_EQ(a.label == simulation::kNone ? "" : stored.labels.at(a.label),
              b.label == simulation::kNone ? "" : file.labels.at(b.label));
  }
  ASSERT_EQ(stored.events.size(), file.events.size());
  for (size_t i = 0; i < file.events.size(); ++i) {
    const simulation::StageEvent &a = stored.events[i], &b = file.events[i];
    EXPECT_EQ(a.time_us, b.time_us);
    EXPECT_EQ(a.stage, b.stage);
    EXPECT_EQ(IdOf(stored.reps, a.rep), IdOf(file.reps, b.rep));
    EXPECT_EQ(a.amount_micros, b.amount_micros);
  }
  ASSERT_EQ(stored.activities.size(), file.activities.size());
  for (size_t i = 0; i < file.activities.size(); ++i) {
    const simulation::Activity &a = stored.activities[i], &b = file.activities[i];
    EXPECT_EQ(a.time_us, b.time_us);
    EXPECT_EQ(a.opportunity, b.opportunity);
    EXPECT_EQ(a.outcome, b.outcome);
    EXPECT_EQ(a.duration_seconds, b.duration_seconds);
    EXPECT_EQ(IdOf(stored.reps, a.rep), IdOf(file.reps, b.rep));
  }
  ASSERT_EQ(stored.quotas.size(), file.quotas.size());
  int64_t stored_targets = 0, file_targets = 0;
  for (const simulation::Quota& quota : stored.quotas) stored_targets += quota.target;
  for (const simulation::Quota& quota : file.quotas) file_targets += quota.target;
  EXPECT_EQ(stored_targets, file_targets);
}

struct Set {
  std::string name, currency, time_zone;
};

class RealData : public testing::TestWithParam<Set> {};

TEST_P(RealData, ComesBackAsItIsInTheFiles) {
  const Set& set = GetParam();
  if (simulation::SharedDataFolder().empty()) {
    GTEST_SKIP() << "no shared data; set QUOTACAST_SHARED_DATA";
  }
  const std::string folder = simulation::SharedDataFolder() + "/" + set.name;
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone(set.time_zone, &zone));
  storage::StoreFixture fixture(storage::SqliteBackend());
  fixture.Write([&](storage::WriteTransaction& transaction) {
    storage::Organization organization = storage::MakeOrganization("acme");
    organization.currency = set.currency;
    organization.time_zone = set.time_zone;
    ASSERT_TRUE(transaction.InsertOrganization(organization).ok());
  });
  const auto import = [&](bool validate_only) {
    const auto session =
        Session::Open(fixture.store(), "acme", {.validate_only = validate_only}).value();
    return ImportFolder(*session, folder, zone);
  };
  const int64_t would_create = import(true);
  HistoryCache cache(fixture.store(), 2);
  EXPECT_TRUE(cache.Get("acme").value()->history.opportunities.empty());
  const int64_t created = import(false);
  EXPECT_EQ(created, would_create);
  const auto file = simulation::LoadCsvHistory(folder, zone);
  ASSERT_TRUE(file.ok()) << file.status();
  ExpectSame(cache.Get("acme").value()->history, *file);
  EXPECT_EQ(import(false), 0);
  EXPECT_EQ(import(true), 0);
}

INSTANTIATE_TEST_SUITE_P(Sets, RealData,
                         testing::Values(Set{"loans", "EUR", "Europe/Amsterdam"},
                                         Set{"crm", "USD", "America/New_York"}),
                         [](const auto& set) { return set.param.name; });

}  // namespace
}  // namespace quotacast::importing
