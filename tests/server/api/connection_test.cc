// What a connection meets: health, deadlines, cancellation, garbage, drain.
#include <arpa/inet.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "quotacast/v1/forecast_service.grpc.pb.h"
#include "quotacast/v1/import_service.grpc.pb.h"
#include "tests/server/api/test_server.h"

namespace quotacast {
namespace {

using grpc::StatusCode;

class ConnectionTest : public TestServer {
 protected:
  // Sends `bytes` as the request of `method`.
  grpc::Status SendBytes(const std::string& method, const std::string& bytes,
                         std::string* answer = nullptr) {
    grpc::GenericStub stub(channel());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::Status status;
    auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    if (answer != nullptr && response.Valid()) {
      grpc::Slice single;
      if (response.DumpToSingleSlice(&single).ok()) {
        answer->assign(reinterpret_cast<const char*>(single.begin()), single.size());
      }
    }
    return status;
  }
  // Whether the server answers.
  bool Lives() {
    v1::ListOrganizationsResponse response;
    return Call(*organizations_, &v1::OrganizationService::Stub::ListOrganizations,
                v1::ListOrganizationsRequest(), response)
        .ok();
  }
};

TEST_F(ConnectionTest, HealthSaysServing) {
  std::string answer;
  ASSERT_TRUE(SendBytes("/grpc.health.v1.Health/Check", "", &answer).ok());
  EXPECT_EQ(answer, "\x08\x01") << "field 1, status: SERVING";
}

TEST_F(ConnectionTest, ADeadlineThatHasPassedIsHonoured) {
  MakeCompany();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() - std::chrono::seconds(1));
  auto stub = v1::ForecastService::NewStub(channel());
  v1::ForecastAttainmentRequest request;
  request.set_parent("organizations/acme");
  v1::ForecastAttainmentResponse response;
  EXPECT_EQ(stub->ForecastAttainment(&context, request, &response).error_code(),
            StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(ConnectionTest, AnImportEndsWhenItsCallerCancels) {
  MakeCompany();
  auto stub = v1::ImportService::NewStub(channel());
  grpc::ClientContext context;
  auto stream = stub->Import(&context);
  v1::ImportRequest header;
  header.mutable_header()->set_parent("organizations/acme");
  ASSERT_TRUE(stream->Write(header));
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), StatusCode::CANCELLED);
  // Drain waits for every call to end, so it returns only if the import has.
  server().Drain(absl::InfiniteDuration());
}

TEST_F(ConnectionTest, DrainLetsCallsFinishAndTakesNoMore) {
  MakeCompany();
  auto stub = v1::ImportService::NewStub(channel());
  grpc::ClientContext context;
  auto stream = stub->Import(&context);
  v1::ImportRequest header;
  header.mutable_header()->set_parent("organizations/acme");
  ASSERT_TRUE(stream->Write(header));
  v1::ImportRequest batch;
  batch.mutable_batch()->set_sequence(1);
  batch.mutable_batch()->mutable_rep_rows()->add_rows()->set_rep_id("r2");
  ASSERT_TRUE(stream->Write(batch));
  v1::ImportResponse response;
  ASSERT_TRUE(stream->Read(&response));
  std::thread drain([this] { server().Drain(absl::Seconds(60)); });
  // The next batch that arrives after the drain has begun is refused.
  grpc::Status status;
  for (int64_t sequence = 2;; ++sequence) {
    batch.mutable_batch()->set_sequence(sequence);
    if (!stream->Write(batch) || !stream->Read(&response)) {
      status = stream->Finish();
      break;
    }
  }
  drain.join();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
  EXPECT_FALSE(Lives());
}

TEST_F(ConnectionTest, BytesThatAreNoMessageAreRefused) {
  MakeCompany();
  std::mt19937 random(7);
  const char* methods[] = {"/quotacast.v1.ForecastService/ForecastAttainment",
                           "/quotacast.v1.OpportunityService/CreateOpportunity",
                           "/quotacast.v1.QuotaService/CreateQuota",
                           "/quotacast.v1.PipelineService/UpdatePipeline",
                           "/quotacast.v1.TeamService/ListTeams",
                           "/quotacast.v1.ImportService/Import",
                           "/quotacast.v1.BacktestService/RunBacktest"};
  for (int i = 0; i < 700; ++i) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const grpc::Status status = SendBytes(methods[i % std::size(methods)], bytes);
    EXPECT_NE(status.error_code(), StatusCode::UNAVAILABLE) << "the server has died";
  }
  EXPECT_TRUE(Lives());
}

TEST_F(ConnectionTest, BytesThatAreNoHttpAreRefused) {
  const std::string address = server().address();
  int port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
  std::mt19937 random(11);
  for (int i = 0; i < 20; ++i) {
    const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in server_address{};
    server_address.sin_family = AF_INET;
    server_address.sin_port = htons(static_cast<uint16_t>(port));
    inet_pton(AF_INET, "127.0.0.1", &server_address.sin_addr);
    ASSERT_EQ(
        connect(socket_fd, reinterpret_cast<sockaddr*>(&server_address), sizeof(server_address)),
        0);
    std::string bytes = i % 2 == 0 ? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" : "";
    for (int j = 0; j < 500; ++j) bytes.push_back(static_cast<char>(random()));
    // The server may close before all is sent.
    (void)!send(socket_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    close(socket_fd);
  }
  EXPECT_TRUE(Lives());
}

TEST_F(ConnectionTest, AnUnknownMethodIsUnimplemented) {
  EXPECT_EQ(SendBytes("/quotacast.v1.TeamService/Nonsense", "").error_code(),
            StatusCode::UNIMPLEMENTED);
}

TEST_F(ConnectionTest, TwoServersDoNotShareAPort) {
  ServerOptions options;
  std::string folder = testing::TempDir() + "quotacast_port_XXXXXX";
  options.data = mkdtemp(folder.data());
  options.listen = server().address();
  const auto second = Server::Start(options);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace quotacast
