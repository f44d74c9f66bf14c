#ifndef QUOTACAST_TESTS_CLIENT_PROGRAM_H_
#define QUOTACAST_TESTS_CLIENT_PROGRAM_H_

// The real programs as processes: `quotacast` run to its end, `quotacastd` in the background.

#include <sys/types.h>

#include <string>
#include <vector>

namespace quotacast::client {

struct Output {
  int exit_code = -1;  // 128 + N where signal N ended the process.
  std::string out;
  std::string err;
};

// Runs `quotacast` with the arguments, and with `environment` ("NAME=value") added to a plain one,
// and waits for its end.
Output RunClient(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment = {});

// As RunClient, but sends SIGINT once the program has run for `milliseconds`.
Output RunClientAndInterrupt(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment, int milliseconds);

// A `quotacastd` of its own on a free port and a data folder.
class ServerProcess {
 public:
  // Starts it and waits until it serves. Fails the test where it does not within 30 s.
  explicit ServerProcess(const std::string& data_folder);
  ~ServerProcess();  // Kills it if it still runs.
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }

  // Sends SIGTERM and returns the exit status.
  int Stop();

 private:
  pid_t pid_ = -1;
  std::string address_;
};

// A new folder of its own, below the test's temporary one.
std::string NewFolder(const std::string& name);

}  // namespace quotacast::client

#endif  // QUOTACAST_TESTS_CLIENT_PROGRAM_H_
