// The metrics and signals of the sales floor, as a user sees them: the real client against a real
// server.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/client/program.h"

namespace quotacast::client {
namespace {

using Json = nlohmann::json;

constexpr char kAsOf[] = "2026-03-18";

// One server and one sample company of ten reps for all tests of this file.
class FloorEndToEndTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = NewFolder("floor_data");
    server_ = std::make_unique<ServerProcess>(data_);
    const std::string sample = NewFolder("floor_sample");
    ASSERT_EQ(
        RunClient({"sample", sample, "--reps", "10", "--months", "14", "--end", kAsOf}).exit_code,
        0);
    ASSERT_EQ(RunIn("acme", {"org", "create", "acme", "--currency", "EUR", "--time-zone",
                             "Europe/Amsterdam"})
                  .exit_code,
              0);
    ASSERT_EQ(RunIn("acme", {"import", sample}).exit_code, 0);
    std::filesystem::remove_all(sample);
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server_->Stop(), 0);
    server_.reset();
    std::filesystem::remove_all(data_);
  }

  static Output RunIn(const std::string& organization, const std::vector<std::string>& arguments) {
    return RunClient(arguments, {"QUOTACAST_SERVER=" + server_->address(),
                                 "QUOTACAST_ORG=" + organization, "COLUMNS=120"});
  }
  // As of the end of the sample.
  static Output Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--as-of", kAsOf});
    return RunIn("acme", arguments);
  }
  static Json RunJson(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Output output = Run(arguments);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    return output.exit_code == 0 ? Json::parse(output.out) : Json();
  }
  static size_t LineCount(const std::string& text) {
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  static std::string data_;
  static std::unique_ptr<ServerProcess> server_;
};
std::string FloorEndToEndTest::data_;
std::unique_ptr<ServerProcess> FloorEndToEndTest::server_;

// The identifier of the first rep of a report.
std::string FirstRep(const Json& report) {
  for (const Json& line : report["metrics"]) {
    if (line.contains("rep")) {
      const std::string name = line["rep"];
      return name.substr(name.rfind('/') + 1);
    }
  }
  return "";
}

TEST_F(FloorEndToEndTest, ActivityOfEveryone) {
  const Json report = RunJson({"metrics", "activity"});
  // The organization, its teams, ten reps.
  ASSERT_GE(report["metrics"].size(), 12u);
  EXPECT_EQ(report["metrics"][0]["organization"], "organizations/acme");
  EXPECT_TRUE(report["callsLinked"]);
  double lowest = 1, highest = 0;
  for (const Json& line : report["metrics"]) {
    const Json& rate = line["current"]["contactRate"];
    if (rate["total"] == 0) continue;
    // Nobody's rate is known exactly, and each lies in its interval.
    EXPECT_GT(rate["high"].get<double>() - rate["low"].get<double>(), .005);
    EXPECT_GT(rate["value"], rate["low"]);
    EXPECT_LT(rate["value"], rate["high"]);
    lowest = std::min(lowest, rate["value"].get<double>());
    highest = std::max(highest, rate["value"].get<double>());
  }
  EXPECT_GT(highest - lowest, .001) << "every rep has the same rate";
  // In the sample six of a hundred calls lead to an opportunity; what comes by itself is left out.
  const Json& all = report["metrics"][0]["current"]["contactRate"];
  EXPECT_LT(all["low"], .06 * 1.3);
  EXPECT_GT(all["high"], .06 * .7);

  const Output text = Run({"metrics", "activity"});
  EXPECT_TRUE(absl::StrContains(text.out, "contacts per 1,000 calls")) << text.out;
  EXPECT_TRUE(absl::StrContains(text.out, "won after five or more")) << text.out;
  const Output csv = Run({"metrics", "activity", "-o", "csv"});
  EXPECT_EQ(LineCount(csv.out), 1 + report["metrics"].size());
}

TEST_F(FloorEndToEndTest, DetailsAreOfTheRepAskedFor) {
  const std::string rep = FirstRep(RunJson({"metrics", "activity"}));
  const std::string display_name =
      Json::parse(RunIn("acme", {"get", "rep", rep, "-o", "json"}).out)["displayName"];
  const Output activity = Run({"metrics", "activity", "--rep", rep});
  EXPECT_TRUE(absl::StrContains(activity.out, absl::StrCat("\n", display_name, "\n")))
      << activity.out;
  const Output pipeline = Run({"metrics", "pipeline", "--rep", rep});
  // The card: every figure beside the period before, the team and all.
  for (const char* const part : {"contacts per 1,000 calls", "given up after one", "to leave "}) {
    EXPECT_TRUE(absl::StrContains(activity.out, part)) << part << "\n" << activity.out;
  }
  for (const char* const part :
       {"before", "Team ", "open when it began", "sales velocity a day", "attainment to date"}) {
    EXPECT_TRUE(absl::StrContains(pipeline.out, part)) << part << "\n" << pipeline.out;
  }
  EXPECT_TRUE(absl::StrContains(pipeline.out, absl::StrCat("Stages: ", display_name)))
      << pipeline.out;
  EXPECT_TRUE(absl::StrContains(pipeline.out, "Made the quota:")) << pipeline.out;
}

TEST_F(FloorEndToEndTest, PipelineOfEveryone) {
  const Json report = RunJson({"metrics", "pipeline"});
  const Json& all = report["metrics"][0];
  EXPECT_EQ(all["stages"].size(), 6u);
  int64_t reps = 0;
  for (const Json& bin : all["openLoad"]["bins"]) reps += std::stoll(bin.get<std::string>());
  EXPECT_EQ(std::to_string(reps), all["openLoad"]["repCount"]);
  EXPECT_FALSE(report["pastAttainments"].empty());
  EXPECT_EQ(all["pastAttainments"], report["pastAttainments"]);
  EXPECT_LE(all["lateStages"]["weightedValue"], all["lateStages"]["value"]);
  const Output text = Run({"metrics", "pipeline"});
  for (const char* const part : {"Stages: All", "The last two stages hold", "Open a rep:"}) {
    EXPECT_TRUE(absl::StrContains(text.out, part)) << part << "\n" << text.out;
  }
  EXPECT_EQ(Run({"metrics", "pipeline", "--team", "nowhere"}).exit_code, 3);
}

TEST_F(FloorEndToEndTest, OpportunitiesRanked) {
  const Json promising = RunJson({"metrics", "opportunities", "--limit", "5"});
  ASSERT_EQ(promising["opportunities"].size(), 5u);
  for (size_t i = 1; i < 5; ++i) {
    EXPECT_GE(promising["opportunities"][i - 1]["winProbability"],
              promising["opportunities"][i]["winProbability"]);
  }
  EXPECT_EQ(promising["opportunities"][0]["standing"], "PROMISING");
  const Json empty = RunJson({"metrics", "opportunities", "--order", "empty", "--limit", "0"});
  EXPECT_EQ(std::to_string(empty["opportunities"].size()), empty["openCount"]);
  double simulated = 0;
  for (const Json& one : empty["opportunities"]) {
    simulated += one["amount"].get<double>() * one["winProbability"].get<double>();
  }
  EXPECT_NEAR(empty["simulatedAmount"], simulated, 1e-6 * simulated);
  const Output text = Run({"metrics", "opportunities", "--limit", "3"});
  EXPECT_TRUE(absl::StrContains(text.out, "promising")) << text.out;
  EXPECT_TRUE(absl::StrContains(text.out, "Simulated, in this period")) << text.out;
  EXPECT_EQ(Run({"metrics", "opportunities", "--order", "best"}).exit_code, 2);
  EXPECT_EQ(Run({"metrics", "opportunities", "--period", "2026-01"}).exit_code, 6);
}

TEST_F(FloorEndToEndTest, GuidelineOfARep) {
  const std::string rep = FirstRep(RunJson({"metrics", "activity"}));
  const Json report = RunJson({"metrics", "guideline", "--rep", rep, "--period", "2026-Q1"});
  ASSERT_LE(report["guidelines"].size(), 1u);
  ASSERT_EQ(report["guidelines"].size(), 1u) << "the rep has no quota of the quarter";
  const Json& line = report["guidelines"][0];
  EXPECT_EQ(line["rep"], absl::StrCat("organizations/acme/reps/", rep));
  EXPECT_GT(std::stoll(line["doneCount"].get<std::string>()), 0);
  EXPECT_GE(line["periodTotal"].get<double>(), std::stod(line["doneCount"].get<std::string>()));
  EXPECT_EQ(report["targetProbability"], .8);
  if (!line["attainable"]) {
    EXPECT_NE(line["reason"], "");
  }
  const Output text = Run({"metrics", "guideline", "--rep", rep, "--period", "2026-Q1"});
  EXPECT_TRUE(absl::StrContains(text.out, "for a chance of 80 %")) << text.out;
}

TEST_F(FloorEndToEndTest, ProcessChecked) {
  const Output text = Run({"metrics", "process"});
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_TRUE(absl::StrContains(text.out, "prospecting")) << text.out;
  EXPECT_TRUE(absl::StrContains(text.out, "went back to an earlier stage")) << text.out;
  EXPECT_EQ(LineCount(Run({"metrics", "process", "-o", "csv"}).out), 1u + 8u);
}

TEST_F(FloorEndToEndTest, SignalsAreReviewed) {
  const Json listed = RunJson({"signals", "--limit", "0"});
  ASSERT_GT(listed["signals"].size(), 1u);
  const std::string name = listed["signals"][0]["name"];
  const std::string id = name.substr(name.rfind('/') + 1);
  const Output text = Run({"signals"});
  EXPECT_TRUE(absl::StrContains(text.out, id)) << text.out;

  const Output done =
      RunIn("acme", {"signals", "acknowledge", id, "--by", "eve", "--note", "we spoke"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_TRUE(absl::StrContains(done.out, absl::StrCat(id, ": acknowledged by eve"))) << done.out;
  Json after = RunJson({"signals", "--limit", "0"});
  EXPECT_EQ(after["signals"].size(), listed["signals"].size() - 1);
  EXPECT_EQ(after["hiddenCount"], "1");
  // It holds over a restart.
  EXPECT_EQ(server_->Stop(), 0);
  server_ = std::make_unique<ServerProcess>(data_);
  after = RunJson({"signals", "--limit", "0", "--show-reviewed"});
  ASSERT_EQ(after["signals"].size(), listed["signals"].size());
  EXPECT_EQ(after["signals"][0]["name"], name);
  EXPECT_EQ(after["signals"][0]["review"]["state"], "ACKNOWLEDGED");
  EXPECT_EQ(after["signals"][0]["review"]["note"], "we spoke");
  EXPECT_TRUE(absl::StrContains(Run({"signals"}).out, "1 acknowledged or put off"));

  EXPECT_EQ(RunIn("acme", {"signals", "reopen", id}).exit_code, 0);
  EXPECT_EQ(RunJson({"signals", "--limit", "0"})["signals"], listed["signals"]);
  EXPECT_EQ(RunIn("acme", {"signals", "reopen", id}).exit_code, 3);
  EXPECT_EQ(RunIn("acme", {"signals", "snooze", id, "--until", "2000-01-01"}).exit_code, 6);
  EXPECT_EQ(RunIn("acme", {"signals", "snooze", id, "--until", "soon"}).exit_code, 2);
  EXPECT_EQ(RunIn("acme", {"signals", "acknowledge", "bad-mood~eva"}).exit_code, 6);
  EXPECT_EQ(RunIn("acme", {"signals", "acknowledge", "overloaded~nobody"}).exit_code, 3);
}

void Write(const std::string& folder, const char* file, const std::string& text) {
  std::ofstream(absl::StrCat(folder, "/", file), std::ios::binary) << text;
}

TEST_F(FloorEndToEndTest, ExtraColumnsGiveReasonsAndAttributesOfStages) {
  const std::string folder = NewFolder("floor_reasons");
  Write(folder, "teams.csv", "team_id,name,parent_team_id\nnorth,North,\n");
  Write(folder, "reps.csv", "rep_id,name,team_id,start_date,end_date\neva,Eva,north,,\n");
  Write(folder, "stages.csv",
        "pipeline_id,stage_id,name,position,kind,owner\nsales,first,First,1,open,desk\n"
        "sales,won,Won,2,won,\nsales,lost,Lost,3,lost,\n");
  Write(folder, "opportunities.csv",
        "opportunity_id,pipeline_id,rep_id,name,amount,currency,units,create_time,"
        "expected_close_date,loss_reason\n"
        "o1,sales,eva,A,100,EUR,1,2026-03-02,,\n"
        "o2,sales,eva,B,200,EUR,1,2026-03-02,,price\n"
        "o3,sales,eva,C,400,EUR,1,2026-03-02,,\n");
  Write(folder, "stage_events.csv",
        "opportunity_id,time,stage_id,rep_id,amount,reason\n"
        "o1,2026-03-02,first,,,\no1,2026-03-05,lost,,,no budget\n"
        "o2,2026-03-02,first,,,\no2,2026-03-06,lost,,,\n"
        "o3,2026-03-02,first,,,\no3,2026-03-07,lost,,,price\n");
  ASSERT_EQ(
      RunIn("reasons", {"org", "create", "reasons", "--currency", "EUR", "--time-zone", "UTC"})
          .exit_code,
      0);
  const Output imported = RunIn("reasons", {"import", folder});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  // Again changes nothing.
  EXPECT_EQ(RunIn("reasons", {"import", folder}).exit_code, 0);
  const Json pipeline =
      Json::parse(RunIn("reasons", {"get", "pipeline", "sales", "-o", "json"}).out);
  EXPECT_EQ(pipeline["stages"][0]["attributes"]["owner"], "desk");

  const Output output =
      RunIn("reasons", {"metrics", "pipeline", "--as-of", "2026-03-18", "-o", "json"});
  ASSERT_EQ(output.exit_code, 0) << output.err;
  const Json reasons = Json::parse(output.out)["metrics"][0]["lossReasons"];
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_EQ(reasons[0]["reason"], "price");
  EXPECT_EQ(reasons[0]["count"], "2");
  EXPECT_EQ(reasons[0]["amount"], 600);
  EXPECT_EQ(reasons[1]["reason"], "no budget");
  const Output text = RunIn("reasons", {"metrics", "pipeline", "--as-of", "2026-03-18"});
  EXPECT_TRUE(absl::StrContains(text.out, "Why lost, where said (3 of 3 lost)")) << text.out;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace quotacast::client
