// Teams, reps and pipelines.

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "server/limits.h"
#include "tests/server/storage/contract/store_contract.h"

namespace quotacast::storage {
namespace {

TEST_P(StoreContract, KeepsTeamsAsATree) {
  fixture_.Write([this](WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.InsertTeam(org(), MakeTeam("oslo", "north")).ok());
    EXPECT_EQ(transaction.GetTeam(org(), "oslo")->parent, "north");
    EXPECT_EQ(transaction.GetTeam(org(), "north")->parent, "");
  });
  const absl::Status cycle = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.UpdateTeam(org(), MakeTeam("north", "oslo"), std::nullopt).status();
  });
  EXPECT_EQ(cycle.code(), absl::StatusCode::kInvalidArgument) << cycle;
  const absl::Status unknown = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.InsertTeam(org(), MakeTeam("rome", "south")).status();
  });
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound) << unknown;
  EXPECT_EQ(fixture_.Read()->GetTeam(org(), "rome").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, LimitsTheDepthOfTheTree) {
  const absl::Status deep = fixture_.TryWrite([this](WriteTransaction& transaction) {
    std::string parent = "north";
    for (size_t depth = 2; depth <= limits::kTeamDepthMax; ++depth) {
      const std::string id = "level" + std::to_string(depth);
      const auto team = transaction.InsertTeam(org(), MakeTeam(id, parent));
      if (!team.ok()) return absl::InternalError("refused too early: " + id);
      parent = id;
    }
    return transaction.InsertTeam(org(), MakeTeam("too deep", parent)).status();
  });
  EXPECT_EQ(deep.code(), absl::StatusCode::kInvalidArgument) << deep;
}

TEST_P(StoreContract, UpdatesAndDeletesStaff) {
  fixture_.Write([this](WriteTransaction& transaction) {
    Rep rep = *transaction.GetRep(org(), "ann");
    rep.name = "Ann Other";
    rep.team = "";
    rep.start_day = 100;
    rep.end_day = 200;
    rep.attributes = {{"region", "EMEA \"west\""}, {"grade", "7"}};
    const auto updated = transaction.UpdateRep(org(), rep, rep.recorded.revision);
    ASSERT_TRUE(updated.ok()) << updated.status();
    EXPECT_EQ(updated->name, "Ann Other");
    EXPECT_EQ(updated->team, "");
    EXPECT_EQ(updated->start_day, 100);
    EXPECT_EQ(updated->end_day, 200);
    EXPECT_EQ(updated->attributes, rep.attributes);
    ASSERT_TRUE(transaction.DeleteRep(org(), "ann", std::nullopt).ok());
    EXPECT_EQ(transaction.GetRep(org(), "ann").status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(transaction.DeleteRep(org(), "ann", std::nullopt).code(),
              absl::StatusCode::kNotFound);
    // Bob is still in it.
    EXPECT_EQ(transaction.DeleteTeam(org(), "north", std::nullopt).code(),
              absl::StatusCode::kFailedPrecondition);
    ASSERT_TRUE(transaction.DeleteRep(org(), "bob", std::nullopt).ok());
    EXPECT_TRUE(transaction.DeleteTeam(org(), "north", std::nullopt).ok());
  });
}

TEST_P(StoreContract, KeepsRepsThatFactsReferTo) {
  const Key key = fixture_.MakeOpportunity("o1", "ann");
  const Key bob = fixture_.rep("bob");
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.DeleteRep(org(), "ann", std::nullopt).code(),
              absl::StatusCode::kFailedPrecondition);
    StageEventFact event = MakeEvent(key, kHour, 0);
    event.rep = bob;
    ASSERT_EQ(transaction.AppendStageEvents(org(), {&event, 1})->created, 1);
    EXPECT_EQ(transaction.DeleteRep(org(), "bob", std::nullopt).code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(transaction.DeletePipeline(org(), "sales", std::nullopt).code(),
              absl::StatusCode::kFailedPrecondition);
  });
}

TEST_P(StoreContract, RefusesFactsOfARepThatWasDeleted) {
  const Key bob = fixture_.rep("bob");
  fixture_.Write([&](WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.DeleteRep(org(), "bob", std::nullopt).ok());
  });
  const absl::Status append = fixture_.TryWrite([&](WriteTransaction& transaction) {
    const ActivityFact fact = MakeActivity("a1", bob, kHour);
    return transaction.AppendActivities(org(), {&fact, 1}).status();
  });
  EXPECT_EQ(append.code(), absl::StatusCode::kNotFound) << append;
  const absl::Status quota = fixture_.TryWrite([&](WriteTransaction& transaction) {
    const QuotaFact fact = MakeQuota(bob, 0, 5);
    return transaction.AppendQuotas(org(), {&fact, 1}).status();
  });
  EXPECT_EQ(quota.code(), absl::StatusCode::kNotFound) << quota;
}

TEST_P(StoreContract, ChangesThePipelineButNotWhatWasEntered) {
  const Key key = fixture_.MakeOpportunity("o1");
  Pipeline pipeline = *fixture_.Read()->GetPipeline(org(), "sales");
  ASSERT_EQ(Ids(pipeline.stages), (Strings{"lead", "offer", "won", "lost"}));
  const int16_t offer = pipeline.stages[1].number;
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact event = MakeEvent(key, kHour, offer);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&event, 1}).ok());
    std::swap(pipeline.stages[0], pipeline.stages[1]);
    pipeline.stages[0].name = "Proposal";
    Stage& demo = *pipeline.stages.insert(pipeline.stages.begin() + 1, Stage());
    demo.id = "demo";
    const auto updated = transaction.UpdatePipeline(org(), pipeline, std::nullopt);
    ASSERT_TRUE(updated.ok()) << updated.status();
    EXPECT_EQ(Ids(updated->stages), (Strings{"offer", "demo", "lead", "won", "lost"}));
    EXPECT_EQ(updated->stages[0].number, offer);
    EXPECT_EQ(updated->stages[0].name, "Proposal");
    EXPECT_EQ(transaction.GetOpportunity(org(), "o1")->stage, "offer");
  });
  const auto update = [&](Pipeline changed) {
    return fixture_.TryWrite([&](WriteTransaction& transaction) {
      return transaction.UpdatePipeline(org(), changed, std::nullopt).status();
    });
  };
  Pipeline without_lead = pipeline, without_offer = pipeline, offer_wins = pipeline;
  without_lead.stages.erase(without_lead.stages.begin() + 2);
  EXPECT_TRUE(update(without_lead).ok());
  without_offer.stages.erase(without_offer.stages.begin());
  EXPECT_EQ(update(without_offer).code(), absl::StatusCode::kFailedPrecondition);
  offer_wins.stages[0].kind = StageKind::kWon;
  EXPECT_EQ(update(offer_wins).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(StoreContract, KeepsTheAttributesOfStages) {
  fixture_.Write([&](WriteTransaction& transaction) {
    Pipeline pipeline = *transaction.GetPipeline(org(), "sales");
    pipeline.stages[1].attributes = {{"owner", "desk \"B\""}, {"sla", "7"}};
    ASSERT_TRUE(transaction.UpdatePipeline(org(), pipeline, std::nullopt).ok());
  });
  fixture_.Reopen();
  const Pipeline stored = *fixture_.Read()->GetPipeline(org(), "sales");
  EXPECT_EQ(stored.stages[0].attributes, Attributes());
  EXPECT_EQ(stored.stages[1].attributes, (Attributes{{"owner", "desk \"B\""}, {"sla", "7"}}));
}

}  // namespace
}  // namespace quotacast::storage
