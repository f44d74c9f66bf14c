#include "server/services/forecast_service.h"

#include <utility>

#include "quotacast/v1/backtest_service.grpc.pb.h"
#include "quotacast/v1/forecast_service.grpc.pb.h"
#include "server/handlers/backtest.h"
#include "server/handlers/forecast.h"

namespace quotacast {
namespace {

class ForecastService final : public v1::ForecastService::Service {
 public:
  ForecastService(Backend& backend, handlers::Engine& engine, ModelCache& models)
      : backend_(backend), engine_(engine), models_(models) {}

  grpc::Status ForecastAttainment(grpc::ServerContext* call,
                                  const v1::ForecastAttainmentRequest* request,
                                  v1::ForecastAttainmentResponse* response) override {
    return Guard(backend_, call, [&]() -> absl::Status {
      auto result =
          handlers::ForecastAttainment(MakeContext(backend_, call), engine_, models_, *request);
      if (!result.ok()) return result.status();
      *response = *std::move(result);
      return absl::OkStatus();
    });
  }

  grpc::Status StreamForecastAttainment(
      grpc::ServerContext* call, const v1::StreamForecastAttainmentRequest* request,
      grpc::ServerWriter<v1::StreamForecastAttainmentResponse>* stream) override {
    return Guard(backend_, call, [&] {
      return handlers::StreamForecastAttainment(
          MakeContext(backend_, call), engine_, models_, *request,
          [stream](const v1::StreamForecastAttainmentResponse& message) {
            stream->Write(message);
          });
    });
  }

 private:
  Backend& backend_;
  handlers::Engine& engine_;
  ModelCache& models_;
};

class BacktestService final : public v1::BacktestService::Service {
 public:
  BacktestService(Backend& backend, handlers::Engine& engine)
      : backend_(backend), engine_(engine) {}

  grpc::Status RunBacktest(grpc::ServerContext* call, const v1::RunBacktestRequest* request,
                           grpc::ServerWriter<v1::RunBacktestResponse>* stream) override {
    return Guard(backend_, call, [&] {
      return handlers::RunBacktest(
          MakeContext(backend_, call), engine_, *request,
          [stream](const v1::RunBacktestResponse& message) { stream->Write(message); });
    });
  }

 private:
  Backend& backend_;
  handlers::Engine& engine_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeForecastService(Backend& backend, handlers::Engine& engine,
                                                   ModelCache& models) {
  return std::make_unique<ForecastService>(backend, engine, models);
}

std::unique_ptr<grpc::Service> MakeBacktestService(Backend& backend, handlers::Engine& engine) {
  return std::make_unique<BacktestService>(backend, engine);
}

}  // namespace quotacast
