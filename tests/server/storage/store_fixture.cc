#include "tests/server/storage/store_fixture.h"

#include <stdlib.h>

#include <filesystem>
#include <utility>

#include "server/storage/sqlite_store.h"

namespace quotacast::storage {

TemporaryFolder::TemporaryFolder()
    : path_(std::filesystem::temp_directory_path().string() + "/quotacast-test-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) abort();
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

Backend SqliteBackend() {
  return {"Sqlite", [](const std::string& folder, std::function<int64_t()> now_us) {
            SqliteStoreOptions options;
            options.folder = folder;
            options.now_us = std::move(now_us);
            return OpenSqliteStore(std::move(options));
          }};
}

StoreFixture::StoreFixture(Backend backend) : backend_(std::move(backend)) { Reopen(); }

void StoreFixture::Reopen() {
  store_.reset();
  auto store = backend_.open(folder(), [this] { return now_us_.load(); });
  ASSERT_TRUE(store.ok()) << store.status();
  store_ = *std::move(store);
}

void StoreFixture::Write(const std::function<void(WriteTransaction&)>& function) {
  const absl::Status status = TryWrite([&function](WriteTransaction& transaction) {
    function(transaction);
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
}

absl::Status StoreFixture::TryWrite(
    const std::function<absl::Status(WriteTransaction&)>& function) {
  return store_
      ->Write(std::nullopt,
              [&function](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
                absl::Status status = function(transaction);
                if (!status.ok()) return status;
                return std::string();
              })
      .status();
}

std::unique_ptr<ReadTransaction> StoreFixture::Read() { return store_->Read().value(); }

void StoreFixture::MakeCompany() {
  Write([this](WriteTransaction& transaction) {
    organization_ = transaction.InsertOrganization(MakeOrganization("acme")).value().key;
    EXPECT_TRUE(transaction.InsertTeam(organization_, MakeTeam("north")).ok());
    EXPECT_TRUE(transaction.InsertRep(organization_, MakeRep("ann", "north")).ok());
    EXPECT_TRUE(transaction.InsertRep(organization_, MakeRep("bob", "north")).ok());
    EXPECT_TRUE(transaction.InsertPipeline(organization_, MakePipeline("sales")).ok());
  });
}

Key StoreFixture::rep(const std::string& id) { return Read()->GetRep(organization_, id)->key; }
Key StoreFixture::pipeline(const std::string& id) {
  return Read()->GetPipeline(organization_, id)->key;
}

Key StoreFixture::MakeOpportunity(const std::string& id, const std::string& rep_id) {
  const OpportunityFact fact = MakeOpportunityFact(id, pipeline("sales"), rep(rep_id));
  Key key = kNoKey;
  Write([&](WriteTransaction& transaction) {
    key = transaction.AppendOpportunities(organization_, {&fact, 1})->keys[0];
  });
  return key;
}

Organization MakeOrganization(const std::string& id) {
  Organization organization;
  organization.id = id;
  organization.name = "The company " + id;
  organization.currency = "EUR";
  organization.time_zone = "Europe/Amsterdam";
  organization.fiscal_year_start_month = 4;
  return organization;
}

Team MakeTeam(const std::string& id, const std::string& parent) {
  Team team;
  team.id = id;
  team.name = "Team " + id;
  team.parent = parent;
  return team;
}

Rep MakeRep(const std::string& id, const std::string& team) {
  Rep rep;
  rep.id = id;
  rep.name = "Rep " + id;
  rep.team = team;
  return rep;
}

Pipeline MakePipeline(const std::string& id) {
  Pipeline pipeline;
  pipeline.id = id;
  for (const auto& [stage_id, kind] :
       std::vector<std::pair<std::string, StageKind>>{{"lead", StageKind::kOpen},
                                                      {"offer", StageKind::kOpen},
                                                      {"won", StageKind::kWon},
                                                      {"lost", StageKind::kLost}}) {
    Stage& stage = pipeline.stages.emplace_back();
    stage.id = stage_id;
    stage.name = "Stage " + stage_id;
    stage.kind = kind;
  }
  return pipeline;
}

OpportunityFact MakeOpportunityFact(absl::string_view id, Key pipeline, Key rep) {
  OpportunityFact fact;
  fact.id = id;
  fact.pipeline = pipeline;
  fact.rep = rep;
  fact.name = "Silver";
  fact.amount_micros = 1'000'000'000;
  fact.units = 2;
  return fact;
}

StageEventFact MakeEvent(Key opportunity, int64_t time_us, int16_t stage) {
  StageEventFact fact;
  fact.opportunity = opportunity;
  fact.time_us = time_us;
  fact.stage = stage;
  return fact;
}

ActivityFact MakeActivity(absl::string_view id, Key rep, int64_t time_us) {
  ActivityFact fact;
  fact.id = id;
  fact.rep = rep;
  fact.time_us = time_us;
  fact.type = ActivityType::kCall;
  fact.outcome = ActivityOutcome::kConnected;
  return fact;
}

QuotaFact MakeQuota(Key rep, Day period_start, int64_t target) {
  QuotaFact fact;
  fact.owner = rep;
  fact.period_start = period_start;
  fact.period_end = period_start + 30;
  fact.target = target;
  return fact;
}

}  // namespace quotacast::storage
