// Lists, page by page.

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "tests/server/storage/contract/store_contract.h"

namespace quotacast::storage {
namespace {

// Walks a list by pages of two and gives what it saw.
template <typename List>
auto ByPages(List list) {
  std::vector<typename decltype(list(PageRequest()).value().items)::value_type> seen;
  PageRequest page;
  page.limit = 2;
  do {
    auto part = list(page).value();
    EXPECT_LE(part.items.size(), 2u);
    for (auto& item : part.items) seen.push_back(std::move(item));
    page.after = part.next_after;
  } while (!page.after.empty() && seen.size() < 100);
  return seen;
}

TEST_P(StoreContract, ListsByPages) {
  fixture_.Write([this](WriteTransaction& transaction) {
    for (const char* id : {"b", "zeta", "a"}) {
      ASSERT_TRUE(transaction.InsertOrganization(MakeOrganization(id)).ok());
      ASSERT_TRUE(transaction.InsertTeam(org(), MakeTeam(id)).ok());
      ASSERT_TRUE(transaction.InsertRep(org(), MakeRep(id, id)).ok());
      ASSERT_TRUE(transaction.InsertPipeline(org(), MakePipeline(id)).ok());
    }
  });
  const auto reading = fixture_.Read();
  EXPECT_EQ(Ids(ByPages([&](const PageRequest& page) { return reading->ListOrganizations(page); })),
            (Strings{"a", "acme", "b", "zeta"}));
  EXPECT_EQ(Ids(ByPages([&](const PageRequest& page) { return reading->ListTeams(org(), page); })),
            (Strings{"a", "b", "north", "zeta"}));
  EXPECT_EQ(
      Ids(ByPages([&](const PageRequest& page) { return reading->ListReps(org(), kNoKey, page); })),
      (Strings{"a", "ann", "b", "bob", "zeta"}));
  const Key north = reading->GetTeam(org(), "north")->key;
  EXPECT_EQ(
      Ids(ByPages([&](const PageRequest& page) { return reading->ListReps(org(), north, page); })),
      (Strings{"ann", "bob"}));
  const auto pipelines =
      ByPages([&](const PageRequest& page) { return reading->ListPipelines(org(), page); });
  EXPECT_EQ(Ids(pipelines), (Strings{"a", "b", "sales", "zeta"}));
  EXPECT_EQ(pipelines[2].stages.size(), 4u);
}

TEST_P(StoreContract, ListsFactsByPagesAndFilters) {
  std::vector<Key> keys;
  for (const char* id : {"o5", "o1", "o3"}) keys.push_back(fixture_.MakeOpportunity(id, "ann"));
  keys.push_back(fixture_.MakeOpportunity("o4", "bob"));
  const Key ann = fixture_.rep("ann"), bob = fixture_.rep("bob");
  fixture_.Write([&](WriteTransaction& transaction) {
    const std::vector<StageEventFact> events = {
        MakeEvent(keys[1], 3 * kHour, 2), MakeEvent(keys[1], 1 * kHour, 0),
        MakeEvent(keys[1], 2 * kHour, 1), MakeEvent(keys[3], 1 * kHour, 0)};
    ASSERT_TRUE(transaction.AppendStageEvents(org(), events).ok());
    std::vector<ActivityFact> activities = {MakeActivity("a3", ann, 1), MakeActivity("a1", bob, 2),
                                            MakeActivity("a2", ann, 3)};
    activities[1].opportunity = keys[0];
    ASSERT_TRUE(transaction.AppendActivities(org(), activities).ok());
    const std::vector<QuotaFact> quotas = {MakeQuota(bob, 0, 1), MakeQuota(ann, 30, 2),
                                           MakeQuota(ann, 0, 3)};
    ASSERT_TRUE(transaction.AppendQuotas(org(), quotas).ok());
  });
  const auto reading = fixture_.Read();
  const auto opportunities = [&](const OpportunityFilter& filter) {
    return Ids(ByPages(
        [&](const PageRequest& page) { return reading->ListOpportunities(org(), filter, page); }));
  };
  OpportunityFilter filter;
  EXPECT_EQ(opportunities(filter), (Strings{"o1", "o3", "o4", "o5"}));
  filter.state = OpportunityState::kWon;
  EXPECT_EQ(opportunities(filter), (Strings{"o1"}));
  filter.state = OpportunityState::kOpen;
  EXPECT_EQ(opportunities(filter), (Strings{"o3", "o4", "o5"}));
  filter.rep = bob;
  EXPECT_EQ(opportunities(filter), (Strings{"o4"}));
  filter.pipeline = 12'345;
  EXPECT_EQ(opportunities(filter), (Strings{}));

  const auto transitions = ByPages(
      [&](const PageRequest& page) { return reading->ListStageTransitions(org(), "o1", page); });
  ASSERT_EQ(transitions.size(), 3u);
  EXPECT_EQ(transitions[0].stage, "lead");
  EXPECT_EQ(transitions[1].stage, "offer");
  EXPECT_EQ(transitions[2].stage, "won");
  const int64_t revision = transitions[1].recorded.revision;
  EXPECT_EQ(reading->GetStageTransition(org(), "o1", revision)->stage, "offer");
  EXPECT_EQ(reading->GetStageTransition(org(), "o3", revision).status().code(),
            absl::StatusCode::kNotFound);

  const auto activities = [&](const ActivityFilter& wanted) {
    return Ids(ByPages(
        [&](const PageRequest& page) { return reading->ListActivities(org(), wanted, page); }));
  };
  EXPECT_EQ(activities({}), (Strings{"a1", "a2", "a3"}));
  EXPECT_EQ(activities({ann, kNoKey}), (Strings{"a2", "a3"}));
  EXPECT_EQ(activities({kNoKey, keys[0]}), (Strings{"a1"}));

  const auto quotas = [&](const QuotaFilter& wanted) {
    std::vector<int64_t> targets;
    for (const Quota& quota : ByPages(
             [&](const PageRequest& page) { return reading->ListQuotas(org(), wanted, page); })) {
      targets.push_back(quota.target);
    }
    return targets;
  };
  EXPECT_EQ(quotas({}), (std::vector<int64_t>{3, 2, 1}));
  EXPECT_EQ(quotas({OwnerType::kRep, ann, std::nullopt}), (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(quotas({OwnerType::kTeam, kNoKey, std::nullopt}), (std::vector<int64_t>{}));
}

TEST_P(StoreContract, RefusesAPageThatNoListGave) {
  fixture_.MakeOpportunity("o1");
  for (const char* after : {"x", "1.2", "1.2.x.4.5"}) {
    EXPECT_EQ(fixture_.Read()->ListQuotas(org(), {}, {after, 10}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(fixture_.Read()->ListStageTransitions(org(), "o1", {"x", 10}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace quotacast::storage
