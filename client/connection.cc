#include "client/connection.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <set>
#include <thread>

namespace quotacast::client {
namespace {

constexpr int kInterruptedExit = 130;

struct Calls {
  std::mutex mutex;
  std::set<grpc::ClientContext*> under_way;
  bool interrupted = false;
};

// Never destroyed: the waiting thread outlives main.
Calls& AllCalls() {
  static auto& calls = *new Calls;
  return calls;
}

void WaitForSignals(sigset_t signals) {
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    Calls& calls = AllCalls();
    const std::lock_guard lock(calls.mutex);
    if (calls.interrupted || calls.under_way.empty()) _exit(kInterruptedExit);
    calls.interrupted = true;
    for (grpc::ClientContext* call : calls.under_way) call->TryCancel();
  }
}

}  // namespace

void InstallInterruptHandler() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  // A handler could not cancel a call, which takes locks; a thread that waits can.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread(WaitForSignals, signals).detach();
}

bool Interrupted() {
  Calls& calls = AllCalls();
  const std::lock_guard lock(calls.mutex);
  return calls.interrupted;
}

CallContext::CallContext(absl::Duration timeout) {
  if (timeout != absl::InfiniteDuration()) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  }
  Calls& calls = AllCalls();
  const std::lock_guard lock(calls.mutex);
  calls.under_way.insert(&context_);
  if (calls.interrupted) context_.TryCancel();
}

CallContext::~CallContext() {
  Calls& calls = AllCalls();
  const std::lock_guard lock(calls.mutex);
  calls.under_way.erase(&context_);
}

Connection::Connection(const std::string& address, absl::Duration timeout) : timeout_(timeout) {
  grpc::ChannelArguments arguments;
  // Answers may be longer than the usual 4 MiB: the forecasts of some thousand reps.
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace quotacast::client
