// quotacastd: the server as a program.

#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "server/server.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

// Blocks the signals in this thread and all it starts, so that only WaitForSignal takes them.
sigset_t BlockSignals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void WaitForSignal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
}

}  // namespace

int main(int argc, char** argv) {
  quotacast::ServerOptions options;
  options.compute_threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  int drain_seconds = 30;

  CLI::App app("Keeps a company's sales process and says how likely its quotas are to be hit.",
               "quotacastd");
  app.add_option("--data", options.data, "Folder that holds everything; made if it is not there")
      ->required();
  app.add_option("--listen", options.listen, "HOST:PORT to serve on; port 0 picks a free one")
      ->capture_default_str();
  app.add_option("--compute-threads", options.compute_threads,
                 "Computations that run at a time; default the cores")
      ->envname("QUOTACAST_COMPUTE_THREADS")
      ->check(CLI::Range(1, 1024));
  app.add_option(
         "--compute-queue", options.compute_queue,
         "Computations that may wait; more are refused at once, with the time to try again. "
         "Default half as many as run at a time, so that none waits longer than it runs")
      ->check(CLI::Range(0, 100'000));
  app.add_option("--drain-seconds", drain_seconds,
                 "How long calls under way may go on after SIGTERM before they are cancelled")
      ->capture_default_str()
      ->check(CLI::Range(0, 3'600));
  app.add_flag("--reflection", options.reflection, "Lets gRPC tools ask what the API is");
  app.set_version_flag("--version", std::string("quotacastd ") + QUOTACAST_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }

  spdlog::set_default_logger(spdlog::stderr_logger_mt("quotacastd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  const sigset_t signals = BlockSignals();
  auto server = quotacast::Server::Start(options);
  if (!server.ok()) {
    spdlog::error("{}", std::string(server.status().message()));
    return kExitFailure;
  }
  std::printf("listening on %s\n", (*server)->address().c_str());
  std::fflush(stdout);
  spdlog::info("serving {} from {}", (*server)->address(), options.data);

  WaitForSignal(signals);
  spdlog::info("draining");
  (*server)->Drain(absl::Seconds(drain_seconds));
  server->reset();
  spdlog::info("stopped");
  return 0;
}
