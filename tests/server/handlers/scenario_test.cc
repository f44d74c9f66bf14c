#include "server/handlers/scenario.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/handlers/forecast.h"
#include "tests/server/handlers/test_company.h"

namespace quotacast::handlers {
namespace {

class ScenarioHandlerTest : public testing::Test {
 protected:
  v1::QuotaSelection Selection() {
    v1::QuotaSelection selection;
    selection.add_reps("organizations/acme/reps/n1");
    selection.set_measure(v1::AMOUNT);
    selection.set_period("2026-Q1");
    *selection.mutable_as_of() = convert::ToTimestamp(TestCompany::kAsOfUs);
    return selection;
  }
  v1::SimulateScenariosRequest Request(v1::ScenarioChange change = {}) {
    v1::SimulateScenariosRequest request;
    request.set_parent("organizations/acme");
    *request.mutable_selection() = Selection();
    v1::Scenario* scenario = request.add_scenarios();
    if (change.change_case() != v1::ScenarioChange::CHANGE_NOT_SET) {
      *scenario->add_changes() = std::move(change);
    }
    return request;
  }
  absl::StatusOr<v1::SimulateScenariosResponse> Simulate(
      const v1::SimulateScenariosRequest& request) {
    return SimulateScenarios(company_.Context(), company_.engine(), models_, request);
  }
  absl::Status Refusal(v1::ScenarioChange change) {
    return Simulate(Request(std::move(change))).status();
  }
  v1::AnalyzeDealsResponse Deals() {
    v1::AnalyzeDealsRequest request;
    request.set_parent("organizations/acme");
    *request.mutable_selection() = Selection();
    auto deals = AnalyzeDeals(company_.Context(), company_.engine(), models_, request);
    EXPECT_TRUE(deals.ok()) << deals.status();
    return deals.ok() ? *deals : v1::AnalyzeDealsResponse();
  }

  TestCompany company_;
  ModelCache models_;
};

TEST_F(ScenarioHandlerTest, BaselineIsTheForecastAndNoChangeNoDifference) {
  auto request = Request();
  request.mutable_selection()->clear_reps();
  request.mutable_selection()->clear_period();
  const auto response = Simulate(request);
  ASSERT_TRUE(response.ok()) << response.status();
  v1::ForecastAttainmentRequest forecast_request;
  forecast_request.set_parent("organizations/acme");
  forecast_request.set_measure(v1::AMOUNT);
  *forecast_request.mutable_as_of() = convert::ToTimestamp(TestCompany::kAsOfUs);
  const auto forecast = ForecastAttainment(company_.Context(), company_.engine(), forecast_request);
  ASSERT_TRUE(forecast.ok());
  const v1::ForecastAttainmentResponse& baseline = response->baseline();
  ASSERT_EQ(baseline.forecasts_size(), forecast->forecasts_size());
  ASSERT_EQ(baseline.totals_size(), forecast->totals_size());
  for (int i = 0; i < baseline.forecasts_size(); ++i) {
    EXPECT_EQ(baseline.forecasts(i).rep(), forecast->forecasts(i).rep());
    EXPECT_EQ(baseline.forecasts(i).attainment_probability(),
              forecast->forecasts(i).attainment_probability());
  }
  ASSERT_EQ(response->scenarios_size(), 1);
  const v1::ScenarioResult& scenario = response->scenarios(0);
  EXPECT_EQ(scenario.name(), "scenario 1");
  ASSERT_EQ(scenario.differences_size(), baseline.forecasts_size());
  ASSERT_EQ(scenario.total_differences_size(), baseline.totals_size());
  for (int i = 0; i < scenario.differences_size(); ++i) {
    EXPECT_EQ(scenario.differences(i).rep(), baseline.forecasts(i).rep());
    EXPECT_EQ(scenario.differences(i).attainment_probability(), 0);
    EXPECT_EQ(scenario.differences(i).standard_error(), 0);
  }
}

TEST_F(ScenarioHandlerTest, JsonIsThatOfTheContract) {
  const auto response = Simulate(Request());
  ASSERT_TRUE(response.ok());
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(*response, &json, options).ok());
  EXPECT_TRUE(absl::StartsWith(json, "{\"baseline\":{")) << json;
  EXPECT_TRUE(absl::StrContains(json, "\"scenarios\":[{\"name\":\"scenario 1\",\"forecasts\":[{"));
  const std::string differences = json.substr(json.find("\"differences\":[{"));
  for (const char* key : {"\"rep\":\"organizations/acme/reps/n1\"", "\"attainmentProbability\":0",
                          "\"standardError\":0"}) {
    EXPECT_TRUE(absl::StrContains(differences.substr(0, differences.find('}')), key)) << json;
  }
}

TEST_F(ScenarioHandlerTest, ChangesOfDealsAgreeWithTheirLeverage) {
  const v1::AnalyzeDealsResponse deals = Deals();
  ASSERT_EQ(deals.quotas_size(), 1);
  ASSERT_GT(deals.quotas(0).deals_size(), 0);
  for (int i = 1; i < deals.quotas(0).deals_size(); ++i) {
    EXPECT_GE(deals.quotas(0).deals(i - 1).difference(), deals.quotas(0).deals(i).difference());
  }
  const v1::DealLeverage& deal = deals.quotas(0).deals(0);
  EXPECT_EQ(deal.amount(), 1'000);
  v1::ScenarioChange win, lose;
  win.set_win(deal.opportunity());
  lose.set_lose(deal.opportunity());
  auto request = Request(win);
  *request.add_scenarios()->add_changes() = lose;
  request.mutable_scenarios(1)->set_name("bad");
  const auto response = Simulate(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->scenarios(0).forecasts(0).attainment_probability(),
            deal.probability_if_won());
  EXPECT_EQ(response->scenarios(1).forecasts(0).attainment_probability(),
            deal.probability_if_lost());
  EXPECT_EQ(response->scenarios(1).name(), "bad");
}

TEST_F(ScenarioHandlerTest, AnotherQuotaMovesTotalsThatAreSums) {
  v1::ScenarioChange quota;
  quota.set_quota(30'000);
  auto request = Request(quota);
  request.mutable_selection()->clear_reps();
  request.mutable_selection()->add_teams("organizations/acme/teams/south");
  request.mutable_selection()->add_reps("organizations/acme/reps/n1");
  const auto response = Simulate(request);
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::ScenarioResult& scenario = response->scenarios(0);
  EXPECT_EQ(scenario.forecasts(0).target(), 30'000);
  EXPECT_EQ(scenario.forecasts(0).attainment_probability(), 1) << "34,000 are booked";
  for (const v1::Forecast& total : scenario.totals()) {
    EXPECT_EQ(total.target(), 30'000 * total.rep_count());
  }
}

TEST_F(ScenarioHandlerTest, SaysWhatIsWrong) {
  v1::ScenarioChange change;
  change.mutable_speed()->set_stage("nowhere");
  change.mutable_speed()->set_factor(2);
  EXPECT_TRUE(absl::StrContains(Refusal(change).message(),
                                "scenarios[0].changes[0].speed.stage must be an open stage (lead, "
                                "offer); got \"nowhere\""))
      << Refusal(change);
  change.mutable_speed()->set_stage("lead");
  change.mutable_speed()->set_factor(-1);
  EXPECT_EQ(Refusal(change).code(), absl::StatusCode::kInvalidArgument);
  change.set_win("organizations/acme/opportunities/none");
  EXPECT_EQ(Refusal(change).code(), absl::StatusCode::kNotFound);
  change.set_win("none");
  EXPECT_EQ(Refusal(change).code(), absl::StatusCode::kInvalidArgument);
  change.mutable_activity()->set_type(v1::Activity::CALL);
  change.mutable_activity()->set_factor(1.2);
  EXPECT_EQ(Refusal(change).code(), absl::StatusCode::kFailedPrecondition) << "no activity at all";
  EXPECT_EQ(errors::Reason(Refusal(change)), "CHANGE_NOT_POSSIBLE");
  change.mutable_activity()->clear_level();
  EXPECT_EQ(Refusal(change).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Simulate(v1::SimulateScenariosRequest()).status().code(),
            absl::StatusCode::kInvalidArgument);
  v1::SimulateScenariosRequest empty = Request();
  empty.mutable_scenarios(0)->add_changes();
  EXPECT_EQ(Simulate(empty).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ScenarioHandlerTest, PlansNewOpportunities) {
  v1::PlanActivityRequest request;
  request.set_parent("organizations/acme");
  request.set_rep("organizations/acme/reps/n1");
  request.set_target_probability(.9);
  request.set_lever(v1::NEW_OPPORTUNITIES);
  request.set_period("2026-Q1");
  *request.mutable_as_of() = convert::ToTimestamp(TestCompany::kAsOfUs);
  const auto plan = PlanActivity(company_.Context(), company_.engine(), models_, request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->rep(), request.rep());
  EXPECT_EQ(plan->activity(), "opportunity");
  EXPECT_NEAR(plan->current_per_week(), 7, 1) << "one a day";
  EXPECT_EQ(plan->measure(), v1::AMOUNT);
  EXPECT_EQ(plan->attainable(), plan->attainment_probability() >= .9);
  EXPECT_GE(plan->curve_size(), 5);
  EXPECT_TRUE(plan->caveat().empty());

  request.set_lever(v1::PROSPECTING);
  const auto calls = PlanActivity(company_.Context(), company_.engine(), models_, request);
  EXPECT_EQ(errors::Reason(calls.status()), "NOT_RECORDED");
  request.set_target_probability(1);
  EXPECT_EQ(PlanActivity(company_.Context(), company_.engine(), models_, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace quotacast::handlers
