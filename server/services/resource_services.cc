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
using grpc::ServerContext;
using grpc::Status;

class OrganizationService final : public v1::OrganizationService::Service {
 public:
  explicit OrganizationService(Backend& backend) : backend_(backend) {}

  Status CreateOrganization(ServerContext* call, const v1::CreateOrganizationRequest* request,
                            v1::Organization* response) override {
    return Serve(backend_, call, *request, *response, handlers::CreateOrganization);
  }
  Status GetOrganization(ServerContext* call, const v1::GetOrganizationRequest* request,
                         v1::Organization* response) override {
    return Serve(backend_, call, *request, *response, handlers::GetOrganization);
  }
  Status ListOrganizations(ServerContext* call, const v1::ListOrganizationsRequest* request,
                           v1::ListOrganizationsResponse* response) override {
    return Serve(backend_, call, *request, *response, handlers::ListOrganizations);
  }
  Status UpdateOrganization(ServerContext* call, const v1::UpdateOrganizationRequest* request,
                            v1::Organization* response) override {
    return Serve(backend_, call, *request, *response, handlers::UpdateOrganization);
  }

 private:
  Backend& backend_;
};

class TeamService final : public v1::TeamService::Service {
 public:
  explicit TeamService(Backend& backend) : backend_(backend) {}

  Status CreateTeam(ServerContext* call, const v1::CreateTeamRequest* request,
                    v1::Team* response) override {
    return Serve(backend_, call, *request, *response, handlers::CreateTeam);
  }
  Status GetTeam(ServerContext* call, const v1::GetTeamRequest* request,
                 v1::Team* response) override {
    return Serve(backend_, call, *request, *response, handlers::GetTeam);
  }
  Status ListTeams(ServerContext* call, const v1::ListTeamsRequest* request,
                   v1::ListTeamsResponse* response) override {
    return Serve(backend_, call, *request, *response, handlers::ListTeams);
  }
  Status UpdateTeam(ServerContext* call, const v1::UpdateTeamRequest* request,
                    v1::Team* response) override {
    return Serve(backend_, call, *request, *response, handlers::UpdateTeam);
  }
  Status DeleteTeam(ServerContext* call, const v1::DeleteTeamRequest* request,
                    Empty* response) override {
    return Serve(backend_, call, *request, *response, handlers::DeleteTeam);
  }

 private:
  Backend& backend_;
};

class RepService final : public v1::RepService::Service {
 public:
  explicit RepService(Backend& backend) : backend_(backend) {}

  Status CreateRep(ServerContext* call, const v1::CreateRepRequest* request,
                   v1::Rep* response) override {
    return Serve(backend_, call, *request, *response, handlers::CreateRep);
  }
  Status GetRep(ServerContext* call, const v1::GetRepRequest* request, v1::Rep* response) override {
    return Serve(backend_, call, *request, *response, handlers::GetRep);
  }
  Status ListReps(ServerContext* call, const v1::ListRepsRequest* request,
                  v1::ListRepsResponse* response) override {
    return Serve(backend_, call, *request, *response, handlers::ListReps);
  }
  Status UpdateRep(ServerContext* call, const v1::UpdateRepRequest* request,
                   v1::Rep* response) override {
    return Serve(backend_, call, *request, *response, handlers::UpdateRep);
  }
  Status DeleteRep(ServerContext* call, const v1::DeleteRepRequest* request,
                   Empty* response) override {
    return Serve(backend_, call, *request, *response, handlers::DeleteRep);
  }

 private:
  Backend& backend_;
};

class PipelineService final : public v1::PipelineService::Service {
 public:
  explicit PipelineService(Backend& backend) : backend_(backend) {}

  Status CreatePipeline(ServerContext* call, const v1::CreatePipelineRequest* request,
                        v1::Pipeline* response) override {
    return Serve(backend_, call, *request, *response, handlers::CreatePipeline);
  }
  Status GetPipeline(ServerContext* call, const v1::GetPipelineRequest* request,
                     v1::Pipeline* response) override {
    return Serve(backend_, call, *request, *response, handlers::GetPipeline);
  }
  Status ListPipelines(ServerContext* call, const v1::ListPipelinesRequest* request,
                       v1::ListPipelinesResponse* response) override {
    return Serve(backend_, call, *request, *response, handlers::ListPipelines);
  }
  Status UpdatePipeline(ServerContext* call, const v1::UpdatePipelineRequest* request,
                        v1::Pipeline* response) override {
    return Serve(backend_, call, *request, *response, handlers::UpdatePipeline);
  }
  Status DeletePipeline(ServerContext* call, const v1::DeletePipelineRequest* request,
                        Empty* response) override {
    return Serve(backend_, call, *request, *response, handlers::DeletePipeline);
  }

 private:
  Backend& backend_;
};

class QuotaService final : public v1::QuotaService::Service {
 public:
  explicit QuotaService(Backend& backend) : backend_(backend) {}

  Status CreateQuota(ServerContext* call, const v1::CreateQuotaRequest* request,
                     v1::Quota* response) override {
    return Serve(backend_, call, *request, *response, handlers::CreateQuota);
  }
  Status GetQuota(ServerContext* call, const v1::GetQuotaRequest* request,
                  v1::Quota* response) override {
    return Serve(backend_, call, *request, *response, handlers::GetQuota);
  }
  Status ListQuotas(ServerContext* call, const v1::ListQuotasRequest* request,
                    v1::ListQuotasResponse* response) override {
    return Serve(backend_, call, *request, *response, handlers::ListQuotas);
  }
  Status UpdateQuota(ServerContext* call, const v1::UpdateQuotaRequest* request,
                     v1::Quota* response) override {
    return Serve(backend_, call, *request, *response, handlers::UpdateQuota);
  }
  Status DeleteQuota(ServerContext* call, const v1::DeleteQuotaRequest* request,
                     Empty* response) override {
    return Serve(backend_, call, *request, *response, handlers::DeleteQuota);
  }

 private:
  Backend& backend_;
};

class OpportunityService final : public v1::OpportunityService::Service {
 public:
  explicit OpportunityService(Backend& backend) : backend_(backend) {}

  Status CreateOpportunity(ServerContext* call, const v1::CreateOpportunityRequest* request,
                           v1::Opportunity* response) override {
    return Serve(backend_, call, *request, *response, handlers::CreateOpportunity);
  }
  Status GetOpportunity(ServerContext* call, const v1::GetOpportunityRequest* request,
                        v1::Opportunity* response) override {
    return Serve(backend_, call, *request, *response, handlers::GetOpportunity);
  }
  Status ListOpportunities(ServerContext* call, const v1::ListOpportunitiesRequest* request,
                           v1::ListOpportunitiesResponse* response) override {
    return Serve(backend_, call, *request, *response, handlers::ListOpportunities);
  }
  Status UpdateOpportunity(ServerContext* call, const v1::UpdateOpportunityRequest* request,
                           v1::Opportunity* response) override {
    return Serve(backend_, call, *request, *response, handlers::UpdateOpportunity);
  }
  Status CreateStageTransition(ServerContext* call, const v1::CreateStageTransitionRequest* request,
                               v1::StageTransition* response) override {
    return Serve(backend_, call, *request, *response, handlers::CreateStageTransition);
  }
  Status GetStageTransition(ServerContext* call, const v1::GetStageTransitionRequest* request,
                            v1::StageTransition* response) override {
    return Serve(backend_, call, *request, *response, handlers::GetStageTransition);
  }
  Status ListStageTransitions(ServerContext* call, const v1::ListStageTransitionsRequest* request,
                              v1::ListStageTransitionsResponse* response) override {
    return Serve(backend_, call, *request, *response, handlers::ListStageTransitions);
  }

 private:
  Backend& backend_;
};

class ActivityService final : public v1::ActivityService::Service {
 public:
  explicit ActivityService(Backend& backend) : backend_(backend) {}

  Status CreateActivity(ServerContext* call, const v1::CreateActivityRequest* request,
                        v1::Activity* response) override {
    return Serve(backend_, call, *request, *response, handlers::CreateActivity);
  }
  Status GetActivity(ServerContext* call, const v1::GetActivityRequest* request,
                     v1::Activity* response) override {
    return Serve(backend_, call, *request, *response, handlers::GetActivity);
  }
  Status ListActivities(ServerContext* call, const v1::ListActivitiesRequest* request,
                        v1::ListActivitiesResponse* response) override {
    return Serve(backend_, call, *request, *response, handlers::ListActivities);
  }

 private:
  Backend& backend_;
};

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
