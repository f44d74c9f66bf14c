#include "server/server.h"

#include <dlfcn.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/compute_pool.h"
#include "server/history_cache.h"
#include "server/limits.h"
#include "server/model_cache.h"
#include "server/services/call.h"
#include "server/services/forecast_service.h"
#include "server/services/import_service.h"
#include "server/services/metrics_service.h"
#include "server/services/resource_services.h"
#include "server/services/scenario_service.h"
#include "server/storage/sqlite_store.h"
#include "spdlog/spdlog.h"

namespace quotacast {
namespace {

// A guard against a flood of calls, far above what the limits on streams and on computations let
// through in use.
constexpr int kThreadsMax = 2'000;

void SetArguments(grpc::ServerBuilder& builder) {
  constexpr int kSecondMs = 1'000;
  constexpr int kMinuteMs = 60 * kSecondMs;
  builder.SetMaxReceiveMessageSize(limits::kMessageMaxBytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kMinuteMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * kSecondMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 30 * kSecondMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 15 * kMinuteMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 30 * kMinuteMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 5 * kMinuteMs);
  // Idle sockets that never greet are closed soon.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 5 * kSecondMs);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // A few hundred kilobytes of gzip would unfold to hundreds of megabytes before the size limit.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  grpc::ResourceQuota quota("quotacast");
  quota.SetMaxThreads(kThreadsMax);
  builder.SetResourceQuota(quota);
}

// The reflection library switches itself on in every server of a process that links it, so it is
// loaded only where it is wanted.
absl::Status LoadReflection() {
  if (dlopen("libgrpc++_reflection.so.1.51", RTLD_NOW | RTLD_GLOBAL) != nullptr) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat("reflection is not available: ", dlerror()));
}

class GrpcServer final : public Server {
 public:
  GrpcServer(std::unique_ptr<storage::Store> store, const ServerOptions& options)
      : store_(std::move(store)),
        backend_{*store_},
        histories_(*store_, options.compute_threads),
        pool_(options.compute_threads, options.compute_queue < 0 ? (options.compute_threads + 1) / 2
                                                                 : options.compute_queue),
        engine_{histories_, pool_},
        services_(MakeResourceServices(backend_)) {
    services_.push_back(MakeForecastService(backend_, engine_, models_));
    services_.push_back(MakeBacktestService(backend_, engine_));
    services_.push_back(MakeScenarioService(backend_, engine_, models_));
    services_.push_back(MakePlanningService(backend_, engine_, models_));
    services_.push_back(MakeImportService(backend_));
    for (auto& service : MakeMetricsServices(backend_, engine_, models_)) {
      services_.push_back(std::move(service));
    }
  }
  ~GrpcServer() override { Drain(absl::Seconds(5)); }

  absl::Status Listen(const std::string& listen) {
    const size_t colon = listen.rfind(':');
    if (colon == std::string::npos || colon + 1 == listen.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the address to listen on must be HOST:PORT; got \"", listen, "\""));
    }
    grpc::ServerBuilder builder;
    SetArguments(builder);
    int port = 0;
    builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
    for (const auto& service : services_) builder.RegisterService(service.get());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("cannot listen on ", listen,
                       ": the port is taken, or the host is not one "
                       "of this machine"));
    }
    address_ = absl::StrCat(listen.substr(0, colon), ":", port);
    server_->GetHealthCheckService()->SetServingStatus(true);
    return absl::OkStatus();
  }

  std::string address() const override { return address_; }

  void Drain(absl::Duration grace) override {
    if (server_ == nullptr || backend_.draining.exchange(true)) return;
    server_->GetHealthCheckService()->SetServingStatus(false);
    server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
    server_->Wait();
  }

 private:
  // In the order in which they lean on each other.
  const std::unique_ptr<storage::Store> store_;
  Backend backend_;
  HistoryCache histories_;
  ModelCache models_;
  ComputePool pool_;
  handlers::Engine engine_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  if (options.reflection) {
    const absl::Status loaded = LoadReflection();
    if (!loaded.ok()) return loaded;
  }
  storage::SqliteStoreOptions store_options;
  store_options.folder = options.data;
  store_options.on_io_error = [](const absl::Status& error) {
    spdlog::critical("the store can no longer be trusted, so the server ends: {}",
                     error.ToString());
    spdlog::default_logger()->flush();
  };
  auto store = storage::OpenSqliteStore(std::move(store_options));
  if (!store.ok()) return store.status();
  grpc::EnableDefaultHealthCheckService(true);
  auto server = std::make_unique<GrpcServer>(*std::move(store), options);
  const absl::Status listening = server->Listen(options.listen);
  if (!listening.ok()) return listening;
  return server;
}

}  // namespace quotacast
