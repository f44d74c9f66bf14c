// Folders whose rows are good.

#include <gtest/gtest.h>

#include <variant>
#include <vector>

#include "tests/server/import/session_fixture.h"

namespace quotacast::importing {
namespace {

using storage::kHour;

TEST_F(SessionTest, NeedsAnOrganization) {
  EXPECT_EQ(Session::Open(fixture_.store(), "none", {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SessionTest, StoresAFolderAndLeavesItAloneTheSecondTime) {
  for (const bool again : {false, true}) {
    const auto session = OpenSession();
    for (const Batch& batch : GoodFolder()) {
      const auto result = session->Apply(batch);
      ASSERT_TRUE(result.ok()) << result.status();
      const auto rows =
          static_cast<int64_t>(std::visit([](const auto& given) { return given.size(); }, batch));
      EXPECT_TRUE(result->applied);
      EXPECT_EQ(result->created, again ? 0 : rows) << FileOf(batch);
      EXPECT_EQ(result->unchanged, again ? rows : 0) << FileOf(batch);
      EXPECT_EQ(result->bad, 0);
    }
  }
  const auto reading = fixture_.Read();
  EXPECT_EQ(reading->GetTeam(org(), "oslo")->parent, "north");
  EXPECT_EQ(reading->GetRep(org(), "ann")->team, "oslo");
  EXPECT_EQ(reading->GetPipeline(org(), "sales")->stages[0].id, "lead");
  EXPECT_EQ(reading->GetOpportunity(org(), "o1")->state, storage::OpportunityState::kWon);
  EXPECT_EQ(reading->GetOpportunity(org(), "o2")->stage, "lead");
  EXPECT_EQ(reading->ListQuotas(org(), {}, {})->items.size(), 2u);
}

TEST_F(SessionTest, ValidatesAFolderWithoutWriting) {
  const int64_t before = Revision();
  const auto session = OpenSession({.validate_only = true});
  for (const Batch& batch : GoodFolder()) {
    const auto result = session->Apply(batch);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_FALSE(result->applied);
    EXPECT_EQ(result->bad, 0) << FileOf(batch) << " " << result->errors[0].reason;
    EXPECT_GT(result->created, 0);
  }
  EXPECT_EQ(Revision(), before);
}

TEST_F(SessionTest, ValidatesAgainstWhatIsStored) {
  ImportGoodFolder();
  const auto session = OpenSession({.validate_only = true});
  for (const Batch& batch : GoodFolder()) {
    const auto result = session->Apply(batch);
    EXPECT_EQ(result->bad, 0);
    EXPECT_EQ(result->created, 0) << FileOf(batch);
    EXPECT_GT(result->unchanged, 0);
  }
}

TEST_F(SessionTest, TakesTeamsInAnyOrderButNotInACircle) {
  const auto session = OpenSession({.skip_bad_rows = true});
  const BatchResult result =
      session
          ->Apply(std::vector<TeamRow>{MakeTeamRow(2, "c", "b"), MakeTeamRow(3, "b", "a"),
                                       MakeTeamRow(4, "a"), MakeTeamRow(5, "x", "y"),
                                       MakeTeamRow(6, "y", "x"), MakeTeamRow(7, "z", "y")})
          .value();
  EXPECT_EQ(result.created, 3);
  EXPECT_EQ(result.bad, 3);
  EXPECT_EQ(fixture_.Read()->GetTeam(org(), "c")->parent, "b");
  EXPECT_FALSE(fixture_.Read()->GetTeam(org(), "x").ok());
}

// With bare dates an opportunity goes back and forth within one instant.
TEST_F(SessionTest, KeepsAReturnToAStageAtTheSameInstant) {
  ImportGoodFolder();
  const std::vector<StageEventRow> rows = {
      MakeEventRow(2, "o2", "offer", 20 * kHour), MakeEventRow(3, "o2", "lead", 20 * kHour),
      MakeEventRow(4, "o2", "offer", 20 * kHour), MakeEventRow(5, "o2", "offer", 20 * kHour)};
  for (const bool again : {false, true}) {
    // Batches of one: where a batch ends makes no difference.
    const auto session = OpenSession();
    int64_t created = 0, unchanged = 0;
    for (const StageEventRow& row : rows) {
      const BatchResult result = session->Apply(std::vector<StageEventRow>{row}).value();
      created += result.created;
      unchanged += result.unchanged;
    }
    EXPECT_EQ(created, again ? 0 : 3);
    EXPECT_EQ(unchanged, again ? 4 : 1);  // The last row repeats the one before it.
  }
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o2")->stage, "offer");
  EXPECT_EQ(fixture_.Read()->ListStageTransitions(org(), "o2", {})->items.size(), 4u);
}

TEST_F(SessionTest, DoubtsEventsAfterTheClose) {
  ImportGoodFolder();
  const auto session = OpenSession();
  const BatchResult result =
      session
          ->Apply(std::vector<StageEventRow>{MakeEventRow(2, "o2", "lost", 20 * kHour),
                                             MakeEventRow(3, "o2", "offer", 21 * kHour)})
          .value();
  EXPECT_TRUE(result.applied);
  EXPECT_EQ(result.doubt_count, 1);
  ASSERT_EQ(result.doubts.size(), 1u);
  EXPECT_EQ(result.doubts[0].line, 3);
}

TEST_F(SessionTest, KeepsExtraColumns) {
  ImportGoodFolder();
  OpportunityRow row = MakeOpportunityRow(2, "n1");
  row.attributes = storage::EncodeAttributes({{"source", "fair"}});
  EXPECT_TRUE(OpenSession()->Apply(std::vector<OpportunityRow>{row})->applied);
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "n1")->attributes.at("source"), "fair");
  row.attributes = storage::EncodeAttributes({{"source", "web"}});
  const BatchResult result = OpenSession()->Apply(std::vector<OpportunityRow>{row}).value();
  EXPECT_EQ(result.bad, 1);
  EXPECT_EQ(result.errors[0].given, R"({"source":"web"})");
}

}  // namespace
}  // namespace quotacast::importing
