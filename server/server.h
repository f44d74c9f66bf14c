#ifndef QUOTACAST_SERVER_SERVER_H_
#define QUOTACAST_SERVER_SERVER_H_

// The whole server in one object: the store in a folder, the services over it, and the port.

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quotacast {

struct ServerOptions {
  std::string data;                       // Folder of the store; made where it is missing.
  std::string listen = "127.0.0.1:7420";  // HOST:PORT, port 0: a free one.
  int compute_threads = 1;                // >= 1; see ComputePool.
  int compute_queue = -1;   // Computations that may wait beyond those that run; -1: half as many.
  bool reflection = false;  // Whether gRPC tools may ask what the API is.
};

// Thread-safe.
class Server {
 public:
  // Opens the store and serves. FAILED_PRECONDITION if the folder cannot be used or the address not
  // be listened on; INVALID_ARGUMENT for an address without a port.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);

  // Drains for up to five seconds if that was not done.
  virtual ~Server() = default;

  // HOST:PORT, with the port that was picked.
  virtual std::string address() const = 0;

  // Takes no more calls and waits until those under way are done; after `grace` they are cancelled.
  virtual void Drain(absl::Duration grace) = 0;
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVER_H_
