// Metrics and signals of a small company in a real store.

#include "server/handlers/metrics.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "server/convert/scalars.h"
#include "server/handlers/activity.h"
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
    return ReportPipeline(company_.Context(), company_.engine(), floor_, request);
  }

  TestCompany company_;
  ModelCache models_;
  Floor floor_{models_};
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
  EXPECT_EQ(n1.stages(0).conversion().horizon_days(), 9);
  EXPECT_EQ(n1.stages(1).won_count(), 5);
  EXPECT_EQ(n1.stages(1).won_amount(), 5'000);
  // A week's worth is open at any time. Seven open, of 1,000 each, 5 of 9 closed won, 7 days each.
  EXPECT_EQ(n1.current().start_open_count(), 7);
  EXPECT_EQ(n1.previous().start_open_count(), 7);
  EXPECT_EQ(organization.current().start_open_count(), 21);
  EXPECT_NEAR(n1.current().velocity_per_day(), 7 * 1'000 * (5 / 9.) / 7, 1e-6);
  EXPECT_NEAR(n1.previous().velocity_per_day(), 7 * 1'000 * (14 / 28.) / 7, 1e-6);
  // As of the same day of February: a week's worth too.
  EXPECT_EQ(n1.previous_open().open_count(), n1.open_count());
  EXPECT_EQ(n1.previous_open().open_amount(), 1'000 * n1.previous_open().open_count());
  EXPECT_EQ(convert::FromTimestamp("", n1.previous_open().as_of()).value(),
            TestCompany::kAsOfUs - int64_t{28} * 86'400'000'000);
  EXPECT_GT(n1.previous_open().coverage(), 0);
  EXPECT_EQ(n1.previous_open().attended().total(), 0);  // No activities are recorded.
  EXPECT_EQ(n1.stages(0).previous_days_won().median(), 2);
  EXPECT_EQ(n1.stages(1).previous_days_won().count(), 14);
  EXPECT_EQ(n1.stages(1).previous_lost_count(), 14);
  EXPECT_EQ(n1.stages(1).previous_lost_amount(), 14'000);
  EXPECT_EQ(n1.stages(1).previous_win_rate().total(), 28);
  // January and February: 15 or 16 won of 15.
  ASSERT_EQ(organization.past_attainments_size(), 2);
  EXPECT_EQ(organization.past_attainments(0).rep_count(), 3);
  EXPECT_EQ(n1.past_attainments(0).rep_count(), 1);
  EXPECT_FALSE(n1.has_open_load());
  EXPECT_EQ(organization.open_load().rep_count(), 4);
  EXPECT_EQ(organization.late_stages().missing(), 30'000);
  EXPECT_EQ(organization.late_stages().open_count(), organization.open_count());
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
  const auto response = ReportActivity(company_.Context(), company_.engine(), floor_,
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
      CheckProcess(company_.Context(), company_.engine(), floor_, Ask<v1::CheckProcessRequest>());
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->stages_size(), 4);
  for (const v1::StageUse& stage : response->stages()) EXPECT_EQ(stage.findings_size(), 0);
  ASSERT_EQ(response->misfits_size(), 4);
  for (const v1::ProcessMisfit& misfit : response->misfits()) EXPECT_EQ(misfit.count(), 0);
}

TEST_F(MetricsTest, SignalsAreSortedAndSelected) {
  auto request = Ask<v1::ListSignalsRequest>();
  const auto all = ListSignals(company_.Context(), company_.engine(), floor_, request);
  ASSERT_TRUE(all.ok()) << all.status();
  for (int i = 1; i < all->signals_size(); ++i) {
    EXPECT_GE(all->signals(i - 1).urgency(), all->signals(i).urgency());
  }
  for (const v1::Signal& signal : all->signals()) {
    EXPECT_NE(signal.kind(), v1::Signal::KIND_UNSPECIFIED);
    EXPECT_NE(signal.description(), "");
  }
  request.add_reps("organizations/acme/reps/n1");
  const auto some = ListSignals(company_.Context(), company_.engine(), floor_, request);
  ASSERT_TRUE(some.ok()) << some.status();
  for (const v1::Signal& signal : some->signals()) {
    EXPECT_EQ(signal.rep(), "organizations/acme/reps/n1");
  }
}

TEST_F(MetricsTest, AfterAnActivityAnswersAreThoseOfAFreshServer) {
  constexpr int64_t kSecondUs = 1'000'000;
  auto signals = Ask<v1::ListSignalsRequest>();
  auto ranking = Ask<v1::RankOpportunitiesRequest>();
  ASSERT_TRUE(ListSignals(company_.Context(), company_.engine(), floor_, signals).ok());
  ASSERT_TRUE(RankOpportunities(company_.Context(), company_.engine(), floor_, ranking).ok());
  company_.SetNow(TestCompany::kAsOfUs + 5 * kSecondUs);
  v1::CreateActivityRequest write;
  write.set_parent("organizations/acme");
  write.set_activity_id("call");
  write.mutable_activity()->set_rep("organizations/acme/reps/n1");
  write.mutable_activity()->set_type(v1::Activity::CALL);
  ASSERT_TRUE(CreateActivity(company_.Context(), write).ok());
  *signals.mutable_as_of() = convert::ToTimestamp(TestCompany::kAsOfUs + 10 * kSecondUs);
  *ranking.mutable_as_of() = signals.as_of();
  const auto listed = ListSignals(company_.Context(), company_.engine(), floor_, signals);
  const auto ranked = RankOpportunities(company_.Context(), company_.engine(), floor_, ranking);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_TRUE(ranked.ok()) << ranked.status();
  ModelCache models;
  Floor fresh{models};
  const auto listed_anew = ListSignals(company_.Context(), company_.engine(), fresh, signals);
  const auto ranked_anew = RankOpportunities(company_.Context(), company_.engine(), fresh, ranking);
  ASSERT_TRUE(listed_anew.ok() && ranked_anew.ok());
  EXPECT_EQ(listed->SerializeAsString(), listed_anew->SerializeAsString());
  EXPECT_EQ(ranked->SerializeAsString(), ranked_anew->SerializeAsString());
  EXPECT_GT(listed->signals_size(), 0);
  EXPECT_GT(ranked->opportunities_size(), 0);
}

TEST_F(MetricsTest, RanksOpenOpportunities) {
  auto request = Ask<v1::RankOpportunitiesRequest>();
  const auto all = RankOpportunities(company_.Context(), company_.engine(), floor_, request);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->period_start(), "2026-03-01");
  EXPECT_EQ(all->open_count(), all->opportunities_size());
  ASSERT_GT(all->opportunities_size(), 10);
  double simulated = 0;
  for (int i = 0; i < all->opportunities_size(); ++i) {
    const v1::OpportunityOutlook& outlook = all->opportunities(i);
    if (i > 0) {
      EXPECT_GE(all->opportunities(i - 1).win_probability(), outlook.win_probability());
    }
    simulated += outlook.amount() * outlook.win_probability();
    EXPECT_EQ(outlook.amount(), 1'000);
    // Everything that was won spent 2 days in lead and 5 in offer.
    EXPECT_EQ(outlook.won_median_days(), outlook.stage_id() == "lead" ? 2 : 5);
  }
  EXPECT_NEAR(all->simulated_amount(), simulated, 1e-6);
  EXPECT_EQ(all->open_amount(), 1'000 * all->open_count());

  request.add_reps("organizations/acme/reps/n1");
  request.set_order(v1::RankOpportunitiesRequest::EMPTY_FIRST);
  request.set_page_size(2);
  const auto some = RankOpportunities(company_.Context(), company_.engine(), floor_, request);
  ASSERT_TRUE(some.ok()) << some.status();
  ASSERT_EQ(some->opportunities_size(), 2);
  EXPECT_LT(some->open_count(), all->open_count());
  EXPECT_NE(some->next_page_token(), "");
  for (const v1::OpportunityOutlook& outlook : some->opportunities()) {
    EXPECT_EQ(outlook.rep(), "organizations/acme/reps/n1");
  }
  EXPECT_LE(some->opportunities(0).won_stayed_as_long().count(),
            some->opportunities(1).won_stayed_as_long().count());

  request = Ask<v1::RankOpportunitiesRequest>();
  request.set_period("2026-02");
  const absl::Status over =
      RankOpportunities(company_.Context(), company_.engine(), floor_, request).status();
  EXPECT_EQ(over.code(), absl::StatusCode::kFailedPrecondition) << over;
}

TEST_F(MetricsTest, GuidelinesNeedRecordedActivity) {
  auto request = Ask<v1::ReportGuidelinesRequest>();
  const absl::Status nothing =
      ReportGuidelines(company_.Context(), company_.engine(), floor_, request).status();
  EXPECT_EQ(nothing.code(), absl::StatusCode::kFailedPrecondition) << nothing;
  request.set_target_probability(1);
  const absl::Status certain =
      ReportGuidelines(company_.Context(), company_.engine(), floor_, request).status();
  EXPECT_EQ(certain.code(), absl::StatusCode::kInvalidArgument) << certain;
}

class SignalReviewTest : public MetricsTest {
 protected:
  SignalReviewTest() { company_.SetNow(absl::ToUnixMicros(absl::Now())); }

  v1::ListSignalsResponse Signals(bool show_reviewed = false) {
    // Fifteen days after the last record: silence is a signal.
    auto request = Ask<v1::ListSignalsRequest>();
    *request.mutable_as_of() =
        convert::ToTimestamp(TestCompany::kAsOfUs + int64_t{15} * 86'400'000'000);
    request.set_show_reviewed(show_reviewed);
    auto response = ListSignals(company_.Context(), company_.engine(), floor_, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : v1::ListSignalsResponse();
  }
  // The name of the first signal of the company.
  std::string FirstName() {
    const v1::ListSignalsResponse listed = Signals();
    EXPECT_GT(listed.signals_size(), 0);
    for (const v1::Signal& signal : listed.signals()) {
      // All but x1 have a quota that runs.
      EXPECT_EQ(signal.has_attainment_probability(), signal.rep() != "organizations/acme/reps/x1");
      EXPECT_GE(signal.attainment_probability(), 0);
      EXPECT_LE(signal.attainment_probability(), 1);
    }
    return listed.signals_size() > 0 ? listed.signals(0).name() : "";
  }
  static bool Lists(const v1::ListSignalsResponse& response, const std::string& name) {
    for (const v1::Signal& signal : response.signals()) {
      if (signal.name() == name) return true;
    }
    return false;
  }
  absl::Status Acknowledge(const std::string& name) {
    v1::AcknowledgeSignalRequest request;
    request.set_name(name);
    return AcknowledgeSignal(company_.Context(), request).status();
  }
};

TEST_F(SignalReviewTest, AcknowledgedOnesAreHidden) {
  const std::string name = FirstName();
  v1::AcknowledgeSignalRequest request;
  request.set_name(name);
  request.set_reviewer("eve");
  request.set_note("we spoke");
  request.set_request_id("3f2b7c1e-8a4d-4c6b-9d2e-5a1f0c7b8e9d");
  const auto review = AcknowledgeSignal(company_.Context(), request);
  ASSERT_TRUE(review.ok()) << review.status();
  EXPECT_EQ(review->name(), name);
  EXPECT_EQ(review->state(), v1::SignalReview::ACKNOWLEDGED);
  EXPECT_EQ(review->reviewer(), "eve");
  EXPECT_EQ(review->hidden_until_time().seconds() - review->review_time().seconds(), 90 * 86'400);
  // A retry is the same review.
  EXPECT_EQ(AcknowledgeSignal(company_.Context(), request)->review_time().nanos(),
            review->review_time().nanos());

  const v1::ListSignalsResponse hidden = Signals();
  EXPECT_FALSE(Lists(hidden, name));
  EXPECT_EQ(hidden.hidden_count(), 1);
  const v1::ListSignalsResponse shown = Signals(true);
  EXPECT_TRUE(Lists(shown, name));
  EXPECT_EQ(shown.hidden_count(), 0);
  EXPECT_EQ(shown.signals_size(), hidden.signals_size() + 1);
  for (const v1::Signal& signal : shown.signals()) {
    EXPECT_EQ(signal.has_review(), signal.name() == name);
    if (signal.has_review()) {
      EXPECT_EQ(signal.review().note(), "we spoke");
    }
  }

  v1::ReopenSignalRequest reopen;
  reopen.set_name(name);
  ASSERT_TRUE(ReopenSignal(company_.Context(), reopen).ok());
  EXPECT_TRUE(Lists(Signals(), name));
  EXPECT_EQ(ReopenSignal(company_.Context(), reopen).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SignalReviewTest, SnoozedOnesComeBack) {
  const std::string name = FirstName();
  v1::SnoozeSignalRequest request;
  request.set_name(name);
  const auto status_until = [&](int64_t days_ahead) {
    request.mutable_until_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) +
                                              days_ahead * 86'400);
    return SnoozeSignal(company_.Context(), request).status();
  };
  EXPECT_EQ(status_until(-1).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status_until(400).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(status_until(7).ok());
  EXPECT_FALSE(Lists(Signals(), name));
  // A snooze of long ago that has run out.
  const int64_t now_us = absl::ToUnixMicros(absl::Now());
  company_.SetNow(now_us - int64_t{30} * 86'400'000'000);
  ASSERT_TRUE(status_until(-10).ok());
  EXPECT_TRUE(Lists(Signals(), name));
}

TEST_F(SignalReviewTest, ErrorsSayWhatIsWrongWithTheName) {
  const auto invalid = absl::StatusCode::kInvalidArgument;
  const auto not_found = absl::StatusCode::kNotFound;
  const std::string acme = "organizations/acme/signals/";
  EXPECT_EQ(Acknowledge("").code(), invalid);
  EXPECT_EQ(Acknowledge("organizations/acme/reps/n1").code(), invalid);
  EXPECT_EQ(Acknowledge(acme + "low-contact-rate").code(), invalid);
  EXPECT_EQ(Acknowledge(acme + "bad-mood~n1").code(), invalid);
  EXPECT_EQ(Acknowledge(acme + "low-contact-rate~nobody").code(), not_found);
  EXPECT_EQ(Acknowledge("organizations/nobody/signals/low-contact-rate~n1").code(), not_found);
  EXPECT_EQ(Acknowledge(acme + "conversion-drop~n1").code(), not_found);
  EXPECT_EQ(Acknowledge(acme + "conversion-drop~n1~p~nowhere").code(), not_found);
  EXPECT_TRUE(Acknowledge(acme + "conversion-drop~n1~p~offer").ok());
  EXPECT_TRUE(Acknowledge(acme + "low-contact-rate~n1").ok());
  v1::AcknowledgeSignalRequest request;
  request.set_name(acme + "low-contact-rate~n1");
  request.set_note(std::string(2'001, 'x'));
  EXPECT_EQ(AcknowledgeSignal(company_.Context(), request).status().code(), invalid);
}

}  // namespace
}  // namespace quotacast::handlers
