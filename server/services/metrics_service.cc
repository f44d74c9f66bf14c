#include "server/services/metrics_service.h"

#include <utility>

#include "quotacast/v1/metrics_service.grpc.pb.h"
#include "quotacast/v1/signal_service.grpc.pb.h"
#include "server/handlers/metrics.h"

namespace quotacast {
namespace {

// What both services work with.
struct FloorBackend {
  Backend& backend;
  handlers::Engine& engine;
  handlers::Floor floor;

  template <typename Request, typename Response>
  grpc::Status Answer(grpc::ServerContext* call, const Request& request, Response& response,
                      absl::StatusOr<Response> (*handler)(const handlers::Context&,
                                                          handlers::Engine&, handlers::Floor&,
                                                          const Request&)) {
    return Guard(backend, call, [&]() -> absl::Status {
      auto result = handler(MakeContext(backend, call), engine, floor, request);
      if (!result.ok()) return result.status();
      response = *std::move(result);
      return absl::OkStatus();
    });
  }
};

class MetricsService final : public v1::MetricsService::Service {
 public:
  explicit MetricsService(std::shared_ptr<FloorBackend> floor) : floor_(std::move(floor)) {}

  grpc::Status ReportActivity(grpc::ServerContext* call, const v1::ReportActivityRequest* request,
                              v1::ReportActivityResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::ReportActivity);
  }
  grpc::Status ReportPipeline(grpc::ServerContext* call, const v1::ReportPipelineRequest* request,
                              v1::ReportPipelineResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::ReportPipeline);
  }
  grpc::Status RankOpportunities(grpc::ServerContext* call,
                                 const v1::RankOpportunitiesRequest* request,
                                 v1::RankOpportunitiesResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::RankOpportunities);
  }
  grpc::Status ReportGuidelines(grpc::ServerContext* call,
                                const v1::ReportGuidelinesRequest* request,
                                v1::ReportGuidelinesResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::ReportGuidelines);
  }
  grpc::Status CheckProcess(grpc::ServerContext* call, const v1::CheckProcessRequest* request,
                            v1::CheckProcessResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::CheckProcess);
  }

 private:
  std::shared_ptr<FloorBackend> floor_;
};

class SignalService final : public v1::SignalService::Service {
 public:
  explicit SignalService(std::shared_ptr<FloorBackend> floor) : floor_(std::move(floor)) {}

  grpc::Status ListSignals(grpc::ServerContext* call, const v1::ListSignalsRequest* request,
                           v1::ListSignalsResponse* response) override {
    return floor_->Answer(call, *request, *response, &handlers::ListSignals);
  }
  grpc::Status AcknowledgeSignal(grpc::ServerContext* call,
                                 const v1::AcknowledgeSignalRequest* request,
                                 v1::SignalReview* response) override {
    return Serve(floor_->backend, call, *request, *response, &handlers::AcknowledgeSignal);
  }
  grpc::Status SnoozeSignal(grpc::ServerContext* call, const v1::SnoozeSignalRequest* request,
                            v1::SignalReview* response) override {
    return Serve(floor_->backend, call, *request, *response, &handlers::SnoozeSignal);
  }
  grpc::Status ReopenSignal(grpc::ServerContext* call, const v1::ReopenSignalRequest* request,
                            v1::SignalReview* response) override {
    return Serve(floor_->backend, call, *request, *response, &handlers::ReopenSignal);
  }

 private:
  std::shared_ptr<FloorBackend> floor_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeMetricsServices(Backend& backend,
                                                                handlers::Engine& engine,
                                                                ModelCache& models) {
  const std::shared_ptr<FloorBackend> floor(new FloorBackend{backend, engine, {models}});
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<MetricsService>(floor));
  services.push_back(std::make_unique<SignalService>(floor));
  return services;
}

}  // namespace quotacast
