#include "server/services/metrics_service.h"

#include <utility>

#include "quotacast/v1/metrics_service.grpc.pb.h"
#include "quotacast/v1/signal_service.grpc.pb.h"
#include "server/handlers/metrics.h"

namespace quotacast {
namespace {

// What both services work with.
struct Floor {
  Backend& backend;
  handlers::Engine& engine;
  handlers::ActivityIndexes indexes;

  template <typename Request, typename Response>
  grpc::Status Answer(grpc::ServerContext* call, const Request& request, Response& response,
                      absl::StatusOr<Response> (*handler)(const handlers::Context&,
                                                          handlers::Engine&,
                                                          handlers::ActivityIndexes&,
                                                          const Request&)) {
    return Guard(backend, call, [&]() -> absl::Status {
      auto result = handler(MakeContext(backend, call), engine, indexes, request);
      if (!result.ok()) return result.status();
      response = *std::move(result);
      return absl::OkStatus();
    });
  }
};

class MetricsService final : public v1::MetricsService::Service {
 public:
  explicit MetricsService(std::shared_ptr<Floor> floor) : floor_(std::move(floor)) {}

  grpc::Status ReportActivity(grpc::ServerContext* call, const v1::ReportActivityRequest* request,
                              v1::ReportActivityResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::ReportActivity);
  }
  grpc::Status ReportPipeline(grpc::ServerContext* call, const v1::ReportPipelineRequest* request,
                              v1::ReportPipelineResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::ReportPipeline);
  }
  grpc::Status CheckProcess(grpc::ServerContext* call, const v1::CheckProcessRequest* request,
                            v1::CheckProcessResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::CheckProcess);
  }

 private:
  std::shared_ptr<Floor> floor_;
};

class SignalService final : public v1::SignalService::Service {
 public:
  explicit SignalService(std::shared_ptr<Floor> floor) : floor_(std::move(floor)) {}

  grpc::Status ListSignals(grpc::ServerContext* call, const v1::ListSignalsRequest* request,
                           v1::ListSignalsResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::ListSignals);
  }

 private:
  std::shared_ptr<Floor> floor_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeMetricsServices(Backend& backend,
                                                                handlers::Engine& engine) {
  const std::shared_ptr<Floor> floor(new Floor{backend, engine, {}});
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<MetricsService>(floor));
  services.push_back(std::make_unique<SignalService>(floor));
  return services;
}

}  // namespace quotacast
