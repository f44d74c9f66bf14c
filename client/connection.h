#ifndef QUOTACAST_CLIENT_CONNECTION_H_
#define QUOTACAST_CLIENT_CONNECTION_H_

// A connection to the server, and calls over it that Ctrl-C ends.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace quotacast::client {

// Makes SIGINT and SIGTERM cancel the calls that are under way, and end the process with status 130
// at once where there is none, or at the second signal. Call it first in main, before any thread is
// started.
void InstallInterruptHandler();

// Whether a signal came.
bool Interrupted();

// The context of one call, which a signal cancels.
class CallContext {
 public:
  // An infinite timeout means no deadline.
  explicit CallContext(absl::Duration timeout);
  ~CallContext();
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  grpc::ClientContext* get() { return &context_; }

 private:
  grpc::ClientContext context_;
};

// A lazily opened channel to a server. Thread-safe as gRPC's channel is.
class Connection {
 public:
  Connection(const std::string& address, absl::Duration timeout);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  absl::Duration timeout() const { return timeout_; }

  // Calls a method of a stub, as in Call(*OrganizationService::NewStub(channel()),
  // &OrganizationService::Stub::GetOrganization, request, response).
  template <typename Stub, typename Method, typename Request, typename Response>
  grpc::Status Call(Stub& stub, Method method, const Request& request, Response& response) const {
    CallContext context(timeout_);
    return (stub.*method)(context.get(), request, &response);
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  absl::Duration timeout_;
};

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_CONNECTION_H_
