#ifndef QUOTACAST_SERVER_ERRORS_H_
#define QUOTACAST_SERVER_ERRORS_H_

// Every kind of error that the API returns. The details of google.rpc travel as payloads of the
// status, under the type URLs by which ToGrpcStatus (services/status.h) hands them on. Every error
// has an ErrorInfo with the domain "quotacast" and the reason named here.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace quotacast::errors {

// INVALID_ARGUMENT, reason INVALID_FIELD: `field` is a path in the request such as "rep.team";
// `what` goes on after it: "must be > 0; got -5".
absl::Status InvalidField(absl::string_view field, absl::string_view what);

// Collects what is wrong with a request, so that a caller learns all of it at once.
class FieldErrors {
 public:
  void Add(absl::string_view field, absl::string_view what);
  // Adds the field violations of an InvalidField or FieldErrors status; OK adds nothing.
  void Add(const absl::Status& status);
  bool empty() const { return violations_.empty(); }
  // OK if nothing was added.
  absl::Status ToStatus() const;

 private:
  struct Violation {
    std::string field, what;
  };
  std::vector<Violation> violations_;
};

// `type` is that of google.api.resource, such as "quotacast/Rep"; `name` a resource name.
// NOT_FOUND, reason RESOURCE_NOT_FOUND, with ResourceInfo.
absl::Status NotFound(absl::string_view type, absl::string_view name);

// Gives the status of a store call on a resource the details that go with its code (reasons
// RESOURCE_NOT_FOUND, RESOURCE_EXISTS, ETAG_MISMATCH, RESOURCE_STATE, STORAGE_FULL); the message
// stays. A status that has details is left alone.
absl::Status Describe(const absl::Status& status, absl::string_view type, absl::string_view name);

// FAILED_PRECONDITION with PreconditionFailure. `reason` is for programs: NO_QUOTA,
// NO_HISTORY, PERIOD_OVER.
absl::Status Precondition(absl::string_view reason, absl::string_view subject,
                          absl::string_view message);

// INVALID_ARGUMENT, reason BAD_ROWS: ends an import after a batch that was refused.
absl::Status BadRows(int64_t sequence, int64_t bad_count);

// RESOURCE_EXHAUSTED, reason TOO_BUSY, with RetryInfo.
absl::Status TooBusy(absl::Duration retry_after);

// UNAVAILABLE, reason SHUTTING_DOWN, with RetryInfo.
absl::Status ShuttingDown();

// The reason of the ErrorInfo; empty where there is none.
std::string Reason(const absl::Status& status);

}  // namespace quotacast::errors

#endif  // QUOTACAST_SERVER_ERRORS_H_
