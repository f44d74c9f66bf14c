// quotacastd as a process: flags, start, refusals, drain.
#include <fcntl.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "quotacast/v1/organization_service.grpc.pb.h"

extern char** environ;

namespace quotacast {
namespace {

// The program, with its output in a pipe and its log in a file.
class Program {
 public:
  Program(const std::string& log, std::vector<std::string> arguments) : log_(log) {
    arguments.insert(arguments.begin(), QUOTACASTD_PATH);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    int pipe_ends[2];
    EXPECT_EQ(pipe(pipe_ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    output_ = fdopen(pipe_ends[0], "r");
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait();
    }
    fclose(output_);
  }

  // Its next line of output; empty at the end.
  std::string Line() {
    std::string line;
    for (int c = fgetc(output_); c != EOF && c != '\n'; c = fgetc(output_)) {
      line.push_back(static_cast<char>(c));
    }
    return line;
  }
  // HOST:PORT once it serves.
  std::string Address() {
    const std::string line = Line();
    const std::string prefix = "listening on ";
    EXPECT_EQ(line.substr(0, prefix.size()), prefix) << Log();
    return line.substr(std::min(line.size(), prefix.size()));
  }
  void Signal(int signal) { kill(pid_, signal); }
  // Its exit status, or -signal.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string Log() const {
    std::ostringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }

 private:
  const std::string log_;
  pid_t pid_ = 0;
  FILE* output_ = nullptr;
};

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() {
    std::string folder = testing::TempDir() + "quotacastd_XXXXXX";
    folder_ = mkdtemp(folder.data());
  }
  ~ProcessTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> Arguments(const std::string& data) {
    return {"--data", folder_ + "/" + data, "--listen", "127.0.0.1:0"};
  }
  std::string Log(const std::string& name) { return folder_ + "/" + name + ".log"; }

  std::string folder_;
};

grpc::Status CreateOrganization(const std::string& address) {
  auto stub = v1::OrganizationService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  v1::CreateOrganizationRequest request;
  request.set_organization_id("acme");
  request.mutable_organization()->set_currency_code("EUR");
  request.mutable_organization()->set_time_zone("UTC");
  grpc::ClientContext context;
  v1::Organization response;
  return stub->CreateOrganization(&context, request, &response);
}

TEST_F(ProcessTest, ServesDrainsAndKeepsWhatItAcknowledged) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Program program(Log("a"), Arguments("store"));
    const grpc::Status status = CreateOrganization(program.Address());
    EXPECT_EQ(status.error_code(),
              signal == SIGTERM ? grpc::StatusCode::OK : grpc::StatusCode::ALREADY_EXISTS);
    program.Signal(signal);
    EXPECT_EQ(program.Wait(), 0) << program.Log();
  }
}

TEST_F(ProcessTest, KeepsWhatItAcknowledgedWhenKilled) {
  {
    Program program(Log("a"), Arguments("store"));
    EXPECT_TRUE(CreateOrganization(program.Address()).ok());
    program.Signal(SIGKILL);
    EXPECT_EQ(program.Wait(), -SIGKILL);
  }
  Program program(Log("b"), Arguments("store"));
  EXPECT_EQ(CreateOrganization(program.Address()).error_code(), grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(ProcessTest, RefusesAFolderThatIsInUse) {
  Program first(Log("a"), Arguments("store"));
  first.Address();
  Program second(Log("b"), Arguments("store"));
  EXPECT_EQ(second.Line(), "");
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_NE(second.Log().find("store"), std::string::npos) << second.Log();
}

TEST_F(ProcessTest, RefusesAPortThatIsTaken) {
  Program first(Log("a"), Arguments("store"));
  const std::string address = first.Address();
  Program second(Log("b"), {"--data", folder_ + "/other", "--listen", address});
  EXPECT_EQ(second.Line(), "");
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_NE(second.Log().find("cannot listen on " + address), std::string::npos) << second.Log();
}

TEST_F(ProcessTest, RefusesAFolderItCannotWrite) {
  Program program(Log("a"), {"--data", "/proc/nowhere/store", "--listen", "127.0.0.1:0"});
  EXPECT_EQ(program.Line(), "");
  EXPECT_EQ(program.Wait(), 1);
  EXPECT_NE(program.Log().find("/proc/nowhere/store"), std::string::npos) << program.Log();
}

TEST_F(ProcessTest, UsageErrors) {
  EXPECT_EQ(Program(Log("a"), {}).Wait(), 2);
  EXPECT_EQ(Program(Log("b"), {"--data", folder_, "--compute-threads", "0"}).Wait(), 2);
  EXPECT_EQ(Program(Log("c"), {"--data", folder_, "--nonsense"}).Wait(), 2);
  EXPECT_EQ(Program(Log("d"), {"--data", folder_ + "/x", "--listen", "nowhere"}).Wait(), 1);
  EXPECT_EQ(Program(Log("e"), {"--help"}).Wait(), 0);
}

// Calls a method that exists only with reflection.
grpc::StatusCode AskReflection(const std::string& address) {
  auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(reinterpret_cast<void*>(1));
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  call->WritesDone(reinterpret_cast<void*>(2));
  queue.Next(&tag, &ok);
  grpc::Status status;
  call->Finish(&status, reinterpret_cast<void*>(3));
  queue.Next(&tag, &ok);
  queue.Shutdown();
  return status.error_code();
}

TEST_F(ProcessTest, ReflectionIsBehindAFlag) {
  {
    Program program(Log("a"), Arguments("store"));
    EXPECT_EQ(AskReflection(program.Address()), grpc::StatusCode::UNIMPLEMENTED);
  }
  std::vector<std::string> arguments = Arguments("store");
  arguments.push_back("--reflection");
  Program program(Log("b"), arguments);
  EXPECT_EQ(AskReflection(program.Address()), grpc::StatusCode::OK) << program.Log();
}

}  // namespace
}  // namespace quotacast
