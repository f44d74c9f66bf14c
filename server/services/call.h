#ifndef QUOTACAST_SERVER_SERVICES_CALL_H_
#define QUOTACAST_SERVER_SERVICES_CALL_H_

// What every call passes through on its way to a handler.

#include <grpcpp/server_context.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "server/errors.h"
#include "server/handlers/request.h"
#include "server/services/status.h"
#include "server/storage/store.h"

namespace quotacast {

// What services share. Outlives them.
struct Backend {
  storage::Store& store;
  std::atomic<bool> draining = false;  // Set when the server stops taking calls.
};

// Whether a call is cancelled, as of at most 2 ms ago: gRPC takes a lock to say so, which several
// threads that ask all the time would wait for. Thread-safe.
class CancelPoll {
 public:
  explicit CancelPoll(grpc::ServerContext* call) : call_(call) {}
  bool operator()() {
    if (cancelled_.load(std::memory_order_relaxed)) return true;
    const int64_t now_ns = absl::GetCurrentTimeNanos();
    if (now_ns < next_ns_.load(std::memory_order_relaxed)) return false;
    next_ns_.store(now_ns + 2'000'000, std::memory_order_relaxed);
    if (call_->IsCancelled()) cancelled_.store(true, std::memory_order_relaxed);
    return cancelled_.load(std::memory_order_relaxed);
  }

 private:
  grpc::ServerContext* const call_;
  std::atomic<int64_t> next_ns_ = 0;
  std::atomic<bool> cancelled_ = false;
};

// Who asks, and a `cancelled` that is true once the caller has gone or its deadline has passed
// (gRPC cancels the call then).
inline handlers::Context MakeContext(Backend& backend, grpc::ServerContext* call) {
  const auto poll = std::make_shared<CancelPoll>(call);
  return {backend.store, /*principal=*/"", [poll] { return (*poll)(); }};
}

// Runs `function`, which returns absl::Status, unless the call is not to be begun. No exception
// leaves it.
template <typename Function>
grpc::Status Guard(Backend& backend, grpc::ServerContext* call, Function function) {
  if (backend.draining.load(std::memory_order_relaxed)) {
    return ToGrpcStatus(errors::ShuttingDown());
  }
  if (call->IsCancelled()) return grpc::Status(grpc::StatusCode::CANCELLED, "cancelled");
  try {
    const absl::Status status = function();
    LogIfInternal(status);
    return ToGrpcStatus(status);
  } catch (const std::bad_alloc&) {
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "the server is out of memory");
  } catch (const std::exception& error) {
    const absl::Status status = absl::InternalError(error.what());
    LogIfInternal(status);
    return ToGrpcStatus(status);
  }
}

// A unary call.
template <typename Request, typename Response>
grpc::Status Serve(Backend& backend, grpc::ServerContext* call, const Request& request,
                   Response& response,
                   absl::StatusOr<Response> (*handler)(const handlers::Context&, const Request&)) {
  return Guard(backend, call, [&]() -> absl::Status {
    absl::StatusOr<Response> result = handler(MakeContext(backend, call), request);
    if (!result.ok()) return result.status();
    response = *std::move(result);
    return absl::OkStatus();
  });
}

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVICES_CALL_H_
