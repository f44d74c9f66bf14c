#include "tests/server/api/test_server.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_join.h"

namespace quotacast {

TestServer::TestServer(ServerOptions options) : options_(std::move(options)) {
  std::string folder = testing::TempDir() + "quotacast_api_XXXXXX";
  options_.data = mkdtemp(folder.data());
  options_.listen = "127.0.0.1:0";
  Start();
}

TestServer::~TestServer() {
  server_.reset();
  std::filesystem::remove_all(options_.data);
}

void TestServer::Start() {
  auto server = Server::Start(options_);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
    std::abort();
  }
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
  organizations_ = v1::OrganizationService::NewStub(channel_);
  teams_ = v1::TeamService::NewStub(channel_);
  reps_ = v1::RepService::NewStub(channel_);
  pipelines_ = v1::PipelineService::NewStub(channel_);
  quotas_ = v1::QuotaService::NewStub(channel_);
  opportunities_ = v1::OpportunityService::NewStub(channel_);
  activities_ = v1::ActivityService::NewStub(channel_);
}

void TestServer::Restart() {
  server_.reset();
  Start();
}

void TestServer::MakeCompany() {
  {
    v1::CreateOrganizationRequest request;
    request.set_organization_id("acme");
    request.mutable_organization()->set_currency_code("EUR");
    request.mutable_organization()->set_time_zone("Europe/Amsterdam");
    v1::Organization response;
    const auto status = Call(*organizations_, &v1::OrganizationService::Stub::CreateOrganization,
                             request, response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  {
    v1::CreateRepRequest request;
    request.set_parent("organizations/acme");
    request.set_rep_id("r1");
    request.mutable_rep()->set_display_name("Ann");
    v1::Rep response;
    const auto status = Call(*reps_, &v1::RepService::Stub::CreateRep, request, response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  {
    v1::CreatePipelineRequest request;
    request.set_parent("organizations/acme");
    request.set_pipeline_id("p");
    const std::pair<const char*, v1::Stage::Kind> stages[] = {{"lead", v1::Stage::OPEN},
                                                              {"offer", v1::Stage::OPEN},
                                                              {"won", v1::Stage::WON},
                                                              {"lost", v1::Stage::LOST}};
    for (const auto& [id, kind] : stages) {
      v1::Stage* stage = request.mutable_pipeline()->add_stages();
      stage->set_stage_id(id);
      stage->set_kind(kind);
    }
    v1::Pipeline response;
    const auto status =
        Call(*pipelines_, &v1::PipelineService::Stub::CreatePipeline, request, response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
}

std::string ReasonOf(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  if (!info) return "";
  EXPECT_EQ(info->domain(), "quotacast");
  return info->reason();
}

std::string FieldsOf(const grpc::Status& status) {
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  if (!bad) return "";
  return absl::StrJoin(bad->field_violations(), ", ", [](std::string* out, const auto& violation) {
    out->append(violation.field());
  });
}

}  // namespace quotacast
