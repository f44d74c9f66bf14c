// Organizations, and that each is kept apart.

#include <gtest/gtest.h>

#include <optional>

#include "tests/server/storage/contract/store_contract.h"

namespace quotacast::storage {
namespace {

TEST_P(StoreContract, KeepsAnOrganizationOverARestart) {
  fixture_.Reopen();
  const auto stored = fixture_.Read()->GetOrganization("acme");
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->key, org());
  EXPECT_EQ(stored->name, "The company acme");
  EXPECT_EQ(stored->currency, "EUR");
  EXPECT_EQ(stored->time_zone, "Europe/Amsterdam");
  EXPECT_EQ(stored->fiscal_year_start_month, 4);
  EXPECT_EQ(stored->recorded.create_time_us, 1'000 * kHour);
  EXPECT_EQ(fixture_.Read()->GetOrganization("other").status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, RefusesASecondOfTheSameId) {
  const absl::Status organization = fixture_.TryWrite([](WriteTransaction& transaction) {
    return transaction.InsertOrganization(MakeOrganization("acme")).status();
  });
  EXPECT_EQ(organization.code(), absl::StatusCode::kAlreadyExists) << organization;
  const absl::Status team = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.InsertTeam(org(), MakeTeam("north")).status();
  });
  EXPECT_EQ(team.code(), absl::StatusCode::kAlreadyExists) << team;
  const absl::Status rep = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.InsertRep(org(), MakeRep("ann")).status();
  });
  EXPECT_EQ(rep.code(), absl::StatusCode::kAlreadyExists) << rep;
  const absl::Status pipeline = fixture_.TryWrite([this](WriteTransaction& transaction) {
    return transaction.InsertPipeline(org(), MakePipeline("sales")).status();
  });
  EXPECT_EQ(pipeline.code(), absl::StatusCode::kAlreadyExists) << pipeline;
}

TEST_P(StoreContract, UpdatesOnlyTheExpectedRevision) {
  const Organization before = *fixture_.Read()->GetOrganization("acme");
  Organization changed = before;
  changed.name = "Renamed";
  changed.fiscal_year_start_month = 1;
  fixture_.SetNowUs(2'000 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    const auto after = transaction.UpdateOrganization(changed, before.recorded.revision);
    ASSERT_TRUE(after.ok()) << after.status();
    EXPECT_EQ(after->name, "Renamed");
    EXPECT_EQ(after->recorded.create_time_us, 1'000 * kHour);
    EXPECT_EQ(after->recorded.update_time_us, 2'000 * kHour);
    EXPECT_GT(after->recorded.revision, before.recorded.revision);
  });
  const absl::Status stale = fixture_.TryWrite([&](WriteTransaction& transaction) {
    return transaction.UpdateOrganization(changed, before.recorded.revision).status();
  });
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted) << stale;
  EXPECT_TRUE(fixture_
                  .TryWrite([&](WriteTransaction& transaction) {
                    return transaction.UpdateOrganization(changed, std::nullopt).status();
                  })
                  .ok());
}

TEST_P(StoreContract, KeepsWhetherForecastsAreCorrected) {
  const Organization before = *fixture_.Read()->GetOrganization("acme");
  EXPECT_EQ(before.correction_mode, CorrectionMode::kOff);
  for (const CorrectionMode mode : {CorrectionMode::kWhereBetter, CorrectionMode::kOn}) {
    fixture_.Write([&](WriteTransaction& transaction) {
      Organization changed = before;
      changed.correction_mode = mode;
      ASSERT_TRUE(transaction.UpdateOrganization(changed, std::nullopt).ok());
      Organization other = MakeOrganization(mode == CorrectionMode::kOn ? "on" : "better");
      other.correction_mode = mode;
      EXPECT_EQ(transaction.InsertOrganization(other)->correction_mode, mode);
    });
    fixture_.Reopen();
    EXPECT_EQ(fixture_.Read()->GetOrganization("acme")->correction_mode, mode);
  }
  const auto all = fixture_.Read()->ListOrganizations({})->items;
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].correction_mode, CorrectionMode::kOn) << all[0].id;
  EXPECT_EQ(all[1].correction_mode, CorrectionMode::kWhereBetter) << all[1].id;
  EXPECT_EQ(all[2].correction_mode, CorrectionMode::kOn) << all[2].id;
}

TEST_P(StoreContract, EveryKindOfRecordHasItsPrecondition) {
  const int64_t stale = 999'999;
  fixture_.Write([&](WriteTransaction& transaction) {
    const auto aborted = absl::StatusCode::kAborted;
    const Team team = *transaction.GetTeam(org(), "north");
    EXPECT_EQ(transaction.UpdateTeam(org(), team, stale).status().code(), aborted);
    EXPECT_EQ(transaction.DeleteTeam(org(), "north", stale).code(), aborted);
    const Rep rep = *transaction.GetRep(org(), "ann");
    EXPECT_EQ(transaction.UpdateRep(org(), rep, stale).status().code(), aborted);
    EXPECT_EQ(transaction.DeleteRep(org(), "ann", stale).code(), aborted);
    const Pipeline pipeline = *transaction.GetPipeline(org(), "sales");
    EXPECT_EQ(transaction.UpdatePipeline(org(), pipeline, stale).status().code(), aborted);
    EXPECT_EQ(transaction.DeletePipeline(org(), "sales", stale).code(), aborted);
  });
}

TEST_P(StoreContract, KeepsOrganizationsApart) {
  Key other = kNoKey;
  fixture_.MakeOpportunity("o1");
  fixture_.Write([&](WriteTransaction& transaction) {
    other = transaction.InsertOrganization(MakeOrganization("other"))->key;
    const Key pipeline = transaction.InsertPipeline(other, MakePipeline("sales"))->key;
    const OpportunityFact fact = MakeOpportunityFact("o1", pipeline, kNoKey);
    ASSERT_EQ(transaction.AppendOpportunities(other, {&fact, 1})->created, 1);
  });
  const auto reading = fixture_.Read();
  EXPECT_EQ(reading->GetOpportunity(other, "o1")->rep, "");
  EXPECT_EQ(reading->GetOpportunity(org(), "o1")->rep, "ann");
  EXPECT_EQ(reading->GetRep(other, "ann").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(reading->ListReps(other, kNoKey, {})->items.empty());
  int scanned = 0;
  EXPECT_TRUE(
      reading->ScanOpportunities(org(), 0, [&](Key, const OpportunityFact&) { ++scanned; }).ok());
  EXPECT_EQ(scanned, 1);
}

}  // namespace
}  // namespace quotacast::storage
