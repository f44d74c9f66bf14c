#include "client/sample/sample.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/csv.h"
#include "client/sample/process.h"

namespace quotacast::sample {
namespace {

using Row = std::map<std::string, std::string>;

constexpr std::array kFiles = {"teams.csv",         "reps.csv",         "stages.csv",
                               "opportunities.csv", "stage_events.csv", "activities.csv",
                               "quotas.csv",        "truth.json"};

std::string NewFolder(const std::string& name) {
  std::string folder = absl::StrCat(testing::TempDir(), "sample_test_", getpid(), "_", name);
  std::filesystem::remove_all(folder);
  return folder;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<Row> ReadRows(const std::string& path) {
  client::CsvReader reader(path);
  std::vector<Row> rows;
  EXPECT_EQ(reader.Open({}), client::CsvReader::Outcome::kRow) << reader.error().reason;
  while (reader.Next() == client::CsvReader::Outcome::kRow) {
    Row& row = rows.emplace_back();
    for (size_t i = 0; i < reader.extra_columns().size(); ++i) {
      row[reader.extra_columns()[i]] = std::string(reader.extra_field(i));
    }
  }
  return rows;
}

int64_t Number(const std::string& text) {
  int64_t number = -1;
  EXPECT_TRUE(absl::SimpleAtoi(text, &number)) << text;
  return number;
}

// FNV-1a, 64 bits.
uint64_t Hash(const std::string& folder) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char* name : kFiles) {
    for (const char c : ReadText(absl::StrCat(folder, "/", name))) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
  }
  return hash;
}

SampleOptions SmallOptions() {
  SampleOptions options;
  options.end = absl::CivilDay(2026, 3, 18);
  return options;
}

class SampleTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = NewFolder("shared");
    SampleOptions options = SmallOptions();
    options.rep_count = 60;
    ASSERT_TRUE(WriteSample(folder_, options).ok());
    for (const char* name : kFiles) {
      if (absl::EndsWith(name, ".csv")) rows_[name] = ReadRows(absl::StrCat(folder_, "/", name));
    }
  }
  static const std::vector<Row>& Rows(const std::string& name) { return rows_[name]; }

  static std::string folder_;
  static std::map<std::string, std::vector<Row>> rows_;
};
std::string SampleTest::folder_;
std::map<std::string, std::vector<Row>> SampleTest::rows_;

// The same options give the same bytes on any machine and with any compiler. Where the generator
// is changed on purpose, this number changes with it.
TEST(SampleDeterminismTest, GoldenHash) {
  const std::string folder = NewFolder("golden");
  ASSERT_TRUE(WriteSample(folder, SmallOptions()).ok());
  EXPECT_EQ(Hash(folder), 13621297954352412753u);
}

TEST(SampleDeterminismTest, SeedsDiffer) {
  SampleOptions options = SmallOptions();
  const std::string one = NewFolder("one");
  ASSERT_TRUE(WriteSample(one, options).ok());
  options.seed = 2;
  const std::string two = NewFolder("two");
  ASSERT_TRUE(WriteSample(two, options).ok());
  EXPECT_NE(Hash(one), Hash(two));
}

TEST(SampleOptionsTest, RefusesWhatIsOutOfRange) {
  const auto message = [](void (*change)(SampleOptions&)) {
    SampleOptions options = SmallOptions();
    change(options);
    return std::string(WriteSample(NewFolder("refused"), options).status().message());
  };
  EXPECT_EQ(message([](SampleOptions& o) { o.rep_count = 0; }), "reps must be 1 to 100000; got 0");
  EXPECT_EQ(message([](SampleOptions& o) { o.month_count = 241; }),
            "months must be 1 to 240; got 241");
  EXPECT_EQ(message([](SampleOptions& o) { o.contact_rate = -1; }),
            "contact-rate must be 0 to 0.25; got -1");
  EXPECT_EQ(message([](SampleOptions& o) { o.follow_up_effect = NAN; }),
            "follow-up-effect must be 0.1 to 10; got nan");
}

TEST(SampleOptionsTest, LeavesFilesAlone) {
  const std::string folder = NewFolder("taken");
  ASSERT_TRUE(WriteSample(folder, SmallOptions()).ok());
  EXPECT_EQ(WriteSample(folder, SmallOptions()).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST(SampleOptionsTest, OneRepOneMonth) {
  SampleOptions options = SmallOptions();
  options.rep_count = 1;
  options.month_count = 1;
  const auto counts = WriteSample(NewFolder("tiny"), options);
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_GT(counts->opportunities, 10);
  EXPECT_GE(counts->quotas, 8);  // The running month and quarter, of the rep and its teams.
}

TEST_F(SampleTest, EveryReferenceHolds) {
  std::set<std::string> teams, reps, stages, activities;
  std::map<std::string, std::string> last_time;
  for (const Row& row : Rows("teams.csv")) {
    EXPECT_TRUE(row.at("parent_team_id").empty() || teams.count(row.at("parent_team_id")));
    EXPECT_TRUE(teams.insert(row.at("team_id")).second);
  }
  for (const Row& row : Rows("reps.csv")) {
    EXPECT_TRUE(teams.count(row.at("team_id")));
    EXPECT_TRUE(reps.insert(row.at("rep_id")).second);
  }
  for (const Row& row : Rows("stages.csv")) stages.insert(row.at("stage_id"));
  EXPECT_EQ(stages.size(), 8u);
  for (const Row& row : Rows("opportunities.csv")) {
    EXPECT_TRUE(reps.count(row.at("rep_id")));
    EXPECT_TRUE(last_time.emplace(row.at("opportunity_id"), row.at("create_time")).second);
  }
  std::set<std::string> closed;
  for (const Row& row : Rows("stage_events.csv")) {
    const std::string& id = row.at("opportunity_id");
    ASSERT_TRUE(last_time.count(id));
    EXPECT_LE(last_time[id], row.at("time"));
    EXPECT_LT(row.at("time"), "2026-03-18");
    last_time[id] = row.at("time");
    EXPECT_TRUE(stages.count(row.at("stage_id")));
    EXPECT_TRUE(row.at("rep_id").empty() || reps.count(row.at("rep_id")));
    EXPECT_FALSE(closed.count(id)) << id << " goes on after it closed";
    if (row.at("stage_id") == "won" || row.at("stage_id") == "lost") closed.insert(id);
  }
  for (const Row& row : Rows("activities.csv")) {
    EXPECT_TRUE(activities.insert(row.at("activity_id")).second);
    EXPECT_TRUE(reps.count(row.at("rep_id")));
    EXPECT_TRUE(row.at("opportunity_id").empty() || last_time.count(row.at("opportunity_id")));
    EXPECT_LT(row.at("time"), "2026-03-18");
  }
  for (const Row& row : Rows("quotas.csv")) {
    EXPECT_TRUE((row.at("owner_type") == "rep" ? reps : teams).count(row.at("owner_id")));
    EXPECT_LT(row.at("period_start"), row.at("period_end"));
    EXPECT_GT(Number(row.at("target")), 0);
  }
}

TEST_F(SampleTest, RunningPeriodsHaveQuotas) {
  std::map<std::string, int> running;
  for (const Row& row : Rows("quotas.csv")) {
    if (row.at("period_start") <= "2026-03-18" && row.at("period_end") > "2026-03-18") {
      ++running[row.at("owner_type") + row.at("owner_id")];
    }
  }
  for (const Row& row : Rows("reps.csv")) {
    // Money and units, a month and a quarter.
    if (row.at("end_date").empty()) {
      EXPECT_EQ(running["rep" + row.at("rep_id")], 4) << row.at("rep_id");
    }
  }
  EXPECT_EQ(running["teamcompany"], 4);
}

// 60 reps' open opportunities: each rep's count has a standard deviation of about 14 (skills and
// arrivals), so the mean's is about 2; four of them are exceeded once in 16,000 by chance.
TEST_F(SampleTest, AboutFortyOpenOpportunitiesARep) {
  std::set<std::string> open;
  for (const Row& row : Rows("stage_events.csv")) {
    open.insert(row.at("opportunity_id"));
    if (row.at("stage_id") == "won" || row.at("stage_id") == "lost") {
      open.erase(row.at("opportunity_id"));
    }
  }
  int at_work = 0;
  for (const Row& row : Rows("reps.csv")) at_work += row.at("end_date").empty();
  EXPECT_NEAR(static_cast<double>(open.size()) / at_work, 40, 8);
}

// Calls lead to opportunities at the true rate times the reps' multipliers, which the truth gives;
// the tolerance is four standard errors of a Poisson count.
TEST_F(SampleTest, CallsLeadToOpportunitiesAtTheTrueRate) {
  const auto truth = nlohmann::json::parse(ReadText(folder_ + "/truth.json"));
  std::map<std::string, double> contact;
  for (const auto& rep : truth["reps"]) contact[rep["id"]] = rep["contact"];
  double expected = 0;
  int seen = 0;
  for (const Row& row : Rows("activities.csv")) {
    if (row.at("type") != "call") continue;
    expected += truth["arrivals"]["contactRate"].get<double>() * contact[row.at("rep_id")];
    seen += !row.at("opportunity_id").empty();
  }
  EXPECT_GT(seen, 1'000);
  EXPECT_NEAR(seen, expected, 4 * std::sqrt(expected));
}

// Exits from the first stage by cause, against the hazards of the truth summed over the days that
// were lived through (exact: days and ages are whole). Tolerance: four standard errors.
TEST_F(SampleTest, OpportunitiesLeaveTheFirstStageAtTheTrueHazards) {
  SampleOptions options = SmallOptions();
  const auto end_day = static_cast<int32_t>(options.end - absl::CivilDay(1970, 1, 1));
  const auto day_of = [](const std::string& time) {
    absl::CivilDay day;
    EXPECT_TRUE(absl::ParseCivilTime(time.substr(0, 10), &day));
    return static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1));
  };
  const Process process = MakeProcess(end_day - 548, end_day, 40, .06, 1);
  const auto truth = nlohmann::json::parse(ReadText(folder_ + "/truth.json"));
  std::map<std::string, Skill> skills;
  std::set<std::string> leavers;
  for (const auto& rep : truth["reps"]) {
    skills[rep["id"]].advance = rep["advance"];
    skills[rep["id"]].lost = rep["lost"];
    if (rep.contains("end")) leavers.insert(rep["id"].get<std::string>());
  }
  std::map<std::string, std::vector<const Row*>> events;
  for (const Row& row : Rows("stage_events.csv")) events[row.at("opportunity_id")].push_back(&row);
  double expected_advance = 0, expected_lost = 0;
  int advances = 0, losses = 0;
  for (const Row& row : Rows("opportunities.csv")) {
    if (leavers.count(row.at("rep_id"))) continue;
    const auto& history = events[row.at("opportunity_id")];
    const int32_t entry = day_of(row.at("create_time"));
    const int32_t last = history.size() > 1 ? day_of(history[1]->at("time")) : end_day - 1;
    for (int32_t day = entry; day <= last; ++day) {
      const Hazards hazards = DailyHazards(process, skills[row.at("rep_id")], 0, day - entry, day);
      const double leave = -std::expm1(-hazards.Sum());
      expected_advance += leave * hazards.advance / hazards.Sum();
      expected_lost += leave * hazards.lost / hazards.Sum();
    }
    if (history.size() > 1) ++(history[1]->at("stage_id") == "lost" ? losses : advances);
  }
  EXPECT_NEAR(advances, expected_advance, 4 * std::sqrt(expected_advance));
  EXPECT_NEAR(losses, expected_lost, 4 * std::sqrt(expected_lost));
}

TEST_F(SampleTest, TeamQuotasAreTheSumOfTheirReps) {
  std::map<std::string, std::string> team_of;
  std::map<std::string, std::string> parent;
  for (const Row& row : Rows("teams.csv")) parent[row.at("team_id")] = row.at("parent_team_id");
  for (const Row& row : Rows("reps.csv")) team_of[row.at("rep_id")] = row.at("team_id");
  std::map<std::string, int64_t> sums;
  const auto key = [](const std::string& team, const Row& row) {
    return absl::StrCat(team, row.at("period_start"), row.at("period_end"), row.at("measure"));
  };
  for (const Row& row : Rows("quotas.csv")) {
    if (row.at("owner_type") == "rep") {
      for (std::string team = team_of[row.at("owner_id")]; !team.empty(); team = parent[team]) {
        sums[key(team, row)] += Number(row.at("target"));
      }
    } else {
      EXPECT_EQ(Number(row.at("target")), sums[key(row.at("owner_id"), row)]);
    }
  }
  EXPECT_GT(sums.size(), 100u);
}

}  // namespace
}  // namespace quotacast::sample
