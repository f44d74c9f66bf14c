#include "tests/client/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"

namespace quotacast::client {
namespace {

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t Start(std::vector<std::string> arguments, std::vector<std::string> environment,
            const std::string& out, const std::string& err) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  constexpr int kNew = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), kNew, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), kNew, 0600);
  for (const char* name : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH"}) {
    if (const char* value = std::getenv(name)) {
      environment.push_back(absl::StrCat(name, "=", value));
    }
  }
  pid_t pid = -1;
  const int error = posix_spawn(&pid, arguments[0].c_str(), &files, nullptr,
                                Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  EXPECT_EQ(error, 0) << "cannot start " << arguments[0];
  return pid;
}

int Wait(pid_t pid) {
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string OutputPath() {
  static int count = 0;
  return absl::StrCat(testing::TempDir(), "program_", getpid(), "_", ++count);
}

Output Run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
           int interrupt_after_ms) {
  std::vector<std::string> all = {QUOTACAST_CLIENT_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const std::string path = OutputPath();
  const pid_t pid = Start(all, environment, path + ".out", path + ".err");
  if (interrupt_after_ms >= 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(interrupt_after_ms));
    kill(pid, SIGINT);
  }
  Output output;
  output.exit_code = Wait(pid);
  output.out = ReadText(path + ".out");
  output.err = ReadText(path + ".err");
  std::filesystem::remove(path + ".out");
  std::filesystem::remove(path + ".err");
  return output;
}

}  // namespace

Output RunClient(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment) {
  return Run(arguments, environment, -1);
}

Output RunClientAndInterrupt(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment, int milliseconds) {
  return Run(arguments, environment, milliseconds);
}

ServerProcess::ServerProcess(const std::string& data_folder) {
  const std::string path = OutputPath();
  pid_ = Start({QUOTACAST_SERVER_PROGRAM, "--data", data_folder, "--listen", "127.0.0.1:0"}, {},
               path + ".out", path + ".err");
  const std::string prefix = "listening on ";
  for (int i = 0; i < 3'000 && address_.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const std::string text = ReadText(path + ".out");
    const size_t at = text.find(prefix);
    const size_t end = text.find('\n', at == std::string::npos ? 0 : at);
    if (at != std::string::npos && end != std::string::npos) {
      address_ = text.substr(at + prefix.size(), end - at - prefix.size());
    }
  }
  EXPECT_FALSE(address_.empty()) << "the server did not start:\n" << ReadText(path + ".err");
}

ServerProcess::~ServerProcess() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  Wait(pid_);
}

int ServerProcess::Stop() {
  kill(pid_, SIGTERM);
  const int exit_code = Wait(pid_);
  pid_ = -1;
  return exit_code;
}

std::string NewFolder(const std::string& name) {
  const std::string folder = absl::StrCat(testing::TempDir(), "quotacast_", getpid(), "_", name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace quotacast::client
