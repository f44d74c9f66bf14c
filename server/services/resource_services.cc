#include "server/services/resource_services.h"

#include "quotacast/v1/activity_service.grpc.pb.h"
#include "quotacast/v1/opportunity_service.grpc.pb.h"
#include "quotacast/v1/organization_service.grpc.pb.h"
#include "quotacast/v1/pipeline_service.grpc.pb.h"
#include "quotacast/v1/quota_service.grpc.pb.h"
#include "quotacast/v1/rep_service.grpc.pb.h"
#include "quotacast/v1/team_service.grpc.pb.h"
#include "server/handlers/activity.h"
#include "server/handlers/opportunity.h"
#include "server/handlers/organization.h"
#include "server/handlers/pipeline.h"
#include "server/handlers/quota.h"
#include "server/handlers/rep.h"
#include "server/handlers/stage_transition.h"
#include "server/handlers/team.h"

namespace quotacast {
namespace {

using google::protobuf::Empty;

// A method that leaves all to the handler of the same name.
#define QUOTACAST_SERVE(Method, Response)                                            \
  grpc::Status Method(grpc::ServerContext* call, const v1::Method##Request* request, \
                      Response* response) override {                                 \
    return Serve(backend_, call, *request, *response, handlers::Method);             \
  }

template <typename Service>
class WithBackend : public Service {
 public:
  explicit WithBackend(Backend& backend) : backend_(backend) {}

 protected:
  Backend& backend_;
};

class OrganizationService final : public WithBackend<v1::OrganizationService::Service> {
  using WithBackend::WithBackend;

  QUOTACAST_SERVE(CreateOrganization, v1::Organization)
  QUOTACAST_SERVE(GetOrganization, v1::Organization)
  QUOTACAST_SERVE(ListOrganizations, v1::ListOrganizationsResponse)
  QUOTACAST_SERVE(UpdateOrganization, v1::Organization)
};

class TeamService final : public WithBackend<v1::TeamService::Service> {
  using WithBackend::WithBackend;

  QUOTACAST_SERVE(CreateTeam, v1::Team)
  QUOTACAST_SERVE(GetTeam, v1::Team)
  QUOTACAST_SERVE(ListTeams, v1::ListTeamsResponse)
  QUOTACAST_SERVE(UpdateTeam, v1::Team)
  QUOTACAST_SERVE(DeleteTeam, Empty)
};

class RepService final : public WithBackend<v1::RepService::Service> {
  using WithBackend::WithBackend;

  QUOTACAST_SERVE(CreateRep, v1::Rep)
  QUOTACAST_SERVE(GetRep, v1::Rep)
  QUOTACAST_SERVE(ListReps, v1::ListRepsResponse)
  QUOTACAST_SERVE(UpdateRep, v1::Rep)
  QUOTACAST_SERVE(DeleteRep, Empty)
};

class PipelineService final : public WithBackend<v1::PipelineService::Service> {
  using WithBackend::WithBackend;

  QUOTACAST_SERVE(CreatePipeline, v1::Pipeline)
  QUOTACAST_SERVE(GetPipeline, v1::Pipeline)
  QUOTACAST_SERVE(ListPipelines, v1::ListPipelinesResponse)
  QUOTACAST_SERVE(UpdatePipeline, v1::Pipeline)
  QUOTACAST_SERVE(DeletePipeline, Empty)
};

class QuotaService final : public WithBackend<v1::QuotaService::Service> {
  using WithBackend::WithBackend;

  QUOTACAST_SERVE(CreateQuota, v1::Quota)
  QUOTACAST_SERVE(GetQuota, v1::Quota)
  QUOTACAST_SERVE(ListQuotas, v1::ListQuotasResponse)
  QUOTACAST_SERVE(UpdateQuota, v1::Quota)
  QUOTACAST_SERVE(DeleteQuota, Empty)
};

class OpportunityService final : public WithBackend<v1::OpportunityService::Service> {
  using WithBackend::WithBackend;

  QUOTACAST_SERVE(CreateOpportunity, v1::Opportunity)
  QUOTACAST_SERVE(GetOpportunity, v1::Opportunity)
  QUOTACAST_SERVE(ListOpportunities, v1::ListOpportunitiesResponse)
  QUOTACAST_SERVE(UpdateOpportunity, v1::Opportunity)
  QUOTACAST_SERVE(CreateStageTransition, v1::StageTransition)
  QUOTACAST_SERVE(GetStageTransition, v1::StageTransition)
  QUOTACAST_SERVE(ListStageTransitions, v1::ListStageTransitionsResponse)
};

class ActivityService final : public WithBackend<v1::ActivityService::Service> {
  using WithBackend::WithBackend;

  QUOTACAST_SERVE(CreateActivity, v1::Activity)
  QUOTACAST_SERVE(GetActivity, v1::Activity)
  QUOTACAST_SERVE(ListActivities, v1::ListActivitiesResponse)
};

#undef QUOTACAST_SERVE

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeResourceServices(Backend& backend) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<OrganizationService>(backend));
  services.push_back(std::make_unique<TeamService>(backend));
  services.push_back(std::make_unique<RepService>(backend));
  services.push_back(std::make_unique<PipelineService>(backend));
  services.push_back(std::make_unique<QuotaService>(backend));
  services.push_back(std::make_unique<OpportunityService>(backend));
  services.push_back(std::make_unique<ActivityService>(backend));
  return services;
}

}  // namespace quotacast
