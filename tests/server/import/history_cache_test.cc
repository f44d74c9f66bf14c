#include "server/history_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/storage/store_fixture.h"

namespace quotacast {
namespace {

using storage::Key;
using storage::kHour;

class HistoryCacheTest : public testing::Test {
 protected:
  HistoryCacheTest() : fixture_(storage::SqliteBackend()) { fixture_.MakeCompany(); }
  Key org() const { return fixture_.organization(); }
  void AppendEvent(Key opportunity, int64_t time_us, int16_t stage) {
    fixture_.Write([&](storage::WriteTransaction& transaction) {
      const storage::StageEventFact event = storage::MakeEvent(opportunity, time_us, stage);
      ASSERT_TRUE(transaction.AppendStageEvents(org(), {&event, 1}).ok());
    });
  }

  storage::StoreFixture fixture_;
};

// All of two histories but what is not data.
void ExpectSame(const simulation::History& a, const simulation::History& b) {
  EXPECT_EQ(a.labels, b.labels);
  ASSERT_EQ(a.opportunities.size(), b.opportunities.size());
  for (size_t i = 0; i < a.opportunities.size(); ++i) {
    EXPECT_EQ(a.opportunities[i].id, b.opportunities[i].id);
    EXPECT_EQ(a.opportunities[i].label, b.opportunities[i].label);
    EXPECT_EQ(a.opportunities[i].first_event, b.opportunities[i].first_event);
    EXPECT_EQ(a.opportunities[i].event_count, b.opportunities[i].event_count);
  }
  ASSERT_EQ(a.events.size(), b.events.size());
  for (size_t i = 0; i < a.events.size(); ++i) {
    EXPECT_EQ(a.events[i].time_us, b.events[i].time_us);
    EXPECT_EQ(a.events[i].opportunity, b.events[i].opportunity);
    EXPECT_EQ(a.events[i].stage, b.events[i].stage);
  }
  ASSERT_EQ(a.activities.size(), b.activities.size());
  for (size_t i = 0; i < a.activities.size(); ++i) {
    EXPECT_EQ(a.activities[i].time_us, b.activities[i].time_us);
  }
}

TEST_F(HistoryCacheTest, NeedsAnOrganization) {
  HistoryCache cache(fixture_.store());
  EXPECT_EQ(cache.Get("none").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(HistoryCacheTest, HoldsTheCompanyByIndices) {
  const Key o1 = fixture_.MakeOpportunity("o1", "bob");
  const Key ann = fixture_.rep("ann");
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    std::vector<storage::StageEventFact> events = {storage::MakeEvent(o1, 2 * kHour, 2),
                                                   storage::MakeEvent(o1, 1 * kHour, 0)};
    events[0].rep = ann;
    events[0].amount_micros = 5;
    ASSERT_TRUE(transaction.AppendStageEvents(org(), events).ok());
    std::vector<storage::ActivityFact> activities = {storage::MakeActivity("a1", ann, 3 * kHour),
                                                     storage::MakeActivity("a2", ann, 1 * kHour)};
    activities[0].opportunity = o1;
    ASSERT_TRUE(transaction.AppendActivities(org(), activities).ok());
    const storage::QuotaFact quota = storage::MakeQuota(ann, 100, 7);
    ASSERT_TRUE(transaction.AppendQuotas(org(), {&quota, 1}).ok());
  });
  HistoryCache cache(fixture_.store());
  const auto company = cache.Get("acme").value();
  const simulation::History& history = company->history;
  EXPECT_EQ(history.fiscal_year_start_month, 4);
  EXPECT_EQ(history.time_zone.name(), "Europe/Amsterdam");
  ASSERT_EQ(history.teams.size(), 1u);
  ASSERT_EQ(history.reps.size(), 2u);
  EXPECT_EQ(history.reps[0].id, "ann");
  EXPECT_EQ(history.reps[0].team, 0);
  EXPECT_EQ(history.reps[0].start_day, INT32_MIN);
  EXPECT_EQ(history.reps[0].end_day, INT32_MAX);
  ASSERT_EQ(history.pipelines.size(), 1u);
  EXPECT_EQ(history.pipelines[0].stages[2].kind, simulation::StageKind::kWon);
  ASSERT_EQ(history.opportunities.size(), 1u);
  EXPECT_EQ(history.opportunities[0].rep, 1);
  EXPECT_EQ(history.opportunities[0].units, 2);
  EXPECT_EQ(history.opportunities[0].event_count, 2);
  ASSERT_EQ(history.events.size(), 2u);
  EXPECT_EQ(history.events[0].stage, 0);
  EXPECT_EQ(history.events[0].rep, simulation::kNone);
  EXPECT_EQ(history.events[0].amount_micros, simulation::kUnchanged);
  EXPECT_EQ(history.events[1].stage, 2);
  EXPECT_EQ(history.events[1].rep, 0);
  EXPECT_EQ(history.events[1].amount_micros, 5);
  ASSERT_EQ(history.activities.size(), 2u);
  EXPECT_EQ(history.activities[0].opportunity, simulation::kNone);
  EXPECT_EQ(history.activities[1].opportunity, 0);
  EXPECT_EQ(history.activities[1].duration_seconds, simulation::kNone);
  ASSERT_EQ(history.quotas.size(), 1u);
  EXPECT_EQ(history.quotas[0].owner, 0);
  EXPECT_EQ(history.quotas[0].target, 7);
}

TEST_F(HistoryCacheTest, ReadsOnlyWhatIsNew) {
  HistoryCache cache(fixture_.store());
  const Key o1 = fixture_.MakeOpportunity("o1");
  AppendEvent(o1, 5 * kHour, 1);
  const auto first = cache.Get("acme").value();
  EXPECT_EQ(cache.Get("acme").value(), first);  // Nothing was written between.
  // Of another opportunity, and earlier than what there is of the first.
  const Key o2 = fixture_.MakeOpportunity("o2");
  AppendEvent(o2, 1 * kHour, 0);
  AppendEvent(o1, 2 * kHour, 0);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    const storage::ActivityFact activity =
        storage::MakeActivity("a1", transaction.GetRep(org(), "ann")->key, kHour);
    ASSERT_TRUE(transaction.AppendActivities(org(), {&activity, 1}).ok());
  });
  const auto second = cache.Get("acme").value();
  EXPECT_EQ(first->history.events.size(), 1u);
  HistoryCache fresh(fixture_.store());
  ExpectSame(second->history, fresh.Get("acme").value()->history);
  EXPECT_EQ(second->history.events.size(), 3u);
  EXPECT_EQ(second->history.labels, std::vector<std::string>{"Silver"});
}

TEST_F(HistoryCacheTest, FollowsAChangeOfThePipeline) {
  HistoryCache cache(fixture_.store());
  const Key o1 = fixture_.MakeOpportunity("o1");
  AppendEvent(o1, 5 * kHour, 1);
  EXPECT_EQ(cache.Get("acme").value()->history.events[0].stage, 1);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    storage::Pipeline pipeline = *transaction.GetPipeline(org(), "sales");
    std::swap(pipeline.stages[0], pipeline.stages[1]);
    ASSERT_TRUE(transaction.UpdatePipeline(org(), pipeline, std::nullopt).ok());
  });
  EXPECT_EQ(cache.Get("acme").value()->history.events[0].stage, 0);
}

TEST_F(HistoryCacheTest, LabelsOnlyWhatSeveralOpportunitiesShare) {
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    const Key pipeline = transaction.GetPipeline(org(), "sales")->key;
    const Key ann = transaction.GetRep(org(), "ann")->key;
    std::vector<storage::OpportunityFact> facts;
    for (const char* id : {"o1", "o2", "o3", "o4"}) {
      facts.push_back(storage::MakeOpportunityFact(id, pipeline, ann));
    }
    facts[0].name = "Deal of one";
    facts[1].name = "Gold";
    facts[2].name = "";
    facts[3].name = "Gold";
    ASSERT_TRUE(transaction.AppendOpportunities(org(), facts).ok());
  });
  HistoryCache cache(fixture_.store());
  const auto company = cache.Get("acme").value();
  const simulation::History& history = company->history;
  EXPECT_EQ(history.labels, std::vector<std::string>{"Gold"});
  EXPECT_EQ(history.opportunities[0].label, simulation::kNone);
  EXPECT_EQ(history.opportunities[1].label, 0);
  EXPECT_EQ(history.opportunities[2].label, simulation::kNone);
  EXPECT_EQ(history.opportunities[3].label, 0);
}

TEST_F(HistoryCacheTest, KnowsTheQuotasOfEachTime) {
  const Key ann = fixture_.rep("ann");
  storage::Quota quota;
  quota.owner = "ann";
  quota.period_start = 100;
  quota.period_end = 130;
  quota.target = 9;
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    const storage::QuotaFact fact = storage::MakeQuota(ann, 100, 7);
    ASSERT_TRUE(transaction.AppendQuotas(org(), {&fact, 1}).ok());
  });
  fixture_.SetNowUs(2'000 * kHour);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.UpdateQuota(org(), quota, std::nullopt).ok());
  });
  fixture_.SetNowUs(3'000 * kHour);
  fixture_.Write([&](storage::WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.DeleteQuota(org(), quota, std::nullopt).ok());
  });
  HistoryCache cache(fixture_.store());
  const auto company = cache.Get("acme").value();
  const auto target = [&](int64_t as_of_us) {
    const auto quotas = company->QuotasAsOf(as_of_us);
    return quotas.empty() ? 0 : quotas.at(0).target;
  };
  EXPECT_EQ(target(0), 7);
  EXPECT_EQ(target(2'000 * kHour), 7);  // The instant of the change is not known yet.
  EXPECT_EQ(target(2'000 * kHour + 1), 9);
  EXPECT_EQ(target(3'000 * kHour), 9);
  EXPECT_EQ(target(3'000 * kHour + 1), 0);
  EXPECT_TRUE(company->history.quotas.empty());
}

TEST_F(HistoryCacheTest, KeepsTheOnesUsedLast) {
  fixture_.Write([](storage::WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.InsertOrganization(storage::MakeOrganization("other")).ok());
  });
  HistoryCache cache(fixture_.store(), 1);
  const auto acme = cache.Get("acme").value();
  EXPECT_EQ(cache.Get("none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(cache.Get("other").ok());
  const auto again = cache.Get("acme").value();
  EXPECT_NE(again, acme);  // Had to be read again.
  EXPECT_EQ(again->revision, acme->revision);
}

}  // namespace
}  // namespace quotacast
