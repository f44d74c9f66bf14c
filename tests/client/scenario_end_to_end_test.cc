// whatif, deals and plan as a user runs them, on a made-up company.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
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

class ScenarioEndToEndTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = NewFolder("data");
    server_ = std::make_unique<ServerProcess>(data_);
    const std::string sample = NewFolder("sample");
    ASSERT_EQ(RunClient({"sample", sample, "--reps", "8", "--months", "10", "--end", "2026-03-10"})
                  .exit_code,
              0);
    ASSERT_EQ(Run({"org", "create", "acme", "--currency", "EUR", "--time-zone", "Europe/Amsterdam"})
                  .exit_code,
              0);
    const Output imported = Run({"import", sample});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    std::filesystem::remove_all(sample);
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server_->Stop(), 0);
    server_.reset();
    std::filesystem::remove_all(data_);
  }

  static Output Run(const std::vector<std::string>& arguments) {
    return RunClient(arguments, {"QUOTACAST_SERVER=" + server_->address(), "QUOTACAST_ORG=acme"});
  }
  static Json RunJson(std::vector<std::string> arguments) {
    for (const char* more :
         {"--as-of", "2026-03-10", "--measure", "amount", "--period", "2026-Q1", "-o", "json"}) {
      arguments.emplace_back(more);
    }
    const Output output = Run(arguments);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    return output.exit_code == 0 ? Json::parse(output.out) : Json();
  }
  static std::string AnyRep() {
    const std::string name = RunJson({"forecast"})["forecasts"][0]["rep"].get<std::string>();
    return name.substr(name.rfind('/') + 1);
  }

  static std::string data_;
  static std::unique_ptr<ServerProcess> server_;
};
std::string ScenarioEndToEndTest::data_;
std::unique_ptr<ServerProcess> ScenarioEndToEndTest::server_;

TEST_F(ScenarioEndToEndTest, WhatIfSetsScenariosBesideTheForecast) {
  const std::string rep = AnyRep();
  const Json forecast = RunJson({"forecast", "--rep", rep});
  const Json answer =
      RunJson({"whatif", "--rep", rep, "--scenario", "same", "--activity", "call=x1", "--scenario",
               "more", "--activity", "call=+50%", "--conversion", "proposal=+5pp"});
  EXPECT_EQ(answer["baseline"]["forecasts"][0]["attainmentProbability"],
            forecast["forecasts"][0]["attainmentProbability"]);
  ASSERT_EQ(answer["scenarios"].size(), 2u);
  EXPECT_EQ(answer["scenarios"][0]["name"], "same");
  EXPECT_EQ(answer["scenarios"][0]["differences"][0]["attainmentProbability"], 0);
  EXPECT_EQ(answer["scenarios"][0]["differences"][0]["standardError"], 0);
  const Json& more = answer["scenarios"][1]["differences"][0];
  EXPECT_TRUE(absl::EndsWith(more["rep"].get<std::string>(), "/" + rep));
  EXPECT_GE(more["attainmentProbability"].get<double>(), 0);
  EXPECT_GT(more["standardError"].get<double>(), 0);

  const Output table =
      Run({"whatif", "--rep", rep, "--as-of", "2026-03-10", "--activity", "call=+50%"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_TRUE(absl::StrContains(table.out, "points")) << table.out;
  EXPECT_TRUE(absl::StrContains(table.err, "not what causes them")) << table.err;
}

TEST_F(ScenarioEndToEndTest, LosingTheBiggestDealIsOneCommand) {
  const std::string rep = AnyRep();
  const Json deals = RunJson({"deals", "--rep", rep})["quotas"][0]["deals"];
  ASSERT_GT(deals.size(), 5u);
  const std::string name = deals[0]["opportunity"].get<std::string>();
  const Json answer = RunJson({"whatif", "--rep", rep, "--lose", name.substr(name.rfind('/') + 1)});
  EXPECT_EQ(answer["scenarios"][0]["forecasts"][0]["attainmentProbability"],
            deals[0]["probabilityIfLost"]);
  const Output table = Run({"deals", "--rep", rep, "--as-of", "2026-03-10"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_TRUE(absl::StrContains(table.out, "if lost")) << table.out;
}

TEST_F(ScenarioEndToEndTest, PlansBackwards) {
  const std::string rep = AnyRep();
  const Json plan = RunJson({"plan", "--rep", rep, "--target-probability", "0.6"});
  EXPECT_EQ(plan["activity"], "call");
  EXPECT_GT(plan["currentPerWeek"].get<double>(), 1);
  EXPECT_EQ(plan["attainable"].get<bool>(), plan["attainmentProbability"].get<double>() >= .6);
  EXPECT_GE(plan["curve"].size(), 5u);
  EXPECT_TRUE(absl::StrContains(plan["caveat"].get<std::string>(), "not what causes them"));
  EXPECT_EQ(plan["curve"][0]["perWeek"], 0);
  const Output table = Run({"plan", "--rep", rep, "--as-of", "2026-03-10"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_TRUE(absl::StrContains(table.out, "One more a week")) << table.out;
}

TEST_F(ScenarioEndToEndTest, PlansForEveryRep) {
  const Json plans =
      RunJson({"plan", "--each", "--activity", "opportunity", "--target-probability", "0.5"});
  ASSERT_EQ(plans["plans"].size(), RunJson({"forecast"})["forecasts"].size());
  for (const Json& plan : plans["plans"]) {
    EXPECT_EQ(plan["attainable"].get<bool>(), plan["attainmentProbability"].get<double>() >= .5);
  }
  const Output table = Run({"plan", "--each", "--as-of", "2026-03-10"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_TRUE(absl::StrContains(table.out, "not what causes them")) << table.out;
}

TEST_F(ScenarioEndToEndTest, SaysWhyAChanceMoved) {
  const std::string rep = AnyRep();
  const Json answer = RunJson({"why", "--from", "2026-02-20", "--rep", rep});
  const Json& explanation = answer["explanations"][0];
  double sum = 0;
  for (const Json& part : explanation["parts"]) sum += part["change"].get<double>();
  EXPECT_NEAR(sum,
              explanation["probabilityAfter"].get<double>() -
                  explanation["probabilityBefore"].get<double>(),
              1e-12);
  EXPECT_EQ(explanation["probabilityAfter"],
            RunJson({"forecast", "--rep", rep})["forecasts"][0]["attainmentProbability"]);
  const Output table =
      Run({"why", "--from", "2026-02-20", "--as-of", "2026-03-10", "--measure", "amount"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_TRUE(absl::StrContains(table.out, "rates")) << table.out;
  EXPECT_EQ(Run({"why", "--from", "2026-03-11", "--as-of", "2026-03-10"}).exit_code, 6);
  EXPECT_EQ(Run({"why", "--as-of", "2026-03-10"}).exit_code, 2);
}

TEST_F(ScenarioEndToEndTest, SuggestsQuotas) {
  const Json carried = RunJson({"suggest-quotas", "--chance", "0.6"});
  ASSERT_GE(carried["quotas"].size(), 7u);
  const double total = carried["total"].get<double>();
  const Json split = RunJson({"suggest-quotas", "--total", absl::StrCat(std::llround(total))});
  EXPECT_NEAR(split["attainmentProbability"].get<double>(), .6, .01);
  for (const Json& quota : split["quotas"]) {
    // Who will hardly book more is sure of what is booked.
    const double chance = quota["attainmentProbability"].get<double>();
    if (quota["target"].get<double>() <= quota["booked"].get<double>() + 1) {
      EXPECT_GT(chance, .59);
    } else {
      EXPECT_NEAR(chance, .6, .01);
    }
  }
  const Output table =
      Run({"suggest-quotas", "--chance", "0.6", "--period", "2026-Q2", "--as-of", "2026-03-10"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_TRUE(absl::StrContains(table.out, "Together")) << table.out;
  EXPECT_EQ(Run({"suggest-quotas", "--period", "2026-Q2"}).exit_code, 2);
}

TEST_F(ScenarioEndToEndTest, RefusesWithTheRightExitCode) {
  const std::string rep = AnyRep();
  EXPECT_EQ(Run({"whatif", "--rep", rep, "--activity", "fax=+20%"}).exit_code, 2);
  EXPECT_EQ(Run({"whatif", "--rep", rep, "--win", "none", "--as-of", "2026-03-10"}).exit_code, 3);
  EXPECT_EQ(Run({"whatif", "--rep", rep, "--speed", "none=x2", "--as-of", "2026-03-10"}).exit_code,
            6);
  EXPECT_EQ(Run({"plan", "--target-probability", "0.5"}).exit_code, 2);
  EXPECT_EQ(
      Run({"plan", "--rep", rep, "--target-probability", "2", "--as-of", "2026-03-10"}).exit_code,
      6);
}

}  // namespace
}  // namespace quotacast::client
