// The state of an opportunity, folded from its events.

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/server/storage/contract/store_contract.h"

namespace quotacast::storage {
namespace {

TEST_P(StoreContract, FoldsAnOpportunity) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key bob = fixture_.rep("bob");
  Opportunity now = *fixture_.Read()->GetOpportunity(org(), "o1");
  EXPECT_EQ(now.key, key);
  EXPECT_EQ(now.stage, "");
  EXPECT_EQ(now.rep, "ann");
  EXPECT_EQ(now.pipeline, "sales");
  EXPECT_EQ(now.name, "Silver");
  EXPECT_EQ(now.units, 2);
  EXPECT_EQ(now.expected_close_day, kNoDay);
  EXPECT_EQ(now.state, OpportunityState::kOpen);

  std::vector<StageEventFact> events = {MakeEvent(key, 1 * kHour, 0), MakeEvent(key, 3 * kHour, 1),
                                        MakeEvent(key, 5 * kHour, 1), MakeEvent(key, 9 * kHour, 2)};
  events[2].rep = bob;
  events[3].amount_micros = 900'000'000;
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendStageEvents(org(), events)->created, 4);
  });
  now = *fixture_.Read()->GetOpportunity(org(), "o1");
  EXPECT_EQ(now.stage, "won");
  EXPECT_EQ(now.state, OpportunityState::kWon);
  EXPECT_EQ(now.close_time_us, 9 * kHour);
  EXPECT_EQ(now.rep, "bob");
  EXPECT_EQ(now.amount_micros, 900'000'000);

  const auto as_of = [&](int64_t time_us) {
    return fixture_.Read()->GetOpportunityAsOf(org(), "o1", time_us);
  };
  EXPECT_EQ(as_of(0).status().code(), absl::StatusCode::kNotFound);  // Created at 0: not before.
  EXPECT_EQ(as_of(1).value().stage, "");
  EXPECT_EQ(as_of(3 * kHour).value().stage, "lead");  // The instant itself is not known yet.
  EXPECT_EQ(as_of(3 * kHour + 1).value().stage, "offer");
  const Opportunity offered = as_of(6 * kHour).value();
  EXPECT_EQ(offered.stage, "offer");
  EXPECT_EQ(offered.stage_entry_time_us, 3 * kHour);  // The change of owner leaves the age alone.
  EXPECT_EQ(offered.rep, "bob");
  EXPECT_EQ(offered.amount_micros, 1'000'000'000);
  EXPECT_EQ(offered.state, OpportunityState::kOpen);
  EXPECT_EQ(as_of(5 * kHour).value().rep, "ann");
}

TEST_P(StoreContract, FoldsEventsThatCameLateInTheOrderOfTheirTimes) {
  const Key key = fixture_.MakeOpportunity("o1");
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact won = MakeEvent(key, 9 * kHour, 2);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&won, 1}).ok());
  });
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact lead = MakeEvent(key, 1 * kHour, 0);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&lead, 1}).ok());
  });
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o1")->stage, "won");
  EXPECT_EQ(fixture_.Read()->GetOpportunityAsOf(org(), "o1", 5 * kHour)->stage, "lead");
}

TEST_P(StoreContract, KeepsTheOrderOfEventsOfOneInstant) {
  const Key key = fixture_.MakeOpportunity("o1");
  std::vector<StageEventFact> events = {MakeEvent(key, kHour, 1), MakeEvent(key, kHour, 0),
                                        MakeEvent(key, kHour, 1)};
  events[2].ordinal = 1;
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendStageEvents(org(), events)->created, 3);
    EXPECT_EQ(transaction.AppendStageEvents(org(), events)->unchanged, 3);
  });
  const auto transitions = fixture_.Read()->ListStageTransitions(org(), "o1", {});
  ASSERT_EQ(transitions->items.size(), 3u);
  EXPECT_EQ(transitions->items[0].stage, "offer");
  EXPECT_EQ(transitions->items[1].stage, "lead");
  EXPECT_EQ(transitions->items[2].stage, "offer");
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o1")->stage, "offer");
}

TEST_P(StoreContract, UpdatesAnOpportunity) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key bob = fixture_.rep("bob");
  const auto update = [&](const OpportunityChange& change, std::optional<int64_t> revision) {
    return fixture_.TryWrite([&](WriteTransaction& transaction) {
      return transaction.UpdateOpportunity(org(), "o1", change, revision).status();
    });
  };
  OpportunityChange owner;
  owner.rep = bob;
  owner.time_us = 7 * kHour;
  // It is in no stage yet, which a change of owner would have to name.
  EXPECT_EQ(update(owner, std::nullopt).code(), absl::StatusCode::kFailedPrecondition);
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact lead = MakeEvent(key, 1 * kHour, 0);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&lead, 1}).ok());
  });
  const Opportunity before = *fixture_.Read()->GetOpportunity(org(), "o1");
  EXPECT_TRUE(update(owner, before.recorded.revision).ok());
  EXPECT_EQ(update(owner, before.recorded.revision).code(), absl::StatusCode::kAborted);
  OpportunityChange earlier = owner;
  earlier.time_us = 2 * kHour;
  EXPECT_EQ(update(earlier, std::nullopt).code(), absl::StatusCode::kFailedPrecondition);

  fixture_.SetNowUs(5'000 * kHour);
  OpportunityChange details;
  details.name = "Gold";
  details.units = 3;
  details.expected_close_day = 400;
  details.attributes = Attributes{{"source", "fair"}};
  EXPECT_TRUE(update(details, std::nullopt).ok());
  const Opportunity after = *fixture_.Read()->GetOpportunity(org(), "o1");
  EXPECT_EQ(after.rep, "bob");
  EXPECT_EQ(after.stage, "lead");
  EXPECT_EQ(after.stage_entry_time_us, 1 * kHour);
  EXPECT_EQ(after.name, "Gold");
  EXPECT_EQ(after.units, 3);
  EXPECT_EQ(after.expected_close_day, 400);
  EXPECT_EQ(after.attributes, details.attributes);
  EXPECT_GT(after.recorded.revision, before.recorded.revision);
  const Opportunity past = *fixture_.Read()->GetOpportunityAsOf(org(), "o1", 7 * kHour);
  EXPECT_EQ(past.rep, "ann");
  EXPECT_EQ(past.name, "Silver");
  EXPECT_EQ(past.expected_close_day, kNoDay);
}

TEST_P(StoreContract, FindsOpportunitiesByTheirIds) {
  const Key key = fixture_.MakeOpportunity("o1");
  const std::vector<absl::string_view> ids = {"none", "o1"};
  const auto found = *fixture_.Read()->FindOpportunities(org(), ids);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].key, kNoKey);
  EXPECT_EQ(found[1].key, key);
  EXPECT_EQ(found[1].pipeline, fixture_.pipeline("sales"));
}

}  // namespace
}  // namespace quotacast::storage
