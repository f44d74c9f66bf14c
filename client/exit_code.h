#ifndef QUOTACAST_CLIENT_EXIT_CODE_H_
#define QUOTACAST_CLIENT_EXIT_CODE_H_

// Exit statuses that scripts rely on, and errors in words.

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/status/status.h"

namespace quotacast::client {

enum ExitCode : int {
  kDone = 0,
  kFailure = 1,
  kUsage = 2,
  kNotFound = 3,
  kNotPermitted = 4,
  kConflict = 5,
  kRejected = 6,     // Rejected input, or a precondition that does not hold.
  kUnavailable = 7,  // Overloaded or unavailable: worth a retry.
  kDeadline = 8,
  kInterrupted = 130,
};

// CANCELLED is kInterrupted where a signal came, else kFailure.
ExitCode ExitCodeOf(const grpc::Status& status);
ExitCode ExitCodeOf(const absl::Status& status);

// The message of the status and what its google.rpc details add to it: further fields that are
// wrong, and when to try again. May have several lines; no line end.
std::string Explain(const grpc::Status& status);

// The reason of the status's google.rpc.ErrorInfo, such as NO_QUOTA; empty where there is none.
std::string ReasonOf(const grpc::Status& status);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_EXIT_CODE_H_
