// The standard methods of organizations, teams, reps, pipelines and quotas.
#include <google/protobuf/util/message_differencer.h>
#include <google/protobuf/util/time_util.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/server/api/test_server.h"

namespace quotacast {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::MessageDifferencer;
using grpc::StatusCode;
using Organizations = v1::OrganizationService::Stub;
using Teams = v1::TeamService::Stub;
using Reps = v1::RepService::Stub;
using Pipelines = v1::PipelineService::Stub;
using Quotas = v1::QuotaService::Stub;

constexpr char kUuid[] = "3f2b6c1e-5f0a-4c6e-9d2b-0a1b2c3d4e5f";

class ResourcesTest : public TestServer {
 protected:
  void SetUp() override { MakeCompany(); }

  v1::Team MakeTeam(const std::string& id, const std::string& parent = "") {
    v1::CreateTeamRequest request;
    request.set_parent("organizations/acme");
    request.set_team_id(id);
    request.mutable_team()->set_display_name("Team " + id);
    if (!parent.empty()) {
      request.mutable_team()->set_parent_team("organizations/acme/teams/" + parent);
    }
    v1::Team team;
    const auto status = Call(*teams_, &Teams::CreateTeam, request, team);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return team;
  }

  v1::CreateQuotaRequest QuotaRequest() {
    v1::CreateQuotaRequest request;
    request.set_parent("organizations/acme");
    v1::Quota& quota = *request.mutable_quota();
    quota.set_owner("organizations/acme/reps/r1");
    quota.set_period_start("2026-01-01");
    quota.set_period_end("2026-04-01");
    quota.mutable_target_amount()->set_units(1000);
    return request;
  }
};

TEST_F(ResourcesTest, OrganizationIsCreatedReadListedAndUpdated) {
  v1::GetOrganizationRequest get;
  get.set_name("organizations/acme");
  v1::Organization organization;
  ASSERT_TRUE(Call(*organizations_, &Organizations::GetOrganization, get, organization).ok());
  EXPECT_EQ(organization.currency_code(), "EUR");
  EXPECT_EQ(organization.fiscal_year_start_month(), 1);
  EXPECT_GT(organization.create_time().seconds(), 0);
  EXPECT_FALSE(organization.etag().empty());

  v1::UpdateOrganizationRequest update;
  *update.mutable_organization() = organization;
  update.mutable_organization()->set_fiscal_year_start_month(4);
  update.mutable_organization()->set_display_name("ignored: not in the mask");
  update.mutable_update_mask()->add_paths("fiscal_year_start_month");
  v1::Organization updated;
  ASSERT_TRUE(Call(*organizations_, &Organizations::UpdateOrganization, update, updated).ok());
  EXPECT_EQ(updated.fiscal_year_start_month(), 4);
  EXPECT_EQ(updated.display_name(), "");
  EXPECT_EQ(updated.correction_mode(), v1::OFF);
  EXPECT_NE(updated.etag(), organization.etag());
  update.mutable_organization()->clear_etag();
  update.mutable_organization()->set_correction_mode(v1::WHERE_BETTER);
  *update.mutable_update_mask()->mutable_paths(0) = "correction_mode";
  ASSERT_TRUE(Call(*organizations_, &Organizations::UpdateOrganization, update, updated).ok());
  EXPECT_EQ(updated.correction_mode(), v1::WHERE_BETTER);

  v1::ListOrganizationsResponse list;
  ASSERT_TRUE(
      Call(*organizations_, &Organizations::ListOrganizations, v1::ListOrganizationsRequest(), list)
          .ok());
  ASSERT_EQ(list.organizations_size(), 1);
  EXPECT_TRUE(MessageDifferencer::Equals(list.organizations(0), updated));
}

TEST_F(ResourcesTest, EveryBadFieldIsNamedAtOnce) {
  v1::CreateOrganizationRequest request;
  request.set_organization_id("Acme!");
  request.mutable_organization()->set_currency_code("eur");
  request.mutable_organization()->set_time_zone("Mars/Olympus");
  request.mutable_organization()->set_fiscal_year_start_month(13);
  request.mutable_organization()->set_display_name(std::string(1001, 'x'));
  request.mutable_organization()->set_correction_mode(static_cast<v1::CorrectionMode>(7));
  v1::Organization response;
  const auto status = Call(*organizations_, &Organizations::CreateOrganization, request, response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
  EXPECT_EQ(FieldsOf(status),
            "organization_id, organization.display_name, organization.currency_code, "
            "organization.time_zone, organization.fiscal_year_start_month, "
            "organization.correction_mode");
  EXPECT_NE(status.error_message().find("got 13"), std::string::npos);
}

TEST_F(ResourcesTest, WhatExistsIsNotCreatedAgain) {
  MakeTeam("north");
  v1::CreateTeamRequest request;
  request.set_parent("organizations/acme");
  request.set_team_id("north");
  request.mutable_team();
  v1::Team response;
  const auto status = Call(*teams_, &Teams::CreateTeam, request, response);
  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(status), "RESOURCE_EXISTS");
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(status)->resource_name(),
            "organizations/acme/teams/north");
}

TEST_F(ResourcesTest, WhatIsMissingIsNamed) {
  v1::GetRepRequest get;
  get.set_name("organizations/acme/reps/nobody");
  v1::Rep rep;
  auto status = Call(*reps_, &Reps::GetRep, get, rep);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(status)->resource_type(), "quotacast/Rep");
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(status)->resource_name(), get.name());

  get.set_name("organizations/nowhere/reps/r1");
  status = Call(*reps_, &Reps::GetRep, get, rep);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(status)->resource_name(), "organizations/nowhere");

  v1::CreateRepRequest create;
  create.set_parent("organizations/acme");
  create.set_rep_id("r2");
  create.mutable_rep()->set_team("organizations/acme/teams/nowhere");
  status = Call(*reps_, &Reps::CreateRep, create, rep);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(status)->resource_name(),
            "organizations/acme/teams/nowhere");
}

TEST_F(ResourcesTest, EtagGuardsUpdateAndDelete) {
  const v1::Team team = MakeTeam("north");
  v1::UpdateTeamRequest update;
  update.mutable_team()->set_name(team.name());
  update.mutable_team()->set_display_name("North");
  update.mutable_team()->set_etag(team.etag());
  v1::Team updated;
  ASSERT_TRUE(Call(*teams_, &Teams::UpdateTeam, update, updated).ok());
  EXPECT_EQ(updated.display_name(), "North");

  auto status = Call(*teams_, &Teams::UpdateTeam, update, updated);
  EXPECT_EQ(status.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");

  v1::DeleteTeamRequest erase;
  erase.set_name(team.name());
  erase.set_etag("not an etag");
  Empty empty;
  EXPECT_EQ(Call(*teams_, &Teams::DeleteTeam, erase, empty).error_code(), StatusCode::ABORTED);
  erase.set_etag(updated.etag());
  EXPECT_TRUE(Call(*teams_, &Teams::DeleteTeam, erase, empty).ok());
  EXPECT_EQ(Call(*teams_, &Teams::DeleteTeam, erase, empty).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(ResourcesTest, TeamsFormATree) {
  MakeTeam("all");
  const v1::Team north = MakeTeam("north", "all");
  EXPECT_EQ(north.parent_team(), "organizations/acme/teams/all");
  v1::UpdateTeamRequest update;
  update.mutable_team()->set_name("organizations/acme/teams/all");
  update.mutable_team()->set_parent_team(north.name());
  v1::Team updated;
  const auto status = Call(*teams_, &Teams::UpdateTeam, update, updated);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");

  v1::DeleteTeamRequest erase;
  erase.set_name("organizations/acme/teams/all");
  Empty empty;
  const auto in_use = Call(*teams_, &Teams::DeleteTeam, erase, empty);
  EXPECT_EQ(in_use.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailOf<google::rpc::PreconditionFailure>(in_use)->violations(0).subject(),
            erase.name());
}

TEST_F(ResourcesTest, MaskClearsAndKeeps) {
  v1::UpdateRepRequest update;
  update.mutable_rep()->set_name("organizations/acme/reps/r1");
  update.mutable_rep()->set_start_date("2026-01-05");
  update.mutable_rep()->set_end_date("2026-07-01");
  (*update.mutable_rep()->mutable_attributes())["region"] = "north";
  v1::Rep rep;
  ASSERT_TRUE(Call(*reps_, &Reps::UpdateRep, update, rep).ok());
  EXPECT_EQ(rep.display_name(), "Ann") << "not set in the request, so kept";
  EXPECT_EQ(rep.end_date(), "2026-07-01");
  EXPECT_EQ(rep.attributes().at("region"), "north");

  update.Clear();
  update.mutable_rep()->set_name("organizations/acme/reps/r1");
  update.mutable_update_mask()->add_paths("end_date");
  ASSERT_TRUE(Call(*reps_, &Reps::UpdateRep, update, rep).ok());
  EXPECT_EQ(rep.end_date(), "") << "named but not set, so cleared";
  EXPECT_EQ(rep.start_date(), "2026-01-05");

  update.mutable_update_mask()->set_paths(0, "*");
  ASSERT_TRUE(Call(*reps_, &Reps::UpdateRep, update, rep).ok());
  EXPECT_EQ(rep.display_name(), "");
  EXPECT_EQ(rep.attributes_size(), 0);

  update.mutable_update_mask()->set_paths(0, "create_time");
  const auto status = Call(*reps_, &Reps::UpdateRep, update, rep);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldsOf(status), "update_mask");
}

TEST_F(ResourcesTest, RequestIdReplaysTheFirstResponse) {
  v1::CreateRepRequest request;
  request.set_parent("organizations/acme");
  request.set_rep_id("r2");
  request.mutable_rep()->set_display_name("Bob");
  request.set_request_id(kUuid);
  v1::Rep first, second;
  ASSERT_TRUE(Call(*reps_, &Reps::CreateRep, request, first).ok());
  ASSERT_TRUE(Call(*reps_, &Reps::CreateRep, request, second).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(first, second));

  Restart();
  ASSERT_TRUE(Call(*reps_, &Reps::CreateRep, request, second).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(first, second)) << "the answer outlives the process";

  request.mutable_rep()->set_display_name("Carol");
  auto status = Call(*reps_, &Reps::CreateRep, request, second);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldsOf(status), "request_id");

  request.set_request_id("not-a-uuid");
  status = Call(*reps_, &Reps::CreateRep, request, second);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldsOf(status), "request_id");
}

TEST_F(ResourcesTest, DeleteReplays) {
  MakeTeam("north");
  v1::DeleteTeamRequest erase;
  erase.set_name("organizations/acme/teams/north");
  erase.set_request_id(kUuid);
  Empty empty;
  EXPECT_TRUE(Call(*teams_, &Teams::DeleteTeam, erase, empty).ok());
  EXPECT_TRUE(Call(*teams_, &Teams::DeleteTeam, erase, empty).ok());
}

TEST_F(ResourcesTest, PagesShowEverythingOnce) {
  for (int i = 0; i < 25; ++i) MakeTeam(absl::StrCat("t", i));
  v1::ListTeamsRequest request;
  request.set_parent("organizations/acme");
  request.set_page_size(10);
  std::multiset<std::string> seen;
  int pages = 0;
  do {
    v1::ListTeamsResponse response;
    ASSERT_TRUE(Call(*teams_, &Teams::ListTeams, request, response).ok());
    EXPECT_LE(response.teams_size(), 10);
    for (const v1::Team& team : response.teams()) seen.insert(team.name());
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 25U);
}

TEST_F(ResourcesTest, PageTokensBelongToTheirRequest) {
  for (int i = 0; i < 3; ++i) MakeTeam(absl::StrCat("t", i));
  v1::ListTeamsRequest request;
  request.set_parent("organizations/acme");
  request.set_page_size(1);
  v1::ListTeamsResponse response;
  ASSERT_TRUE(Call(*teams_, &Teams::ListTeams, request, response).ok());
  request.set_page_token(response.next_page_token());
  request.set_page_size(2);
  EXPECT_TRUE(Call(*teams_, &Teams::ListTeams, request, response).ok())
      << "the page size may change";

  v1::ListRepsRequest other;
  other.set_parent("organizations/acme");
  other.set_page_token(request.page_token());
  other.set_team("organizations/acme/teams/t1");
  v1::ListRepsResponse reps;
  const auto status = Call(*reps_, &Reps::ListReps, other, reps);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(FieldsOf(status), "page_token");
  for (const char* bad : {"x", "!!!!", "AAAAAAAAAAAAAAAA", "AAAA"}) {
    request.set_page_token(bad);
    EXPECT_EQ(Call(*teams_, &Teams::ListTeams, request, response).error_code(),
              StatusCode::INVALID_ARGUMENT)
        << bad;
  }
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_EQ(FieldsOf(Call(*teams_, &Teams::ListTeams, request, response)), "page_size");
}

TEST_F(ResourcesTest, RepsAreFilteredByTeam) {
  MakeTeam("north");
  v1::UpdateRepRequest update;
  update.mutable_rep()->set_name("organizations/acme/reps/r1");
  update.mutable_rep()->set_team("organizations/acme/teams/north");
  v1::Rep rep;
  ASSERT_TRUE(Call(*reps_, &Reps::UpdateRep, update, rep).ok());
  v1::CreateRepRequest create;
  create.set_parent("organizations/acme");
  create.set_rep_id("r2");
  create.mutable_rep();
  ASSERT_TRUE(Call(*reps_, &Reps::CreateRep, create, rep).ok());

  v1::ListRepsRequest request;
  request.set_parent("organizations/acme");
  request.set_team("organizations/acme/teams/north");
  v1::ListRepsResponse response;
  ASSERT_TRUE(Call(*reps_, &Reps::ListReps, request, response).ok());
  ASSERT_EQ(response.reps_size(), 1);
  EXPECT_EQ(response.reps(0).name(), "organizations/acme/reps/r1");
  request.set_team("organizations/acme/teams/nowhere");
  EXPECT_EQ(Call(*reps_, &Reps::ListReps, request, response).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(ResourcesTest, PipelinesCheckTheirStages) {
  v1::CreatePipelineRequest request;
  request.set_parent("organizations/acme");
  request.set_pipeline_id("q");
  v1::Stage* stage = request.mutable_pipeline()->add_stages();
  stage->set_stage_id("a");
  v1::Pipeline response;
  auto status = Call(*pipelines_, &Pipelines::CreatePipeline, request, response);
  EXPECT_EQ(FieldsOf(status), "pipeline.stages[0].kind, pipeline.stages");
  stage->set_kind(v1::Stage::OPEN);
  *request.mutable_pipeline()->add_stages() = *stage;
  request.mutable_pipeline()->mutable_stages(1)->set_kind(v1::Stage::WON);
  status = Call(*pipelines_, &Pipelines::CreatePipeline, request, response);
  EXPECT_EQ(FieldsOf(status), "pipeline.stages");
  EXPECT_NE(status.error_message().find("\"a\" twice"), std::string::npos);
  request.mutable_pipeline()->mutable_stages(1)->set_stage_id("b");
  EXPECT_TRUE(Call(*pipelines_, &Pipelines::CreatePipeline, request, response).ok());
  EXPECT_EQ(response.stages_size(), 2);
  EXPECT_EQ(response.stages(1).kind(), v1::Stage::WON);
}

TEST_F(ResourcesTest, QuotaIsNamedByWhatItIs) {
  v1::CreateQuotaRequest request = QuotaRequest();
  v1::Quota quota;
  ASSERT_TRUE(Call(*quotas_, &Quotas::CreateQuota, request, quota).ok());
  EXPECT_EQ(quota.name(), "organizations/acme/quotas/rep.r1.2026-01-01.2026-04-01.amount");
  EXPECT_EQ(quota.measure(), v1::AMOUNT);
  EXPECT_EQ(quota.target_amount().currency_code(), "EUR");
  EXPECT_EQ(Call(*quotas_, &Quotas::CreateQuota, request, quota).error_code(),
            StatusCode::ALREADY_EXISTS);
  request.mutable_quota()->mutable_target_amount()->set_units(2000);
  EXPECT_EQ(Call(*quotas_, &Quotas::CreateQuota, request, quota).error_code(),
            StatusCode::ALREADY_EXISTS);

  v1::UpdateQuotaRequest update;
  update.mutable_quota()->set_name("organizations/acme/quotas/rep.r1.2026-01-01.2026-04-01.amount");
  update.mutable_quota()->mutable_target_amount()->set_units(3000);
  ASSERT_TRUE(Call(*quotas_, &Quotas::UpdateQuota, update, quota).ok());
  EXPECT_EQ(quota.target_amount().units(), 3000);
  update.mutable_quota()->set_target_units(5);
  EXPECT_EQ(FieldsOf(Call(*quotas_, &Quotas::UpdateQuota, update, quota)), "quota.target_amount");

  v1::DeleteQuotaRequest erase;
  erase.set_name(update.quota().name());
  Empty empty;
  ASSERT_TRUE(Call(*quotas_, &Quotas::DeleteQuota, erase, empty).ok());
  v1::GetQuotaRequest get;
  get.set_name(erase.name());
  EXPECT_EQ(Call(*quotas_, &Quotas::GetQuota, get, quota).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(ResourcesTest, QuotaFieldsAreChecked) {
  v1::Quota quota;
  v1::CreateQuotaRequest request = QuotaRequest();
  request.mutable_quota()->clear_target_amount();
  EXPECT_EQ(FieldsOf(Call(*quotas_, &Quotas::CreateQuota, request, quota)), "quota.target_amount");
  request = QuotaRequest();
  request.mutable_quota()->mutable_target_amount()->set_units(-5);
  const auto status = Call(*quotas_, &Quotas::CreateQuota, request, quota);
  EXPECT_NE(status.error_message().find("-5"), std::string::npos);
  request = QuotaRequest();
  request.mutable_quota()->mutable_target_amount()->set_currency_code("USD");
  EXPECT_EQ(FieldsOf(Call(*quotas_, &Quotas::CreateQuota, request, quota)),
            "quota.target_amount.currency_code, quota.target_amount");
  request = QuotaRequest();
  request.mutable_quota()->set_period_end("2026-01-01");
  EXPECT_EQ(FieldsOf(Call(*quotas_, &Quotas::CreateQuota, request, quota)), "quota.period_end");
  request = QuotaRequest();
  request.mutable_quota()->set_measure(v1::UNITS);
  EXPECT_EQ(FieldsOf(Call(*quotas_, &Quotas::CreateQuota, request, quota)), "quota.measure");
  request = QuotaRequest();
  request.mutable_quota()->set_owner("organizations/acme/reps/nobody");
  EXPECT_EQ(Call(*quotas_, &Quotas::CreateQuota, request, quota).error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(ResourcesTest, QuotasAreFiltered) {
  v1::Quota quota;
  v1::CreateQuotaRequest request = QuotaRequest();
  ASSERT_TRUE(Call(*quotas_, &Quotas::CreateQuota, request, quota).ok());
  request.mutable_quota()->set_target_units(7);
  ASSERT_TRUE(Call(*quotas_, &Quotas::CreateQuota, request, quota).ok());
  request.mutable_quota()->set_period_start("2026-04-01");
  request.mutable_quota()->set_period_end("2026-07-01");
  ASSERT_TRUE(Call(*quotas_, &Quotas::CreateQuota, request, quota).ok());

  v1::ListQuotasRequest list;
  list.set_parent("organizations/acme");
  const auto count = [&] {
    v1::ListQuotasResponse response;
    const auto status = Call(*quotas_, &Quotas::ListQuotas, list, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.quotas_size();
  };
  EXPECT_EQ(count(), 3);
  list.set_measure(v1::UNITS);
  EXPECT_EQ(count(), 2);
  list.set_date("2026-03-31");
  EXPECT_EQ(count(), 1);
  list.set_date("2026-07-01");
  EXPECT_EQ(count(), 0);
  list.clear_date();
  list.set_owner("organizations/acme/reps/r1");
  EXPECT_EQ(count(), 2);
}

}  // namespace
}  // namespace quotacast
