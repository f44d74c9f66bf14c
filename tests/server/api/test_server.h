#ifndef QUOTACAST_TESTS_SERVER_API_TEST_SERVER_H_
#define QUOTACAST_TESTS_SERVER_API_TEST_SERVER_H_

// A real server in this process, over SQLite in a folder of its own, and a channel to it.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "quotacast/v1/activity_service.grpc.pb.h"
#include "quotacast/v1/opportunity_service.grpc.pb.h"
#include "quotacast/v1/organization_service.grpc.pb.h"
#include "quotacast/v1/pipeline_service.grpc.pb.h"
#include "quotacast/v1/quota_service.grpc.pb.h"
#include "quotacast/v1/rep_service.grpc.pb.h"
#include "quotacast/v1/team_service.grpc.pb.h"
#include "server/server.h"

namespace quotacast {

class TestServer : public testing::Test {
 protected:
  explicit TestServer(ServerOptions options = {});
  ~TestServer() override;

  // Stops the server and starts it again on the same folder.
  void Restart();

  // An organization "acme" (EUR, Europe/Amsterdam), a rep "r1", a pipeline "p" with the stages
  // lead and offer (open), won, lost.
  void MakeCompany();

  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  Server& server() { return *server_; }

  std::unique_ptr<v1::OrganizationService::Stub> organizations_;
  std::unique_ptr<v1::TeamService::Stub> teams_;
  std::unique_ptr<v1::RepService::Stub> reps_;
  std::unique_ptr<v1::PipelineService::Stub> pipelines_;
  std::unique_ptr<v1::QuotaService::Stub> quotas_;
  std::unique_ptr<v1::OpportunityService::Stub> opportunities_;
  std::unique_ptr<v1::ActivityService::Stub> activities_;

 private:
  void Start();

  ServerOptions options_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// Calls `(stub.*method)(request)` and returns the status; the response goes to `response`.
template <typename Stub, typename Request, typename Response>
grpc::Status Call(Stub& stub,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response& response) {
  grpc::ClientContext context;
  return (stub.*method)(&context, request, &response);
}

// The detail of type Detail in the status, or nothing.
template <typename Detail>
std::optional<Detail> DetailOf(const grpc::Status& status) {
  google::rpc::Status proto;
  if (!proto.ParseFromString(status.error_details())) return std::nullopt;
  for (const auto& any : proto.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

// The reason of the ErrorInfo; its domain must be ours.
std::string ReasonOf(const grpc::Status& status);
// The fields of the BadRequest, joined by ", ".
std::string FieldsOf(const grpc::Status& status);

}  // namespace quotacast

#endif  // QUOTACAST_TESTS_SERVER_API_TEST_SERVER_H_
