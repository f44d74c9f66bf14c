// What a server does under ten times the forecasts it can compute, and light calls beside them:
//
//   admission_load HOST:PORT ORGANIZATION [SECONDS]
//
// Three phases of SECONDS (default 10): forecasts one after the other; a storm of forecasts that
// are sent at ten times the rate that two callers reached before, whether others are answered or
// not; and five seconds after its end, forecasts one after the other again. Light calls are sent
// every 10 ms all the while. Prints the times of each.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "quotacast/v1/forecast_service.grpc.pb.h"
#include "quotacast/v1/organization_service.grpc.pb.h"

namespace quotacast {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Times of calls, in milliseconds. Thread-safe.
class Times {
 public:
  void Add(double milliseconds) {
    const std::lock_guard<std::mutex> lock(mutex_);
    times_.push_back(milliseconds);
  }
  size_t count() const { return times_.size(); }
  double Quantile(double level) {
    if (times_.empty()) return 0;
    std::sort(times_.begin(), times_.end());
    return times_[static_cast<size_t>(level * static_cast<double>(times_.size() - 1))];
  }

 private:
  std::mutex mutex_;
  std::vector<double> times_;
};

struct Phase {
  Times forecasts, refusals, light;
  std::atomic<int> other_errors = 0, refusals_without_retry_info = 0;
};

bool HasRetryInfo(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return false;
  return std::any_of(details.details().begin(), details.details().end(), [](const auto& detail) {
    return detail.template Is<google::rpc::RetryInfo>();
  });
}

class Load {
 public:
  Load(const std::string& address, const std::string& organization)
      : address_(address), name_("organizations/" + organization) {}

  // A channel for each caller, as many people would have.
  std::shared_ptr<grpc::Channel> Channel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(-1);
    return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
  }

  void Forecast(v1::ForecastService::Stub& stub, Phase& phase) const {
    v1::ForecastAttainmentRequest request;
    request.set_parent(name_);
    v1::ForecastAttainmentResponse response;
    grpc::ClientContext context;
    const Clock::time_point start = Clock::now();
    const grpc::Status status = stub.ForecastAttainment(&context, request, &response);
    const double milliseconds = MillisecondsSince(start);
    if (status.ok()) {
      phase.forecasts.Add(milliseconds);
    } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      phase.refusals.Add(milliseconds);
      if (!HasRetryInfo(status)) ++phase.refusals_without_retry_info;
    } else {
      ++phase.other_errors;
    }
  }

  // Runs `body` with light calls beside it.
  template <typename Body>
  void WithLightCalls(Phase& phase, const Body& body) const {
    std::atomic<bool> done = false;
    std::thread light([&] {
      const auto stub = v1::OrganizationService::NewStub(Channel());
      v1::GetOrganizationRequest request;
      request.set_name(name_);
      while (!done) {
        v1::Organization response;
        grpc::ClientContext context;
        const Clock::time_point start = Clock::now();
        if (stub->GetOrganization(&context, request, &response).ok()) {
          phase.light.Add(MillisecondsSince(start));
        } else {
          ++phase.other_errors;
        }
        std::this_thread::sleep_until(start + std::chrono::milliseconds(10));
      }
    });
    body();
    done = true;
    light.join();
  }

  // `callers` forecasts at a time, each caller one after the other.
  void Steady(int callers, double seconds, Phase& phase) const {
    WithLightCalls(phase, [&] {
      std::vector<std::thread> threads;
      for (int i = 0; i < callers; ++i) {
        threads.emplace_back([&] {
          const auto stub = v1::ForecastService::NewStub(Channel());
          const Clock::time_point start = Clock::now();
          while (MillisecondsSince(start) < 1e3 * seconds) Forecast(*stub, phase);
        });
      }
      for (std::thread& thread : threads) thread.join();
    });
  }

  // Forecasts at a rate, from callers enough that none waits for another.
  void Storm(double per_second, double seconds, Phase& phase) const {
    constexpr int kCallers = 64;
    WithLightCalls(phase, [&] {
      std::atomic<int64_t> next = 0;
      const Clock::time_point start = Clock::now();
      std::vector<std::thread> threads;
      for (int i = 0; i < kCallers; ++i) {
        threads.emplace_back([&] {
          const auto stub = v1::ForecastService::NewStub(Channel());
          while (true) {
            const double at = static_cast<double>(next++) / per_second;
            if (at > seconds) return;
            std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(
                                                      std::chrono::duration<double>(at)));
            Forecast(*stub, phase);
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
    });
  }

 private:
  const std::string address_, name_;
};

void Print(const char* name, double seconds, Phase& phase) {
  std::printf(
      "%-9s %6.1f forecasts/s, p50 %6.1f ms, p99 %6.1f ms; %6.1f refused/s, p99 %5.1f ms; light "
      "p50 %4.1f ms, p99 %4.1f ms; %d other errors, %d refusals without RetryInfo\n",
      name, static_cast<double>(phase.forecasts.count()) / seconds, phase.forecasts.Quantile(.5),
      phase.forecasts.Quantile(.99), static_cast<double>(phase.refusals.count()) / seconds,
      phase.refusals.Quantile(.99), phase.light.Quantile(.5), phase.light.Quantile(.99),
      phase.other_errors.load(), phase.refusals_without_retry_info.load());
  std::fflush(stdout);
}

int Run(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::fprintf(stderr, "usage: admission_load HOST:PORT ORGANIZATION [SECONDS]\n");
    return 2;
  }
  const Load load(argv[1], argv[2]);
  const double seconds = argc > 3 ? std::atof(argv[3]) : 10;
  Phase warm, alone, two, storm, after;
  load.Steady(1, 1, warm);
  load.Steady(1, seconds, alone);
  Print("unloaded", seconds, alone);
  load.Steady(2, seconds, two);
  Print("two", seconds, two);
  const double capacity = static_cast<double>(two.forecasts.count()) / seconds;
  load.Storm(10 * capacity, seconds, storm);
  Print("storm", seconds, storm);
  std::this_thread::sleep_for(std::chrono::seconds(5));
  load.Steady(1, seconds, after);
  Print("after", seconds, after);
  std::printf("admitted p99 / unloaded p99: %.2f\n",
              storm.forecasts.Quantile(.99) / alone.forecasts.Quantile(.99));
  return 0;
}

}  // namespace
}  // namespace quotacast

int main(int argc, char** argv) { return quotacast::Run(argc, argv); }
