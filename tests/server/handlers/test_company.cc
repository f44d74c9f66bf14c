#include "tests/server/handlers/test_company.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/convert/scalars.h"
#include "server/import/session.h"
#include "server/storage/sqlite_store.h"

namespace quotacast {
namespace {

constexpr int64_t kHourUs = 3'600'000'000;
constexpr int64_t kDayUs = 24 * kHourUs;

storage::Day DayAt(absl::string_view text) { return *convert::ParseDay("day", text); }

// Rows whose text lives as long as they do.
struct Rows {
  std::deque<std::string> texts;
  std::vector<importing::OpportunityRow> opportunities;
  std::vector<importing::StageEventRow> events;
  std::vector<importing::QuotaRow> quotas;

  absl::string_view Keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

void AddOpportunity(Rows& rows, absl::string_view rep, int number, int64_t create_time_us) {
  importing::OpportunityRow& row = rows.opportunities.emplace_back();
  row.opportunity_id = rows.Keep(absl::StrCat(rep, "-", number));
  row.pipeline_id = "p";
  row.rep_id = rep;
  row.amount_micros = 1'000'000'000;
  row.create_time_us = create_time_us;
  const std::pair<int, absl::string_view> stages[] = {
      {0, "lead"}, {2, "offer"}, {7, number % 2 == 0 ? "won" : "lost"}};
  for (const auto& [day, stage] : stages) {
    const int64_t time_us = create_time_us + day * kDayUs;
    if (time_us >= TestCompany::kAsOfUs) break;
    importing::StageEventRow& event = rows.events.emplace_back();
    event.opportunity_id = row.opportunity_id;
    event.time_us = time_us;
    event.stage_id = stage;
  }
}

void AddQuotas(Rows& rows, absl::string_view rep) {
  const std::pair<const char*, const char*> periods[] = {{"2026-01-01", "2026-02-01"},
                                                         {"2026-02-01", "2026-03-01"},
                                                         {"2026-03-01", "2026-04-01"},
                                                         {"2026-01-01", "2026-04-01"}};
  for (const auto& [start, end] : periods) {
    for (const storage::Measure measure : {storage::Measure::kAmount, storage::Measure::kUnits}) {
      importing::QuotaRow& row = rows.quotas.emplace_back();
      row.owner_type = storage::OwnerType::kRep;
      row.owner_id = rep;
      row.period_start = DayAt(start);
      row.period_end = DayAt(end);
      row.measure = measure;
      row.target = row.period_end - row.period_start > 31 ? 45 : 15;
      if (measure == storage::Measure::kAmount) row.target *= 1'000'000'000;
    }
  }
}

std::vector<importing::StageRow> Stages() {
  const std::pair<const char*, storage::StageKind> stages[] = {{"lead", storage::StageKind::kOpen},
                                                               {"offer", storage::StageKind::kOpen},
                                                               {"won", storage::StageKind::kWon},
                                                               {"lost", storage::StageKind::kLost}};
  std::vector<importing::StageRow> rows;
  for (const auto& [id, kind] : stages) {
    importing::StageRow& row = rows.emplace_back();
    row.pipeline_id = "p";
    row.stage_id = id;
    row.position = static_cast<int64_t>(rows.size());
    row.kind = kind;
  }
  return rows;
}

void Import(storage::Store& store, const std::vector<importing::Batch>& batches) {
  auto session = importing::Session::Open(store, "acme", {});
  ASSERT_TRUE(session.ok()) << session.status();
  for (const importing::Batch& batch : batches) {
    const auto result = (*session)->Apply(batch);
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_TRUE(result->applied) << result->errors[0].column << " " << result->errors[0].reason;
  }
}

}  // namespace

TestCompany::TestCompany()
    : store_([this] {
        std::string folder = testing::TempDir() + "quotacast_company_XXXXXX";
        folder_ = mkdtemp(folder.data());
        storage::SqliteStoreOptions options;
        options.folder = folder_;
        options.now_us = [this] { return now_us_; };
        return *storage::OpenSqliteStore(std::move(options));
      }()),
      histories_(std::make_unique<HistoryCache>(*store_, 2)),
      engine_{*histories_, pool_} {
  const auto created = store_->Write(
      std::nullopt, [](storage::WriteTransaction& write) -> absl::StatusOr<std::string> {
        storage::Organization organization;
        organization.id = "acme";
        organization.currency = "EUR";
        organization.time_zone = "UTC";
        return std::string(write.InsertOrganization(organization).status().message());
      });
  EXPECT_TRUE(created.ok()) << created.status();

  std::vector<importing::TeamRow> teams(3);
  teams[0].team_id = "all";
  teams[1].team_id = "north";
  teams[2].team_id = "south";
  teams[1].parent_team_id = teams[2].parent_team_id = "all";
  std::vector<importing::RepRow> reps(4);
  const std::pair<const char*, const char*> staff[] = {
      {"n1", "north"}, {"n2", "north"}, {"s1", "south"}, {"x1", ""}};
  Rows rows;
  for (size_t i = 0; i < reps.size(); ++i) {
    reps[i].rep_id = staff[i].first;
    reps[i].team_id = staff[i].second;
    if (reps[i].team_id.empty()) continue;
    int number = 0;
    for (int64_t time_us = DayAt("2025-09-01") * kDayUs + 9 * kHourUs; time_us < kAsOfUs;
         time_us += kDayUs) {
      AddOpportunity(rows, reps[i].rep_id, number++, time_us);
    }
    AddQuotas(rows, reps[i].rep_id);
  }
  importing::QuotaRow& north = rows.quotas.emplace_back();
  north.owner_type = storage::OwnerType::kTeam;
  north.owner_id = "north";
  north.period_start = DayAt("2026-01-01");
  north.period_end = DayAt("2026-04-01");
  north.measure = storage::Measure::kAmount;
  north.target = 100'000'000'000;
  Import(*store_, {teams, reps, Stages(), rows.opportunities, rows.events, rows.quotas});
}

void TestCompany::SetCorrectionMode(storage::CorrectionMode mode) {
  const auto changed = store_->Write(
      std::nullopt, [mode](storage::WriteTransaction& write) -> absl::StatusOr<std::string> {
        auto organization = write.GetOrganization("acme");
        if (!organization.ok()) return organization.status();
        organization->correction_mode = mode;
        const auto stored = write.UpdateOrganization(*organization, std::nullopt);
        if (!stored.ok()) return stored.status();
        return stored->id;
      });
  EXPECT_TRUE(changed.ok()) << changed.status();
}

TestCompany::~TestCompany() {
  histories_.reset();
  store_.reset();
  std::filesystem::remove_all(folder_);
}

}  // namespace quotacast
