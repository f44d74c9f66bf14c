// Opportunities with their stage transitions, and activities.
#include <google/protobuf/util/time_util.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/api/test_server.h"

namespace quotacast {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;
using grpc::StatusCode;
using Opportunities = v1::OpportunityService::Stub;
using Activities = v1::ActivityService::Stub;
using Reps = v1::RepService::Stub;

Timestamp At(const std::string& text) {
  Timestamp time;
  EXPECT_TRUE(TimeUtil::FromString(text, &time)) << text;
  return time;
}

class OpportunitiesTest : public TestServer {
 protected:
  void SetUp() override { MakeCompany(); }

  v1::CreateOpportunityRequest NewOpportunity(const std::string& id) {
    v1::CreateOpportunityRequest request;
    request.set_parent("organizations/acme");
    request.set_opportunity_id(id);
    v1::Opportunity& opportunity = *request.mutable_opportunity();
    opportunity.set_pipeline("organizations/acme/pipelines/p");
    opportunity.set_owner("organizations/acme/reps/r1");
    opportunity.mutable_amount()->set_units(100);
    *opportunity.mutable_open_time() = At("2026-01-05T09:00:00Z");
    return request;
  }
  v1::Opportunity Make(const v1::CreateOpportunityRequest& request) {
    v1::Opportunity opportunity;
    const auto status =
        Call(*opportunities_, &Opportunities::CreateOpportunity, request, opportunity);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return opportunity;
  }
  v1::Opportunity Read(const std::string& id) {
    v1::GetOpportunityRequest request;
    request.set_name("organizations/acme/opportunities/" + id);
    v1::Opportunity opportunity;
    const auto status = Call(*opportunities_, &Opportunities::GetOpportunity, request, opportunity);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return opportunity;
  }
  v1::CreateStageTransitionRequest Move(const std::string& id, const std::string& stage,
                                        const std::string& time) {
    v1::CreateStageTransitionRequest request;
    request.set_parent("organizations/acme/opportunities/" + id);
    request.mutable_stage_transition()->set_stage(stage);
    *request.mutable_stage_transition()->mutable_effective_time() = At(time);
    return request;
  }
  grpc::Status Send(const v1::CreateStageTransitionRequest& request,
                    v1::StageTransition* transition = nullptr) {
    v1::StageTransition response;
    const auto status =
        Call(*opportunities_, &Opportunities::CreateStageTransition, request, response);
    if (transition != nullptr) *transition = response;
    return status;
  }
  std::vector<v1::StageTransition> Transitions(const std::string& id) {
    v1::ListStageTransitionsRequest request;
    request.set_parent("organizations/acme/opportunities/" + id);
    v1::ListStageTransitionsResponse response;
    EXPECT_TRUE(
        Call(*opportunities_, &Opportunities::ListStageTransitions, request, response).ok());
    return {response.stage_transitions().begin(), response.stage_transitions().end()};
  }
  void MakeRep(const std::string& id) {
    v1::CreateRepRequest request;
    request.set_parent("organizations/acme");
    request.set_rep_id(id);
    request.mutable_rep();
    v1::Rep rep;
    ASSERT_TRUE(Call(*reps_, &Reps::CreateRep, request, rep).ok());
  }
};

TEST_F(OpportunitiesTest, StartsInTheFirstOpenStage) {
  const v1::Opportunity opportunity = Make(NewOpportunity("o1"));
  EXPECT_EQ(opportunity.stage(), "lead");
  EXPECT_EQ(opportunity.state(), v1::Opportunity::OPEN);
  EXPECT_EQ(TimeUtil::ToString(opportunity.stage_entry_time()), "2026-01-05T09:00:00Z");
  EXPECT_EQ(opportunity.units(), 1);
  EXPECT_FALSE(opportunity.has_close_time());
  const auto transitions = Transitions("o1");
  ASSERT_EQ(transitions.size(), 1U);
  EXPECT_EQ(transitions[0].stage(), "lead");
}

TEST_F(OpportunitiesTest, StartsInTheStageGiven) {
  auto request = NewOpportunity("o1");
  request.mutable_opportunity()->set_stage("won");
  const v1::Opportunity opportunity = Make(request);
  EXPECT_EQ(opportunity.state(), v1::Opportunity::WON);
  EXPECT_EQ(TimeUtil::ToString(opportunity.close_time()), "2026-01-05T09:00:00Z");
}

TEST_F(OpportunitiesTest, TransitionsMoveItAndCarryAmountAndOwner) {
  MakeRep("r2");
  Make(NewOpportunity("o1"));
  ASSERT_TRUE(Send(Move("o1", "offer", "2026-01-07T10:00:00Z")).ok());
  auto win = Move("o1", "won", "2026-01-09T12:30:00Z");
  win.mutable_stage_transition()->mutable_amount()->set_units(80);
  win.mutable_stage_transition()->set_owner("organizations/acme/reps/r2");
  v1::StageTransition transition;
  ASSERT_TRUE(Send(win, &transition).ok());
  EXPECT_EQ(transition.stage(), "won");
  EXPECT_EQ(transition.amount().units(), 80);

  const v1::Opportunity opportunity = Read("o1");
  EXPECT_EQ(opportunity.stage(), "won");
  EXPECT_EQ(opportunity.state(), v1::Opportunity::WON);
  EXPECT_EQ(opportunity.amount().units(), 80);
  EXPECT_EQ(opportunity.owner(), "organizations/acme/reps/r2");
  EXPECT_EQ(TimeUtil::ToString(opportunity.close_time()), "2026-01-09T12:30:00Z");

  v1::GetStageTransitionRequest get;
  get.set_name(transition.name());
  v1::StageTransition read;
  ASSERT_TRUE(Call(*opportunities_, &Opportunities::GetStageTransition, get, read).ok());
  EXPECT_EQ(read.SerializeAsString(), transition.SerializeAsString());
  get.set_name("organizations/acme/opportunities/o1/stageTransitions/999999");
  EXPECT_EQ(Call(*opportunities_, &Opportunities::GetStageTransition, get, read).error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(OpportunitiesTest, LateFactsFallIntoPlace) {
  Make(NewOpportunity("o1"));
  ASSERT_TRUE(Send(Move("o1", "won", "2026-01-09T12:00:00Z")).ok());
  ASSERT_TRUE(Send(Move("o1", "offer", "2026-01-07T12:00:00Z")).ok());
  EXPECT_EQ(Read("o1").stage(), "won") << "an earlier fact does not change the present";
  const auto transitions = Transitions("o1");
  ASSERT_EQ(transitions.size(), 3U);
}

TEST_F(OpportunitiesTest, BadTransitionsAreRefused) {
  Make(NewOpportunity("o1"));
  auto status = Send(Move("o1", "nowhere", "2026-01-07T10:00:00Z"));
  EXPECT_EQ(FieldsOf(status), "stage_transition.stage");
  EXPECT_NE(status.error_message().find("lead, offer, won, lost"), std::string::npos);
  status = Send(Move("o1", "offer", "2026-01-05T08:59:59Z"));
  EXPECT_EQ(FieldsOf(status), "stage_transition.effective_time");
  status = Send(Move("o2", "offer", "2026-01-07T10:00:00Z"));
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  auto negative = Move("o1", "offer", "2026-01-07T10:00:00Z");
  negative.mutable_stage_transition()->mutable_amount()->set_units(-1);
  EXPECT_EQ(FieldsOf(Send(negative)), "stage_transition.amount");
  ASSERT_TRUE(Send(Move("o1", "offer", "2026-01-07T10:00:00Z")).ok());
  EXPECT_EQ(Send(Move("o1", "offer", "2026-01-07T10:00:00Z")).error_code(),
            StatusCode::ALREADY_EXISTS);
  auto stale = Move("o1", "won", "2026-01-08T10:00:00Z");
  stale.set_opportunity_etag("1");
  EXPECT_EQ(Send(stale).error_code(), StatusCode::ABORTED);
  stale.set_opportunity_etag(Read("o1").etag());
  EXPECT_TRUE(Send(stale).ok());
}

TEST_F(OpportunitiesTest, UpdatesAreDatedFacts) {
  MakeRep("r2");
  const v1::Opportunity made = Make(NewOpportunity("o1"));
  v1::UpdateOpportunityRequest update;
  update.mutable_opportunity()->set_name(made.name());
  update.mutable_opportunity()->set_owner("organizations/acme/reps/r2");
  update.mutable_opportunity()->mutable_amount()->set_units(150);
  update.mutable_opportunity()->set_expected_close_date("2026-03-31");
  *update.mutable_effective_time() = At("2026-01-06T09:00:00Z");
  v1::Opportunity updated;
  auto status = Call(*opportunities_, &Opportunities::UpdateOpportunity, update, updated);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(updated.owner(), "organizations/acme/reps/r2");
  EXPECT_EQ(updated.amount().units(), 150);
  EXPECT_EQ(updated.expected_close_date(), "2026-03-31");
  EXPECT_EQ(TimeUtil::ToString(updated.stage_entry_time()), "2026-01-05T09:00:00Z")
      << "it keeps its age in the stage";
  const auto transitions = Transitions("o1");
  ASSERT_EQ(transitions.size(), 2U);
  EXPECT_EQ(transitions[1].stage(), "lead");
  EXPECT_EQ(transitions[1].owner(), "organizations/acme/reps/r2");

  *update.mutable_effective_time() = At("2026-01-01T09:00:00Z");
  status = Call(*opportunities_, &Opportunities::UpdateOpportunity, update, updated);
  EXPECT_EQ(FieldsOf(status), "effective_time");

  update.clear_effective_time();
  update.mutable_update_mask()->add_paths("stage");
  status = Call(*opportunities_, &Opportunities::UpdateOpportunity, update, updated);
  EXPECT_EQ(FieldsOf(status), "update_mask");

  update.mutable_update_mask()->set_paths(0, "display_name");
  update.mutable_opportunity()->set_display_name("Big one");
  update.mutable_opportunity()->set_etag(made.etag());
  status = Call(*opportunities_, &Opportunities::UpdateOpportunity, update, updated);
  EXPECT_EQ(status.error_code(), StatusCode::ABORTED);
  update.mutable_opportunity()->clear_etag();
  status = Call(*opportunities_, &Opportunities::UpdateOpportunity, update, updated);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(updated.display_name(), "Big one");
  EXPECT_EQ(Transitions("o1").size(), 2U) << "a name is no dated fact";
}

TEST_F(OpportunitiesTest, EveryBadFieldIsNamed) {
  auto request = NewOpportunity("o/1");
  EXPECT_EQ(FieldsOf([&] {
              v1::Opportunity response;
              return Call(*opportunities_, &Opportunities::CreateOpportunity, request, response);
            }()),
            "opportunity_id");
  request = NewOpportunity("o1");
  v1::Opportunity& opportunity = *request.mutable_opportunity();
  opportunity.clear_owner();
  opportunity.set_pipeline("organizations/other/pipelines/p");
  opportunity.set_units(-1);
  opportunity.mutable_open_time()->set_seconds(INT64_MIN);
  opportunity.set_expected_close_date("soon");
  v1::Opportunity response;
  const auto status = Call(*opportunities_, &Opportunities::CreateOpportunity, request, response);
  EXPECT_EQ(FieldsOf(status),
            "opportunity.pipeline, opportunity.owner, opportunity.units, opportunity.open_time, "
            "opportunity.expected_close_date");
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(OpportunitiesTest, ListIsFilteredAndPaged) {
  MakeRep("r2");
  for (int i = 0; i < 6; ++i) {
    auto request = NewOpportunity(absl::StrCat("o", i));
    if (i % 2 == 1) request.mutable_opportunity()->set_owner("organizations/acme/reps/r2");
    if (i >= 4) request.mutable_opportunity()->set_stage("lost");
    Make(request);
  }
  v1::ListOpportunitiesRequest list;
  list.set_parent("organizations/acme");
  list.set_page_size(2);
  const auto count = [&] {
    int total = 0;
    v1::ListOpportunitiesResponse response;
    list.clear_page_token();
    do {
      const auto status = Call(*opportunities_, &Opportunities::ListOpportunities, list, response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      total += response.opportunities_size();
      list.set_page_token(response.next_page_token());
    } while (!list.page_token().empty());
    return total;
  };
  EXPECT_EQ(count(), 6);
  list.set_owner("organizations/acme/reps/r2");
  EXPECT_EQ(count(), 3);
  list.set_state(v1::Opportunity::LOST);
  EXPECT_EQ(count(), 1);
  list.set_state(v1::Opportunity::WON);
  EXPECT_EQ(count(), 0);
  list.clear_state();
  list.set_pipeline("organizations/acme/pipelines/p");
  EXPECT_EQ(count(), 3);
}

TEST_F(OpportunitiesTest, APipelineInUseKeepsItsStages) {
  Make(NewOpportunity("o1"));
  v1::UpdatePipelineRequest update;
  update.mutable_pipeline()->set_name("organizations/acme/pipelines/p");
  const std::pair<const char*, v1::Stage::Kind> stages[] = {{"offer", v1::Stage::OPEN},
                                                            {"won", v1::Stage::WON}};
  for (const auto& [id, kind] : stages) {
    v1::Stage* stage = update.mutable_pipeline()->add_stages();
    stage->set_stage_id(id);
    stage->set_kind(kind);
  }
  v1::Pipeline pipeline;
  const auto status =
      Call(*pipelines_, &v1::PipelineService::Stub::UpdatePipeline, update, pipeline);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "RESOURCE_STATE");
}

TEST_F(OpportunitiesTest, ActivitiesAreKept) {
  Make(NewOpportunity("o1"));
  v1::CreateActivityRequest request;
  request.set_parent("organizations/acme");
  request.set_activity_id("a1");
  v1::Activity& activity = *request.mutable_activity();
  activity.set_rep("organizations/acme/reps/r1");
  activity.set_opportunity("organizations/acme/opportunities/o1");
  *activity.mutable_start_time() = At("2026-01-06T08:15:00Z");
  activity.set_type(v1::Activity::CALL);
  activity.set_outcome(v1::Activity::CONNECTED);
  activity.mutable_duration()->set_seconds(90);
  v1::Activity stored;
  auto status = Call(*activities_, &Activities::CreateActivity, request, stored);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(stored.name(), "organizations/acme/activities/a1");
  EXPECT_EQ(stored.duration().seconds(), 90);
  v1::GetActivityRequest get;
  get.set_name(stored.name());
  v1::Activity read;
  ASSERT_TRUE(Call(*activities_, &Activities::GetActivity, get, read).ok());
  EXPECT_EQ(read.SerializeAsString(), stored.SerializeAsString());
  EXPECT_EQ(Call(*activities_, &Activities::CreateActivity, request, stored).error_code(),
            StatusCode::ALREADY_EXISTS);

  v1::ListActivitiesRequest list;
  list.set_parent("organizations/acme");
  list.set_rep("organizations/acme/reps/r1");
  list.set_opportunity("organizations/acme/opportunities/o1");
  v1::ListActivitiesResponse response;
  ASSERT_TRUE(Call(*activities_, &Activities::ListActivities, list, response).ok());
  EXPECT_EQ(response.activities_size(), 1);

  request.set_activity_id("a2");
  activity.clear_type();
  activity.set_outcome(static_cast<v1::Activity::Outcome>(77));
  activity.mutable_duration()->set_seconds(-1);
  activity.clear_rep();
  status = Call(*activities_, &Activities::CreateActivity, request, stored);
  EXPECT_EQ(FieldsOf(status), "activity.rep, activity.type, activity.outcome, activity.duration");
}

}  // namespace
}  // namespace quotacast
