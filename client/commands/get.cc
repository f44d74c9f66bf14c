#include <memory>

#include "client/commands/commands.h"
#include "client/exit_code.h"
#include "client/resource_text.h"
#include "quotacast/v1/activity_service.grpc.pb.h"
#include "quotacast/v1/opportunity_service.grpc.pb.h"
#include "quotacast/v1/pipeline_service.grpc.pb.h"
#include "quotacast/v1/quota_service.grpc.pb.h"
#include "quotacast/v1/rep_service.grpc.pb.h"
#include "quotacast/v1/team_service.grpc.pb.h"

namespace quotacast::client {
namespace {

// Adds `get KIND ID`.
template <typename Service, typename Request, typename Resource>
void AddKind(CLI::App& command, Session& session, const char* kind, const char* collection,
             const char* example,
             grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                   Resource*)) {
  CLI::App* get = command.add_subcommand(kind, std::string("Show one ") + kind);
  const auto id = std::make_shared<std::string>();
  get->add_option("ID", *id, "The company's own identifier, or a full resource name")->required();
  get->footer(std::string("Example:\n  quotacast get ") + kind + " " + example);
  get->callback([&session, id, collection, method] {
    session.action = [&session, id, collection, method]() -> int {
      const std::string parent = session.OrganizationName();
      if (parent.empty()) return kUsage;
      Request request;
      request.set_name(ResourceName(parent, collection, *id));
      Resource resource;
      const auto stub = Service::NewStub(session.connection().channel());
      const grpc::Status status = session.connection().Call(*stub, method, request, resource);
      return status.ok() ? PrintResource(session, resource) : session.Fail(status);
    };
  });
}

}  // namespace

void AddGetCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("get", "Show one team, rep, opportunity, ...");
  AddKind<v1::TeamService>(*command, session, "team", "teams", "north",
                           &v1::TeamService::Stub::GetTeam);
  AddKind<v1::RepService>(*command, session, "rep", "reps", "anna-visser",
                          &v1::RepService::Stub::GetRep);
  AddKind<v1::PipelineService>(*command, session, "pipeline", "pipelines", "sales -o json",
                               &v1::PipelineService::Stub::GetPipeline);
  AddKind<v1::QuotaService>(*command, session, "quota", "quotas",
                            "rep.anna-visser.2026-03-01.2026-04-01.amount",
                            &v1::QuotaService::Stub::GetQuota);
  AddKind<v1::OpportunityService>(*command, session, "opportunity", "opportunities", "OP-17",
                                  &v1::OpportunityService::Stub::GetOpportunity);
  AddKind<v1::ActivityService>(*command, session, "activity", "activities", "A-17",
                               &v1::ActivityService::Stub::GetActivity);
}

}  // namespace quotacast::client
