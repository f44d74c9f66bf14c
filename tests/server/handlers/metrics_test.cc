// Metrics and signals of a small company in a real store.

#include "server/handlers/metrics.h"

#include <gtest/gtest.h>

#include "server/convert/scalars.h"
#include "tests/server/handlers/test_company.h"

namespace quotacast::handlers {
namespace {

class MetricsTest : public ::testing::Test {
 protected:
  template <typename Request>
  Request Ask() {
    Request request;
    request.set_parent("organizations/acme");
    *request.mutable_as_of() = convert::ToTimestamp(TestCompany::kAsOfUs);
    return request;
  }
  absl::StatusOr<v1::ReportPipelineResponse> Pipeline(const v1::ReportPipelineRequest& request) {
    return ReportPipeline(company_.Context(), company_.engine(), indexes_, request);
  }

  TestCompany company_;
  ActivityIndexes indexes_;
};

TEST_F(MetricsTest, PipelineOfTheMonthThatRuns) {
  const auto response = Pipeline(Ask<v1::ReportPipelineRequest>());
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->metrics_size(), 1 + 3 + 4);
  const v1::PipelineMetrics& organization = response->metrics(0);
  EXPECT_EQ(organization.organization(), "organizations/acme");
  EXPECT_EQ(organization.current().period_start(), "2026-03-01");
  EXPECT_EQ(organization.current().period_end(), "2026-04-01");
  EXPECT_EQ(organization.current().won_count(), 15);
  EXPECT_EQ(organization.current().booked(), 15'000);
  EXPECT_EQ(organization.current().target(), 45'000);
  EXPECT_EQ(organization.current().rep_count(), 3);
  EXPECT_EQ(organization.current().made_count(), 0);
  EXPECT_EQ(organization.current().average_deal_size(), 1'000);
  EXPECT_EQ(organization.previous().period_start(), "2026-02-01");
  EXPECT_EQ(response->currency_code(), "EUR");
  const v1::PipelineMetrics& n1 = response->metrics(4);
  EXPECT_EQ(n1.rep(), "organizations/acme/reps/n1");
  EXPECT_EQ(n1.current().won_count(), 5);
  ASSERT_EQ(n1.stages_size(), 2);
  EXPECT_EQ(n1.stages(0).stage_id(), "lead");
  // Everything goes on to offer, and spends two days before.
  EXPECT_EQ(n1.stages(0).days_won().median(), 2);
  EXPECT_EQ(n1.stages(0).conversion().lost_count(), 0);
  // January and February: 15 or 16 won of 15.
  ASSERT_EQ(response->past_attainments_size(), 2);
  EXPECT_EQ(response->past_attainments(0).period_start(), "2026-02-01");
  EXPECT_EQ(response->past_attainments(0).rep_count(), 3);
}

TEST_F(MetricsTest, SelectionsAndPages) {
  auto request = Ask<v1::ReportPipelineRequest>();
  request.add_reps("organizations/acme/reps/s1");
  auto response = Pipeline(request);
  ASSERT_TRUE(response.ok()) << response.status();
  // The organization, the teams above, the rep.
  ASSERT_EQ(response->metrics_size(), 4);
  EXPECT_EQ(response->metrics(3).rep(), "organizations/acme/reps/s1");

  request = Ask<v1::ReportPipelineRequest>();
  request.add_teams("organizations/acme/teams/north");
  request.set_page_size(3);
  response = Pipeline(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->metrics_size(), 3);
  EXPECT_EQ(response->metrics(1).team(), "organizations/acme/teams/north");
  request.set_page_token(response->next_page_token());
  response = Pipeline(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->metrics_size(), 1);
  EXPECT_EQ(response->metrics(0).rep(), "organizations/acme/reps/n2");
  EXPECT_EQ(response->next_page_token(), "");
}

TEST_F(MetricsTest, ErrorsNameTheField) {
  auto request = Ask<v1::ReportPipelineRequest>();
  request.add_teams("organizations/acme/teams/nowhere");
  EXPECT_EQ(Pipeline(request).status().code(), absl::StatusCode::kNotFound);
  request = Ask<v1::ReportPipelineRequest>();
  request.set_parent("organizations/nobody");
  EXPECT_EQ(Pipeline(request).status().code(), absl::StatusCode::kNotFound);
  request = Ask<v1::ReportPipelineRequest>();
  request.set_period("soon");
  EXPECT_EQ(Pipeline(request).status().code(), absl::StatusCode::kInvalidArgument);
  request = Ask<v1::ReportPipelineRequest>();
  request.add_reps("organizations/other/reps/n1");
  EXPECT_EQ(Pipeline(request).status().code(), absl::StatusCode::kInvalidArgument);
  request = Ask<v1::ReportPipelineRequest>();
  request.set_page_token("nonsense");
  EXPECT_EQ(Pipeline(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(MetricsTest, ActivityCountsNothingWhereNothingIsRecorded) {
  const auto response = ReportActivity(company_.Context(), company_.engine(), indexes_,
                                       Ask<v1::ReportActivityRequest>());
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::ActivityFigures& all = response->metrics(0).current();
  EXPECT_EQ(all.opportunity_count(), 27);
  EXPECT_EQ(all.contact_rate().total(), 0);
  EXPECT_EQ(all.types_size(), 5);
  EXPECT_EQ(response->published_contacts_per_thousand_calls(), 32);
}

TEST_F(MetricsTest, ProcessThatFits) {
  const auto response =
      CheckProcess(company_.Context(), company_.engine(), indexes_, Ask<v1::CheckProcessRequest>());
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->stages_size(), 4);
  for (const v1::StageUse& stage : response->stages()) EXPECT_EQ(stage.findings_size(), 0);
  ASSERT_EQ(response->misfits_size(), 4);
  for (const v1::ProcessMisfit& misfit : response->misfits()) EXPECT_EQ(misfit.count(), 0);
}

TEST_F(MetricsTest, SignalsAreSortedAndSelected) {
  auto request = Ask<v1::ListSignalsRequest>();
  const auto all = ListSignals(company_.Context(), company_.engine(), indexes_, request);
  ASSERT_TRUE(all.ok()) << all.status();
  for (int i = 1; i < all->signals_size(); ++i) {
    EXPECT_GE(all->signals(i - 1).urgency(), all->signals(i).urgency());
  }
  for (const v1::Signal& signal : all->signals()) {
    EXPECT_NE(signal.kind(), v1::Signal::KIND_UNSPECIFIED);
    EXPECT_NE(signal.description(), "");
  }
  request.add_reps("organizations/acme/reps/n1");
  const auto some = ListSignals(company_.Context(), company_.engine(), indexes_, request);
  ASSERT_TRUE(some.ok()) << some.status();
  for (const v1::Signal& signal : some->signals()) {
    EXPECT_EQ(signal.rep(), "organizations/acme/reps/n1");
  }
}

}  // namespace
}  // namespace quotacast::handlers
