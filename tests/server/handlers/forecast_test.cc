#include "server/handlers/forecast.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/handlers/backtest.h"
#include "server/handlers/quota.h"
#include "tests/server/handlers/test_company.h"

namespace quotacast::handlers {
namespace {

class ForecastTest : public testing::Test {
 protected:
  v1::ForecastAttainmentRequest Request() {
    v1::ForecastAttainmentRequest request;
    request.set_parent("organizations/acme");
    *request.mutable_as_of() = convert::ToTimestamp(TestCompany::kAsOfUs);
    request.set_trial_count(1'000);
    return request;
  }
  absl::StatusOr<v1::ForecastAttainmentResponse> Ask(const v1::ForecastAttainmentRequest& request) {
    return ForecastAttainment(company_.Context(), company_.engine(), models_, request);
  }
  v1::ForecastAttainmentResponse Answer(const v1::ForecastAttainmentRequest& request) {
    auto response = Ask(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::ForecastAttainmentResponse();
  }

  static v1::StreamForecastAttainmentRequest Streamed(const v1::ForecastAttainmentRequest& asked) {
    v1::StreamForecastAttainmentRequest request;
    *request.mutable_request() = asked;
    return request;
  }

  TestCompany company_;
  ModelCache models_;
};

std::string Owner(const v1::Forecast& forecast) {
  return forecast.has_rep()    ? forecast.rep()
         : forecast.has_team() ? forecast.team()
                               : forecast.organization();
}

std::vector<std::string> Lines(const google::protobuf::RepeatedPtrField<v1::Forecast>& forecasts) {
  std::vector<std::string> lines;
  for (const v1::Forecast& forecast : forecasts) {
    lines.push_back(absl::StrCat(Owner(forecast).substr(std::string("organizations/").size()), " ",
                                 forecast.period_start(), " ", forecast.period_end(), " ",
                                 v1::Measure_Name(forecast.measure()), " ", forecast.target(),
                                 forecast.target_is_sum() ? " sum" : ""));
  }
  return lines;
}

TEST_F(ForecastTest, AsksAboutThePeriodsThatHoldTheInstant) {
  v1::ForecastAttainmentRequest request = Request();
  request.add_reps("organizations/acme/reps/n2");
  const auto response = Answer(request);
  EXPECT_EQ(Lines(response.forecasts()),
            (std::vector<std::string>{"acme/reps/n2 2026-01-01 2026-04-01 AMOUNT 45000",
                                      "acme/reps/n2 2026-01-01 2026-04-01 UNITS 45",
                                      "acme/reps/n2 2026-03-01 2026-04-01 AMOUNT 15000",
                                      "acme/reps/n2 2026-03-01 2026-04-01 UNITS 15"}));
  EXPECT_EQ(response.totals_size(), 0) << "one rep is no team";
  EXPECT_EQ(response.currency_code(), "EUR");
  EXPECT_EQ(convert::FromTimestamp("", response.as_of()).value(), TestCompany::kAsOfUs);
}

TEST_F(ForecastTest, CountsWhatIsBookedAndOpen) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_period("2026-03");
  request.set_measure(v1::AMOUNT);
  const auto response = Answer(request);
  ASSERT_EQ(response.forecasts_size(), 3);
  for (const v1::Forecast& forecast : response.forecasts()) {
    EXPECT_EQ(forecast.booked(), 5'000);
    EXPECT_EQ(forecast.open_opportunity_count(), 7);
    EXPECT_GE(forecast.attainment_probability(), 0);
    EXPECT_LE(forecast.attainment_probability(), 1);
    EXPECT_LE(forecast.probability_low(), forecast.probability_high());
    EXPECT_GT(forecast.distribution().mean(), 5'000);
    EXPECT_LT(forecast.distribution().mean(), 5'000 + 29'000)
        << "not more than every opportunity there is and could yet be";
  }
}

TEST_F(ForecastTest, TotalsAreOfWholeTeamsAndOfEveryone) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_period("2026-Q1");
  request.set_measure(v1::AMOUNT);
  auto response = Answer(request);
  EXPECT_EQ(Lines(response.totals()),
            (std::vector<std::string>{"acme/teams/all 2026-01-01 2026-04-01 AMOUNT 135000 sum",
                                      "acme/teams/north 2026-01-01 2026-04-01 AMOUNT 100000",
                                      "acme/teams/south 2026-01-01 2026-04-01 AMOUNT 45000 sum",
                                      "acme 2026-01-01 2026-04-01 AMOUNT 135000 sum"}));
  EXPECT_EQ(response.totals(0).booked(), 3 * 34'000);
  EXPECT_EQ(response.totals(1).rep_count(), 2);
  EXPECT_EQ(response.totals(1).booked(), 2 * 34'000);

  request.add_reps("organizations/acme/reps/n1");
  request.add_teams("organizations/acme/teams/south");
  response = Answer(request);
  EXPECT_EQ(response.forecasts_size(), 2);
  EXPECT_EQ(Lines(response.totals()),
            (std::vector<std::string>{"acme/teams/south 2026-01-01 2026-04-01 AMOUNT 45000 sum",
                                      "acme 2026-01-01 2026-04-01 AMOUNT 90000 sum"}))
      << "north and all are not whole";
}

TEST_F(ForecastTest, JsonHasTheKeysThatScriptsRelyOn) {
  v1::ForecastAttainmentRequest request = Request();
  request.add_reps("organizations/acme/reps/n1");
  request.set_measure(v1::UNITS);
  request.set_period("2026-03");
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(Answer(request), &json, options).ok());
  for (const char* part : {"\"asOf\":\"2026-03-10T00:00:00Z\"",
                           "\"forecasts\":[{",
                           "\"rep\":\"organizations/acme/reps/n1\"",
                           "\"measure\":\"UNITS\"",
                           "\"periodStart\":\"2026-03-01\"",
                           "\"periodEnd\":\"2026-04-01\"",
                           "\"target\":15,",
                           "\"booked\":5,",
                           "\"attainmentProbability\":",
                           "\"standardError\":",
                           "\"distribution\":{\"mean\":",
                           "\"quantiles\":[{\"level\":0.05,\"value\":",
                           "\"level\":0.1,",
                           "\"level\":0.25,",
                           "\"level\":0.5,",
                           "\"level\":0.75,",
                           "\"level\":0.9,",
                           "\"level\":0.95,",
                           "\"totals\":[]",
                           "\"warnings\":[]"}) {
    EXPECT_TRUE(absl::StrContains(json, part)) << part << " in " << json;
  }
}

TEST_F(ForecastTest, TheSameRequestGivesTheSameBytes) {
  v1::ForecastAttainmentRequest request = Request();
  const std::string first = Answer(request).SerializeAsString();
  EXPECT_EQ(Answer(request).SerializeAsString(), first);
  request.set_seed(1);
  EXPECT_EQ(Answer(request).SerializeAsString(), first) << "1 is the default";
  request.set_seed(2);
  EXPECT_NE(Answer(request).SerializeAsString(), first);
}

TEST_F(ForecastTest, ANewTargetDoesNotChangeThePast) {
  company_.SetNow(TestCompany::kAsOfUs + 1);
  v1::UpdateQuotaRequest update;
  update.mutable_quota()->set_name("organizations/acme/quotas/rep.n1.2026-03-01.2026-04-01.units");
  update.mutable_quota()->set_target_units(99);
  ASSERT_TRUE(UpdateQuota(company_.Context(), update).ok());
  v1::ForecastAttainmentRequest request = Request();
  request.add_reps("organizations/acme/reps/n1");
  request.set_measure(v1::UNITS);
  request.set_period("2026-03");
  EXPECT_EQ(Answer(request).forecasts(0).target(), 15);
  *request.mutable_as_of() = convert::ToTimestamp(TestCompany::kAsOfUs + 2);
  EXPECT_EQ(Answer(request).forecasts(0).target(), 99);
}

TEST_F(ForecastTest, CorrectsByWhatThePastShows) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_period("2026-03");
  request.set_measure(v1::AMOUNT);
  const auto plain = Answer(request);
  EXPECT_EQ(plain.corrections_size(), 0);
  request.set_correction_mode(v1::ON);
  const auto corrected = Answer(request);
  // Of reps and of teams.
  ASSERT_EQ(corrected.corrections_size(), 4);
  EXPECT_EQ(corrected.corrections(0).code(), "BIAS");
  EXPECT_EQ(corrected.corrections(1).code(), "WIDTH");
  EXPECT_TRUE(absl::StrContains(corrected.corrections(0).description(), "amounts of reps, months"));
  EXPECT_TRUE(absl::StrContains(corrected.corrections(2).description(), "teams"));
  // The mean of what is still to come is that of the model, times the bias.
  const auto rest = [](const v1::ForecastAttainmentResponse& response) {
    return response.forecasts(0).distribution().mean() - response.forecasts(0).booked();
  };
  EXPECT_NEAR(rest(corrected) / rest(plain), corrected.corrections(0).value(), 0.01);

  // January and February are too few to say that it was better.
  request.set_correction_mode(v1::WHERE_BETTER);
  const auto judged = Answer(request);
  EXPECT_EQ(judged.corrections_size(), 0);
  ASSERT_EQ(judged.warnings_size(), 2);
  EXPECT_EQ(judged.warnings(0).code(), "NOT_CORRECTED");
  EXPECT_EQ(judged.forecasts(0).SerializeAsString(), plain.forecasts(0).SerializeAsString());
}

TEST_F(ForecastTest, CorrectsAsTheOrganizationHasItUnlessTold) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_period("2026-03");
  request.set_measure(v1::AMOUNT);
  const auto plain = Answer(request);
  EXPECT_EQ(plain.correction_mode(), v1::OFF);
  request.set_correction_mode(v1::ON);
  const auto corrected = Answer(request);
  company_.SetCorrectionMode(storage::CorrectionMode::kOn);
  request.set_correction_mode(v1::OFF);
  EXPECT_EQ(Answer(request).SerializeAsString(), plain.SerializeAsString());
  request.clear_correction_mode();
  const auto as_set = Answer(request);
  EXPECT_EQ(as_set.correction_mode(), v1::ON);
  EXPECT_EQ(as_set.SerializeAsString(), corrected.SerializeAsString());
  EXPECT_NE(as_set.forecasts(0).SerializeAsString(), plain.forecasts(0).SerializeAsString());
}

TEST_F(ForecastTest, CorrectsAsABacktestDoes) {
  v1::RunBacktestRequest replay;
  replay.set_parent("organizations/acme");
  replay.set_from_date("2026-02-01");
  replay.set_to_date("2026-03-01");
  replay.set_period_kind(v1::RunBacktestRequest::MONTH);
  replay.add_origins(0);
  replay.set_trial_count(1'000);
  replay.set_include_rows(true);
  replay.set_correction_mode(v1::ON);
  std::vector<v1::BacktestRow> rows;
  ASSERT_TRUE(RunBacktest(company_.Context(), company_.engine(), replay,
                          [&](const v1::RunBacktestResponse& message) {
                            rows.insert(rows.end(), message.rows().rows().begin(),
                                        message.rows().rows().end());
                          })
                  .ok());
  v1::ForecastAttainmentRequest request = Request();
  request.set_period("2026-02");
  request.set_measure(v1::AMOUNT);
  request.set_correction_mode(v1::ON);
  *request.mutable_as_of() =
      convert::ToTimestamp(int64_t{24 * 3600} * 1'000'000 * *convert::ParseDay("", "2026-02-01"));
  const auto response = Answer(request);
  ASSERT_EQ(rows.size(), 3U);
  ASSERT_EQ(response.forecasts_size(), 3);
  EXPECT_GT(response.corrections_size(), 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(rows[i].rep(), response.forecasts(i).rep());
    EXPECT_EQ(rows[i].attainment_probability(), response.forecasts(i).attainment_probability());
    EXPECT_EQ(rows[i].distribution().mean(), response.forecasts(i).distribution().mean());
  }
}

TEST_F(ForecastTest, WarnsOfARepWithoutAQuota) {
  v1::ForecastAttainmentRequest request = Request();
  request.add_reps("organizations/acme/reps/n1");
  request.add_reps("organizations/acme/reps/x1");
  const auto response = Answer(request);
  ASSERT_EQ(response.warnings_size(), 1);
  EXPECT_EQ(response.warnings(0).code(), "REP_WITHOUT_QUOTA");
  EXPECT_TRUE(absl::StrContains(response.warnings(0).message(), "reps/x1"));
}

TEST_F(ForecastTest, NamesThePeriodsThereAre) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_period("2026-Q3");
  const auto status = Ask(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(errors::Reason(status), "NO_QUOTA");
  EXPECT_TRUE(absl::StrContains(status.message(), "2026-07-01..2026-10-01")) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "2026-01-01..2026-04-01")) << status;
}

TEST_F(ForecastTest, NamesTheFirstInstant) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_period("2026-03");
  *request.mutable_as_of() = convert::ToTimestamp(0);
  auto status = Ask(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(errors::Reason(status), "NO_HISTORY");
  EXPECT_TRUE(absl::StrContains(status.message(), "2025-09-01T09:00:00+00:00")) << status;

  *request.mutable_as_of() =
      convert::ToTimestamp(int64_t{24 * 3600} * 1'000'000 * *convert::ParseDay("", "2026-04-01"));
  status = Ask(request).status();
  EXPECT_EQ(errors::Reason(status), "PERIOD_OVER");
}

TEST_F(ForecastTest, WhatDoesNotExistIsNotFound) {
  v1::ForecastAttainmentRequest request = Request();
  request.add_reps("organizations/acme/reps/nobody");
  EXPECT_EQ(Ask(request).status().code(), absl::StatusCode::kNotFound);
  request = Request();
  request.add_teams("organizations/acme/teams/nowhere");
  EXPECT_EQ(Ask(request).status().code(), absl::StatusCode::kNotFound);
  request = Request();
  request.set_parent("organizations/other");
  EXPECT_EQ(Ask(request).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(errors::Reason(Ask(request).status()), "RESOURCE_NOT_FOUND");
}

TEST_F(ForecastTest, EveryBadFieldIsNamed) {
  v1::ForecastAttainmentRequest request = Request();
  request.add_reps("organizations/other/reps/n1");
  request.add_teams("north");
  request.set_measure(static_cast<v1::Measure>(9));
  request.mutable_as_of()->set_nanos(-1);
  request.set_trial_count(99);
  request.set_precision_pp(std::numeric_limits<double>::quiet_NaN());
  request.set_run_rate_share(1.5);
  request.set_correction_mode(static_cast<v1::CorrectionMode>(9));
  const auto status = Ask(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* field : {"reps[0]", "teams[0]", "measure", "as_of", "trial_count",
                            "precision_pp", "run_rate_share", "correction_mode"}) {
    EXPECT_TRUE(absl::StrContains(status.message(), field)) << field << " in " << status;
  }
  request = Request();
  request.set_period("soon");
  EXPECT_TRUE(absl::StrContains(Ask(request).status().message(), "period must be"));
}

std::string Text(const google::protobuf::Message& message) {
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

// Enough trials for several messages.
TEST_F(ForecastTest, StreamsAnswersThatBecomeBetter) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_trial_count(3'000'000);
  request.set_period("2026-03");
  std::vector<v1::StreamForecastAttainmentResponse> messages;
  const absl::Status status = StreamForecastAttainment(
      company_.Context(), company_.engine(), models_, Streamed(request),
      [&](const v1::StreamForecastAttainmentResponse& message) { messages.push_back(message); });
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_GT(messages.size(), 2u);
  double progress = 0;
  for (size_t i = 0; i + 1 < messages.size(); ++i) {
    EXPECT_FALSE(messages[i].has_response());
    EXPECT_GE(messages[i].progress(), progress);
    EXPECT_LE(messages[i].progress(), 1);
    progress = messages[i].progress();
  }
  ASSERT_GT(messages[0].improved_forecasts_size(), 0);
  const v1::Forecast& first = messages[0].improved_forecasts(0);
  EXPECT_LT(first.trial_count(), 3'000'000);
  ASSERT_TRUE(messages.back().has_response());
  EXPECT_EQ(messages.back().progress(), 1);
  // The last message is what the other method says.
  EXPECT_EQ(Text(messages.back().response()), Text(Answer(request)));
  // An answer so far is one with so many trials.
  request.set_trial_count(first.trial_count());
  bool found = false;
  const auto fewer = Answer(request);
  for (const v1::Forecast& forecast : fewer.forecasts()) {
    found |= Text(forecast) == Text(first);
  }
  EXPECT_TRUE(found) << Text(first);
}

TEST_F(ForecastTest, StreamsErrorsAsTheOtherMethod) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_trial_count(99);
  const absl::Status status =
      StreamForecastAttainment(company_.Context(), company_.engine(), models_, Streamed(request),
                               [](const v1::StreamForecastAttainmentResponse&) { ADD_FAILURE(); });
  EXPECT_EQ(status, Ask(request).status());
}

TEST_F(ForecastTest, StopsWhenTheCallerHasGone) {
  v1::ForecastAttainmentRequest request = Request();
  request.set_trial_count(10'000'000);
  // True once the work is under way: the first look is the pool's, before it starts.
  std::atomic<int> looks = 0;
  const auto response = ForecastAttainment(company_.Context([&looks] { return ++looks > 20; }),
                                           company_.engine(), models_, request);
  EXPECT_EQ(response.status().code(), absl::StatusCode::kCancelled) << response.status();
}

TEST_F(ForecastTest, IsRefusedWhileThePoolIsFull) {
  absl::Notification started, release;
  std::thread other([&] {
    EXPECT_TRUE(company_.pool()
                    .Run([] { return false; },
                         [&](int) {
                           started.Notify();
                           release.WaitForNotification();
                         })
                    .ok());
  });
  started.WaitForNotification();
  const auto status = Ask(Request()).status();
  release.Notify();
  other.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(errors::Reason(status), "TOO_BUSY");
  EXPECT_TRUE(Ask(Request()).ok());
}

}  // namespace
}  // namespace quotacast::handlers
