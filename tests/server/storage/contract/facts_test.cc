// Facts appended in bulk, and scanned.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/server/storage/contract/store_contract.h"

namespace quotacast::storage {
namespace {

TEST_P(StoreContract, AppendsOpportunitiesOnce) {
  const Key pipeline = fixture_.pipeline("sales");
  const Key ann = fixture_.rep("ann"), bob = fixture_.rep("bob");
  std::vector<OpportunityFact> rows = {MakeOpportunityFact("o1", pipeline, ann),
                                       MakeOpportunityFact("o2", pipeline, bob)};
  const std::string attributes = EncodeAttributes({{"source", "web"}});
  rows[1].attributes = attributes;
  fixture_.Write([&](WriteTransaction& transaction) {
    const AppendReport first = *transaction.AppendOpportunities(org(), rows);
    EXPECT_EQ(first.created, 2);
    const AppendReport again = *transaction.AppendOpportunities(org(), rows);
    EXPECT_EQ(again.created, 0);
    EXPECT_EQ(again.unchanged, 2);
    EXPECT_EQ(again.keys, first.keys);
    rows[0].amount_micros = 5;
    rows[1].rep = ann;
    const AppendReport other = *transaction.AppendOpportunities(org(), rows);
    EXPECT_EQ(other.created + other.unchanged, 0);
    ASSERT_EQ(other.conflicts.size(), 2u);
    EXPECT_EQ(other.conflicts[0].row, 0u);
    EXPECT_EQ(other.conflicts[0].field, "amount_micros");
    EXPECT_EQ(other.conflicts[0].stored, "1000000000");
    EXPECT_EQ(other.conflicts[0].given, "5");
    EXPECT_EQ(other.conflicts[1].field, "rep");
    EXPECT_EQ(other.conflicts[1].stored, "bob");
    EXPECT_EQ(other.conflicts[1].given, "ann");
  });
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o1")->amount_micros, 1'000'000'000);
  EXPECT_EQ(fixture_.Read()->GetOpportunity(org(), "o2")->attributes,
            (Attributes{{"source", "web"}}));
}

TEST_P(StoreContract, AppendsEventsAndActivitiesOnce) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key ann = fixture_.rep("ann");
  StageEventFact event = MakeEvent(key, kHour, 0);
  ActivityFact activity = MakeActivity("a1", ann, kHour);
  activity.opportunity = key;
  activity.duration_seconds = 60;
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendStageEvents(org(), {&event, 1})->created, 1);
    EXPECT_EQ(transaction.AppendStageEvents(org(), {&event, 1})->unchanged, 1);
    event.amount_micros = 7;
    const AppendReport events = *transaction.AppendStageEvents(org(), {&event, 1});
    ASSERT_EQ(events.conflicts.size(), 1u);
    EXPECT_EQ(events.conflicts[0].field, "amount_micros");
    EXPECT_EQ(transaction.AppendActivities(org(), {&activity, 1})->created, 1);
    EXPECT_EQ(transaction.AppendActivities(org(), {&activity, 1})->unchanged, 1);
    activity.outcome = ActivityOutcome::kNoAnswer;
    const AppendReport activities = *transaction.AppendActivities(org(), {&activity, 1});
    ASSERT_EQ(activities.conflicts.size(), 1u);
    EXPECT_EQ(activities.conflicts[0].field, "outcome");
  });
  const Activity stored = *fixture_.Read()->GetActivity(org(), "a1");
  EXPECT_EQ(stored.rep, "ann");
  EXPECT_EQ(stored.opportunity, "o1");
  EXPECT_EQ(stored.time_us, kHour);
  EXPECT_EQ(stored.type, ActivityType::kCall);
  EXPECT_EQ(stored.outcome, ActivityOutcome::kConnected);
  EXPECT_EQ(stored.duration_seconds, 60);
  EXPECT_EQ(fixture_.Read()->GetActivity(org(), "a2").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, ChecksWhatAnAppendWouldDoWithoutDoingIt) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key pipeline = fixture_.pipeline("sales"), ann = fixture_.rep("ann");
  std::vector<OpportunityFact> opportunities = {MakeOpportunityFact("o1", pipeline, ann),
                                                MakeOpportunityFact("o2", pipeline, ann)};
  opportunities[0].name = "Gold";
  const StageEventFact event = MakeEvent(key, kHour, 0);
  const ActivityFact activity = MakeActivity("a1", ann, kHour);
  const QuotaFact quota = MakeQuota(ann, 0, 5);
  const int64_t revision = *fixture_.Read()->Revision(org());
  const auto reading = fixture_.Read();
  const AppendReport report = *reading->CheckOpportunities(org(), opportunities);
  EXPECT_EQ(report.created, 1);
  ASSERT_EQ(report.conflicts.size(), 1u);
  EXPECT_EQ(report.conflicts[0].field, "name");
  EXPECT_EQ(reading->CheckStageEvents(org(), {&event, 1})->created, 1);
  EXPECT_EQ(reading->CheckActivities(org(), {&activity, 1})->created, 1);
  EXPECT_EQ(reading->CheckQuotas(org(), {&quota, 1})->created, 1);
  EXPECT_EQ(*fixture_.Read()->Revision(org()), revision);
}

TEST_P(StoreContract, KeepsWhatAQuotaWasAtEachTime) {
  const QuotaFact fact = MakeQuota(fixture_.rep("ann"), 100, 5'000'000);
  Quota quota;
  quota.owner = "ann";
  quota.period_start = 100;
  quota.period_end = 130;
  const auto target_as_of = [&](std::optional<int64_t> as_of_us) -> int64_t {
    const auto page = *fixture_.Read()->ListQuotas(org(), {std::nullopt, kNoKey, as_of_us}, {});
    return page.items.empty() ? 0 : page.items[0].target;
  };
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->created, 1);
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->unchanged, 1);
  });
  EXPECT_EQ(target_as_of(1), 5'000'000);  // The first fact holds from the beginning.
  fixture_.SetNowUs(2'000 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    quota.target = 6'000'000;
    const Quota before = *transaction.GetQuota(org(), quota);
    EXPECT_EQ(before.target, 5'000'000);
    EXPECT_EQ(transaction.UpdateQuota(org(), quota, before.recorded.revision + 1).status().code(),
              absl::StatusCode::kAborted);
    EXPECT_TRUE(transaction.UpdateQuota(org(), quota, before.recorded.revision).ok());
    // As first imported: the same file again changes nothing.
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->unchanged, 1);
  });
  EXPECT_EQ(target_as_of(2'000 * kHour), 5'000'000);
  EXPECT_EQ(target_as_of(2'000 * kHour + 1), 6'000'000);
  EXPECT_EQ(target_as_of(std::nullopt), 6'000'000);
  fixture_.SetNowUs(3'000 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_TRUE(transaction.DeleteQuota(org(), quota, std::nullopt).ok());
    EXPECT_EQ(transaction.GetQuota(org(), quota).status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(transaction.DeleteQuota(org(), quota, std::nullopt).code(),
              absl::StatusCode::kNotFound);
  });
  EXPECT_EQ(target_as_of(std::nullopt), 0);
  EXPECT_EQ(target_as_of(3'000 * kHour), 6'000'000);
  fixture_.SetNowUs(4'000 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->created, 1);
  });
  EXPECT_EQ(target_as_of(3'500 * kHour), 0);
  EXPECT_EQ(target_as_of(std::nullopt), 5'000'000);
}

TEST_P(StoreContract, ReportsAQuotaOfAnotherTarget) {
  QuotaFact fact = MakeQuota(fixture_.rep("ann"), 100, 5'000'000);
  fixture_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->created, 1);
    fact.target = 1;
    const AppendReport report = *transaction.AppendQuotas(org(), {&fact, 1});
    ASSERT_EQ(report.conflicts.size(), 1u);
    EXPECT_EQ(report.conflicts[0].field, "target");
    EXPECT_EQ(report.conflicts[0].stored, "5000000");
    fact.measure = Measure::kUnits;
    EXPECT_EQ(transaction.AppendQuotas(org(), {&fact, 1})->created, 1);
  });
}

TEST_P(StoreContract, ScansWhatWasRecordedAfterARevision) {
  const Key key = fixture_.MakeOpportunity("o1");
  const Key ann = fixture_.rep("ann");
  const auto scan = [&](int64_t after_revision) {
    std::vector<std::string> seen;
    const auto reading = fixture_.Read();
    EXPECT_TRUE(reading
                    ->ScanOpportunities(org(), after_revision,
                                        [&](Key scanned, const OpportunityFact& fact) {
                                          EXPECT_EQ(scanned == key, fact.id == "o1");
                                          seen.push_back(std::string(fact.id));
                                        })
                    .ok());
    EXPECT_TRUE(reading
                    ->ScanStageEvents(org(), after_revision,
                                      [&](const StageEventFact& fact) {
                                        seen.push_back("event" + std::to_string(fact.stage));
                                      })
                    .ok());
    EXPECT_TRUE(reading
                    ->ScanActivities(
                        org(), after_revision,
                        [&](const ActivityFact& fact) { seen.push_back(std::string(fact.id)); })
                    .ok());
    return seen;
  };
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact event = MakeEvent(key, kHour, 0);
    const ActivityFact activity = MakeActivity("a1", ann, 1);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&event, 1}).ok());
    ASSERT_TRUE(transaction.AppendActivities(org(), {&activity, 1}).ok());
  });
  EXPECT_EQ(scan(0), (Strings{"o1", "event0", "a1"}));
  const int64_t revision = *fixture_.Read()->Revision(org());
  fixture_.Reopen();
  EXPECT_EQ(*fixture_.Read()->Revision(org()), revision);
  fixture_.Write([&](WriteTransaction& transaction) {
    const StageEventFact event = MakeEvent(key, 2 * kHour, 3);
    ASSERT_TRUE(transaction.AppendStageEvents(org(), {&event, 1}).ok());
  });
  EXPECT_EQ(scan(revision), (Strings{"event3"}));
}

}  // namespace
}  // namespace quotacast::storage
