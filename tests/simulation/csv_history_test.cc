#include "tests/simulation/csv_history.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace quotacast::simulation {
namespace {

TEST(ParseCsv, QuotedFields) {
  const std::vector<std::vector<std::string>> want = {
      {"a", "b,\"c\"\nd", ""}, {"", "x", "y"}, {"z"}};
  EXPECT_EQ(ParseCsv("a,\"b,\"\"c\"\"\nd\",\r\n\r\n,x,y\nz"), want);
}

class CsvFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = testing::TempDir() + "csv_history_test_XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    Write("teams.csv", "team_id,name,parent_team_id\nchild,C,root\nroot,R,\n");
    Write("reps.csv", "rep_id,name,team_id,start_date,end_date\nr,\"Doe, J\",child,2024-01-01,\n");
    Write("stages.csv",
          "pipeline_id,stage_id,name,position,kind\np,won,Won,9,won\np,new,New,1,open\n");
    Write("opportunities.csv",
          "opportunity_id,pipeline_id,rep_id,name,amount,currency,units,create_time,"
          "expected_close_date\no,p,r,Box,10.25,EUR,3,2024-07-01,2024-08-01\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  absl::StatusOr<History> Load() {
    absl::TimeZone zone;
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Amsterdam", &zone));
    return LoadCsvHistory(folder_.string(), zone);
  }
  std::filesystem::path folder_;
};

TEST_F(CsvFolder, TimesMoneyAndReferences) {
  Write("stage_events.csv",
        "opportunity_id,time,stage_id,rep_id,amount\no,2024-07-02T10:00:00.5+02:00,won,,9.5\n"
        "o,2024-07-01,new,r,\n");
  const absl::StatusOr<History> history = Load();
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->teams[0].parent, 1);
  EXPECT_EQ(history->reps[0].start_day, 19723);
  EXPECT_EQ(history->reps[0].end_day, INT32_MAX);
  EXPECT_EQ(history->pipelines[0].stages[1].kind, StageKind::kWon);
  const Opportunity& opportunity = history->opportunities[0];
  EXPECT_EQ(opportunity.amount_micros, 10'250'000);
  EXPECT_EQ(opportunity.units, 3);
  EXPECT_EQ(history->labels[opportunity.label], "Box");
  ASSERT_EQ(opportunity.event_count, 2);
  // Midnight of 1 July in Amsterdam is 22:00 UTC of 30 June.
  EXPECT_EQ(history->events[0].time_us, 1'719'784'800'000'000);
  EXPECT_EQ(history->events[1].time_us, 1'719'907'200'500'000);
  EXPECT_EQ(history->events[1].stage, 1);
  EXPECT_EQ(history->events[1].amount_micros, 9'500'000);
}

TEST_F(CsvFolder, BadRowNamesFileAndRecord) {
  Write("stage_events.csv", "opportunity_id,time,stage_id,rep_id,amount\no,2024-07-01,gone,,\n");
  EXPECT_EQ(Load().status().message(), "stage_events.csv record 2: unknown id gone");
}

TEST(SharedData, Counts) {
  const absl::StatusOr<History> loans = LoadLoans(), crm = LoadCrm();
  if (absl::IsNotFound(loans.status())) GTEST_SKIP() << loans.status();
  ASSERT_TRUE(loans.ok()) << loans.status();
  ASSERT_TRUE(crm.ok()) << crm.status();
  EXPECT_EQ(loans->reps.size(), 54u);
  EXPECT_EQ(loans->opportunities.size(), 3342u);
  EXPECT_EQ(loans->events.size(), 11221u);
  EXPECT_EQ(crm->reps.size(), 30u);
  EXPECT_EQ(crm->opportunities.size(), 8300u);
  EXPECT_EQ(crm->events.size(), 15011u);
}

}  // namespace
}  // namespace quotacast::simulation
