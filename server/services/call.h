#ifndef QUOTACAST_SERVER_SERVICES_CALL_H_
#define QUOTACAST_SERVER_SERVICES_CALL_H_

// What every call passes through on its way to a handler.

#include <grpcpp/server_context.h>

#include <atomic>
#include <exception>
#include <new>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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

// Who asks, and a `cancelled` that is true once the caller has gone or its deadline has passed
// (gRPC cancels the call then).
inline handlers::Context MakeContext(Backend& backend, grpc::ServerContext* call) {
  return {backend.store, /*principal=*/"", [call] { return call->IsCancelled(); }};
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
