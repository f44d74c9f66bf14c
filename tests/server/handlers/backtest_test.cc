#include "server/handlers/backtest.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "server/errors.h"
#include "tests/server/handlers/test_company.h"

namespace quotacast::handlers {
namespace {

class BacktestTest : public testing::Test {
 protected:
  v1::RunBacktestRequest Request() {
    v1::RunBacktestRequest request;
    request.set_parent("organizations/acme");
    request.set_from_date("2026-01-01");
    request.set_to_date("2026-03-01");
    request.set_period_kind(v1::RunBacktestRequest::MONTH);
    request.set_trial_count(1'000);
    request.set_include_rows(true);
    return request;
  }
  absl::Status Run(const v1::RunBacktestRequest& request) {
    messages_.clear();
    return RunBacktest(
        company_.Context(), company_.engine(), request,
        [this](const v1::RunBacktestResponse& message) { messages_.push_back(message); });
  }

  TestCompany company_;
  std::vector<v1::RunBacktestResponse> messages_;
};

TEST_F(BacktestTest, SendsProgressRowsAndTheResult) {
  const absl::Status status = Run(Request());
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_GE(messages_.size(), 3U);
  ASSERT_TRUE(messages_.back().has_result());
  const v1::BacktestResult& result = messages_.back().result();
  EXPECT_EQ(result.origins_size(), 3);
  std::vector<v1::BacktestRow> rows;
  bool whole = false;
  for (const auto& message : messages_) {
    rows.insert(rows.end(), message.rows().rows().begin(), message.rows().rows().end());
    whole = whole || (message.has_progress() &&
                      message.progress().done_count() == message.progress().total_count());
  }
  EXPECT_TRUE(whole);
  // Three reps, two months, three origins.
  ASSERT_EQ(rows.size(), 18U);
  for (const v1::BacktestRow& row : rows) {
    EXPECT_EQ(row.target(), 15'000);
    // Every other day brings a win: those created on the even days from the week before.
    EXPECT_EQ(row.actual(), row.period_start() == "2026-01-01" ? 15'000 : 14'000);
    EXPECT_LE(row.booked(), row.actual());
    EXPECT_EQ(row.distribution().quantiles_size(), 7);
  }
  std::set<std::string> forecasters;
  for (const v1::BacktestScores& scores : result.scores()) {
    forecasters.insert(scores.forecaster());
    if (scores.forecaster() == "model" && scores.origin_index() == -1 &&
        !scores.organization_total()) {
      EXPECT_EQ(scores.count(), 18);
      EXPECT_EQ(scores.pit_histogram_size(), 10);
      EXPECT_EQ(scores.reliability_size(), 10);
    }
  }
  EXPECT_TRUE(forecasters.contains("model"));
  EXPECT_GT(forecasters.size(), 3U) << "baselines too";
}

TEST_F(BacktestTest, CorrectsAsTheOrganizationHasItUnlessTold) {
  const auto answer = [this](v1::CorrectionMode mode) {
    v1::RunBacktestRequest request = Request();
    request.set_from_date("2026-02-01");
    request.set_correction_mode(mode);
    EXPECT_TRUE(Run(request).ok());
    std::string rows;
    for (const auto& message : messages_) rows += message.rows().SerializeAsString();
    return std::pair(messages_.back().result().correction_mode(), rows);
  };
  const auto off = answer(v1::CORRECTION_MODE_UNSPECIFIED);
  EXPECT_EQ(off.first, v1::OFF);
  company_.SetCorrectionMode(storage::CorrectionMode::kOn);
  const auto on = answer(v1::CORRECTION_MODE_UNSPECIFIED);
  EXPECT_EQ(on.first, v1::ON);
  EXPECT_NE(on.second, off.second);
  EXPECT_EQ(on, answer(v1::ON));
  EXPECT_EQ(off, answer(v1::OFF));
}

TEST_F(BacktestTest, NamesWhatIsWrong) {
  v1::RunBacktestRequest request = Request();
  request.set_from_date("2026-03-01");
  request.set_to_date("2026-03-01");
  request.add_origins(1.0);
  request.set_period_kind(static_cast<v1::RunBacktestRequest::PeriodKind>(8));
  request.set_trial_count(1);
  const absl::Status status = Run(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* field : {"to_date", "origins", "period_kind", "trial_count"}) {
    EXPECT_TRUE(absl::StrContains(status.message(), field)) << field << " in " << status;
  }
  request = Request();
  request.set_from_date("2020-01-01");
  request.set_to_date("2021-01-01");
  EXPECT_EQ(errors::Reason(Run(request)), "NO_QUOTA");
  request = Request();
  request.set_parent("organizations/other");
  EXPECT_EQ(Run(request).code(), absl::StatusCode::kNotFound);
}

TEST_F(BacktestTest, StopsWhenTheCallerHasGone) {
  std::atomic<int> looks = 0;
  const absl::Status status =
      RunBacktest(company_.Context([&looks] { return ++looks > 20; }), company_.engine(), Request(),
                  [](const v1::RunBacktestResponse&) {});
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace quotacast::handlers
