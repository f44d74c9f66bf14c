#ifndef QUOTACAST_SERVER_SERVICES_STATUS_H_
#define QUOTACAST_SERVER_SERVICES_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace quotacast {

// The same code and message; the payloads become the details of a google.rpc.Status in
// error_details().
grpc::Status ToGrpcStatus(const absl::Status& status);

// Writes an error that is nobody's but ours (INTERNAL, UNKNOWN, DATA_LOSS) to the log.
void LogIfInternal(const absl::Status& status);

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_SERVICES_STATUS_H_
