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
  const auto forecast =
      ForecastAttainment(company_.Context(), company_.engine(), models_, forecast_request);
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

TEST_F(ScenarioHandlerTest, SaysThatItIsNotCorrectedWhereForecastsMayBe) {
  EXPECT_EQ(Simulate(Request())->warnings_size(), 0);
  company_.SetCorrectionMode(storage::CorrectionMode::kWhereBetter);
  const auto response = Simulate(Request());
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->warnings_size(), 1);
  EXPECT_EQ(response->warnings(0).code(), "NOT_CORRECTED");
  EXPECT_EQ(response->baseline().correction_mode(), v1::OFF);
}

TEST_F(ScenarioHandlerTest, AJoiningRepNeedsATotal) {
  v1::ScenarioChange joins;
  joins.mutable_arrival()->set_team("organizations/acme/teams/north");
  joins.mutable_arrival()->set_date("2026-03-12");
  EXPECT_EQ(errors::Reason(Refusal(joins)), "CHANGE_NOT_POSSIBLE") << "only n1 is selected";
  auto request = Request(joins);
  request.mutable_selection()->clear_reps();
  const auto response = Simulate(request);
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::ScenarioResult& scenario = response->scenarios(0);
  for (const v1::ChanceDifference& difference : scenario.differences()) {
    EXPECT_EQ(difference.standard_error(), 0) << difference.rep();
  }
  for (int i = 0; i < scenario.totals_size(); ++i) {
    const double before = response->baseline().totals(i).distribution().mean();
    const double after = scenario.totals(i).distribution().mean();
    if (scenario.totals(i).team() == "organizations/acme/teams/south") {
      EXPECT_EQ(after, before);
    } else {
      EXPECT_GT(after, before) << scenario.totals(i).team();
    }
  }
  joins.mutable_arrival()->set_team("organizations/acme/teams/none");
  EXPECT_EQ(Refusal(joins).code(), absl::StatusCode::kNotFound);
}

TEST_F(ScenarioHandlerTest, ExplainsAChangePartByPart) {
  v1::ExplainChangeRequest request;
  request.set_parent("organizations/acme");
  *request.mutable_selection() = Selection();
  request.mutable_selection()->clear_reps();
  *request.mutable_from() =
      convert::ToTimestamp(TestCompany::kAsOfUs - 7 * int64_t{86'400'000'000});
  const auto response = ExplainChange(company_.Context(), company_.engine(), models_, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->explanations_size(), 3);
  EXPECT_GE(response->totals_size(), 2);
  auto baseline = Request();
  baseline.mutable_selection()->clear_reps();
  const auto now = Simulate(baseline);
  *baseline.mutable_selection()->mutable_as_of() = request.from();
  const auto then = Simulate(baseline);
  ASSERT_TRUE(now.ok() && then.ok());
  for (int i = 0; i < 3; ++i) {
    const v1::ChanceExplanation& explanation = response->explanations(i);
    EXPECT_EQ(explanation.probability_after(),
              now->baseline().forecasts(i).attainment_probability());
    EXPECT_EQ(explanation.probability_before(),
              then->baseline().forecasts(i).attainment_probability());
    ASSERT_EQ(explanation.parts_size(), 8);
    double sum = 0;
    for (const v1::ChancePart& part : explanation.parts()) sum += part.change();
    EXPECT_NEAR(sum, explanation.probability_after() - explanation.probability_before(), 1e-12);
    EXPECT_EQ(explanation.parts(6).reason(), v1::ChancePart::QUOTA);
    EXPECT_EQ(explanation.parts(6).change(), 0);
    // Every second deal of a week is won.
    EXPECT_NEAR(explanation.parts(1).opportunity_count(), 3.5, .5);
    EXPECT_NEAR(explanation.parts(2).opportunity_count(), 3.5, .5);
  }
  *request.mutable_from() = request.selection().as_of();
  EXPECT_EQ(ExplainChange(company_.Context(), company_.engine(), models_, request).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.clear_from();
  EXPECT_EQ(ExplainChange(company_.Context(), company_.engine(), models_, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ScenarioHandlerTest, SuggestsQuotasOfEqualChance) {
  v1::SuggestQuotasRequest request;
  request.set_parent("organizations/acme");
  request.mutable_selection()->add_teams("organizations/acme/teams/all");
  request.mutable_selection()->set_period("2026-Q1");
  *request.mutable_selection()->mutable_as_of() = convert::ToTimestamp(TestCompany::kAsOfUs);
  request.set_attainment_probability(.7);
  const auto suggest = [&] {
    return SuggestQuotas(company_.Context(), company_.engine(), models_, request);
  };
  const auto carried = suggest();
  ASSERT_TRUE(carried.ok()) << carried.status();
  ASSERT_EQ(carried->quotas_size(), 3);
  double total = 0;
  for (const v1::SuggestedQuota& quota : carried->quotas()) {
    EXPECT_EQ(quota.booked(), 34'000);
    EXPECT_EQ(quota.current_target(), 45'000);
    EXPECT_GE(quota.attainment_probability(), .7);
    EXPECT_GE(quota.target(), quota.booked());
    // It is the chance that the forecast has for this target.
    auto what_if = Request();
    what_if.mutable_selection()->clear_reps();
    what_if.mutable_selection()->add_reps(quota.rep());
    what_if.mutable_scenarios(0)->add_changes()->set_quota(quota.target());
    const auto response = Simulate(what_if);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->scenarios(0).forecasts(0).attainment_probability(),
              quota.attainment_probability());
    EXPECT_EQ(response->baseline().forecasts(0).attainment_probability(),
              quota.current_probability());
    total += quota.target();
  }
  EXPECT_EQ(carried->total(), total);

  request.set_total(total);
  const auto split = suggest();
  ASSERT_TRUE(split.ok()) << split.status();
  EXPECT_NEAR(split->total(), total, 1e-5);
  request.set_total(34'000);
  EXPECT_EQ(errors::Reason(suggest().status()), "NO_EQUAL_SPLIT") << "102,000 are booked";
  request.set_total(-1);
  EXPECT_EQ(suggest().status().code(), absl::StatusCode::kInvalidArgument);
  request.set_attainment_probability(.7);
  // There are no quotas yet for the next quarter.
  request.mutable_selection()->set_period("2026-Q2");
  const auto ahead = suggest();
  ASSERT_TRUE(ahead.ok()) << ahead.status();
  EXPECT_EQ(ahead->quotas(0).current_target(), 0);
  EXPECT_GT(ahead->quotas(0).target(), 0);
  request.mutable_selection()->set_period("2025-Q4");
  EXPECT_EQ(errors::Reason(suggest().status()), "PERIOD_OVER");
  request.mutable_selection()->clear_period();
  EXPECT_EQ(suggest().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ScenarioHandlerTest, PlansOfAllRepsAreThoseOfEach) {
  v1::PlanRepsRequest request;
  request.set_parent("organizations/acme");
  *request.mutable_selection() = Selection();
  request.mutable_selection()->clear_reps();
  request.set_target_probability(.6);
  request.set_lever(v1::NEW_OPPORTUNITIES);
  const auto all = PlanReps(company_.Context(), company_.engine(), models_, request);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->plans_size(), 3);
  for (const v1::PlanActivityResponse& plan : all->plans()) {
    v1::PlanActivityRequest one;
    one.set_parent("organizations/acme");
    one.set_rep(plan.rep());
    one.set_target_probability(.6);
    one.set_lever(v1::NEW_OPPORTUNITIES);
    one.set_measure(v1::AMOUNT);
    one.set_period("2026-Q1");
    *one.mutable_as_of() = request.selection().as_of();
    const auto alone = PlanActivity(company_.Context(), company_.engine(), models_, one);
    ASSERT_TRUE(alone.ok()) << alone.status();
    EXPECT_EQ(alone->SerializeAsString(), plan.SerializeAsString());
  }
  request.set_lever(v1::FOLLOW_UPS);
  EXPECT_EQ(
      errors::Reason(PlanReps(company_.Context(), company_.engine(), models_, request).status()),
      "NOT_RECORDED");
}

}  // namespace
}  // namespace quotacast::handlers
