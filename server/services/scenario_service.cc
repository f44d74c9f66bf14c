#include "server/services/scenario_service.h"

#include <utility>

#include "quotacast/v1/planning_service.grpc.pb.h"
#include "quotacast/v1/scenario_service.grpc.pb.h"
#include "server/handlers/scenario.h"

namespace quotacast {
namespace {

// What both services' calls share.
class Caller {
 public:
  Caller(Backend& backend, handlers::Engine& engine, ModelCache& models)
      : backend_(backend), engine_(engine), models_(models) {}

  template <typename Request, typename Response>
  grpc::Status Call(grpc::ServerContext* call, const Request& request, Response& response,
                    absl::StatusOr<Response> (*handler)(const handlers::Context&, handlers::Engine&,
                                                        ModelCache&, const Request&)) {
    return Guard(backend_, call, [&]() -> absl::Status {
      auto result = handler(MakeContext(backend_, call), engine_, models_, request);
      if (!result.ok()) return result.status();
      response = *std::move(result);
      return absl::OkStatus();
    });
  }

 private:
  Backend& backend_;
  handlers::Engine& engine_;
  ModelCache& models_;
};

class ScenarioService final : public v1::ScenarioService::Service {
 public:
  explicit ScenarioService(const Caller& caller) : caller_(caller) {}

  grpc::Status SimulateScenarios(grpc::ServerContext* call,
                                 const v1::SimulateScenariosRequest* request,
                                 v1::SimulateScenariosResponse* response) override {
    return caller_.Call(call, *request, *response, &handlers::SimulateScenarios);
  }
  grpc::Status AnalyzeDeals(grpc::ServerContext* call, const v1::AnalyzeDealsRequest* request,
                            v1::AnalyzeDealsResponse* response) override {
    return caller_.Call(call, *request, *response, &handlers::AnalyzeDeals);
  }
  grpc::Status ExplainChange(grpc::ServerContext* call, const v1::ExplainChangeRequest* request,
                             v1::ExplainChangeResponse* response) override {
    return caller_.Call(call, *request, *response, &handlers::ExplainChange);
  }

 private:
  Caller caller_;
};

class PlanningService final : public v1::PlanningService::Service {
 public:
  explicit PlanningService(const Caller& caller) : caller_(caller) {}

  grpc::Status PlanActivity(grpc::ServerContext* call, const v1::PlanActivityRequest* request,
                            v1::PlanActivityResponse* response) override {
    return caller_.Call(call, *request, *response, &handlers::PlanActivity);
  }
  grpc::Status PlanReps(grpc::ServerContext* call, const v1::PlanRepsRequest* request,
                        v1::PlanRepsResponse* response) override {
    return caller_.Call(call, *request, *response, &handlers::PlanReps);
  }
  grpc::Status SuggestQuotas(grpc::ServerContext* call, const v1::SuggestQuotasRequest* request,
                             v1::SuggestQuotasResponse* response) override {
    return caller_.Call(call, *request, *response, &handlers::SuggestQuotas);
  }

 private:
  Caller caller_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeScenarioService(Backend& backend, handlers::Engine& engine,
                                                   ModelCache& models) {
  return std::make_unique<ScenarioService>(Caller(backend, engine, models));
}

std::unique_ptr<grpc::Service> MakePlanningService(Backend& backend, handlers::Engine& engine,
                                                   ModelCache& models) {
  return std::make_unique<PlanningService>(Caller(backend, engine, models));
}

}  // namespace quotacast
