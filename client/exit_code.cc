#include "client/exit_code.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/connection.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace quotacast::client {
namespace {

// Calls `use` with each detail of the type.
template <typename Detail, typename Use>
void ForEach(const google::rpc::Status& status, Use use) {
  for (const google::protobuf::Any& any : status.details()) {
    Detail detail;
    if (any.Is<Detail>() && any.UnpackTo(&detail)) use(detail);
  }
}

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) details.Clear();
  return details;
}

void AddLine(absl::string_view line, std::string& text) {
  // The message often says it already.
  if (!absl::StrContains(text, line)) absl::StrAppend(&text, "\n  ", line);
}

}  // namespace

ExitCode ExitCodeOf(const grpc::Status& status) {
  return ExitCodeOf(absl::Status(static_cast<absl::StatusCode>(status.error_code()), ""));
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kDone;
    case absl::StatusCode::kNotFound:
      return kNotFound;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return kNotPermitted;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return kConflict;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return kRejected;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
      return kUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return kDeadline;
    case absl::StatusCode::kCancelled:
      return Interrupted() ? kInterrupted : kFailure;
    default:
      return kFailure;
  }
}

std::string Explain(const grpc::Status& status) {
  std::string text = status.error_message();
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    text = "the server does not know this request; it is older than this client";
  }
  if (text.empty()) text = absl::StrCat("status ", static_cast<int>(status.error_code()));
  const google::rpc::Status details = DetailsOf(status);
  ForEach<google::rpc::BadRequest>(details, [&](const google::rpc::BadRequest& bad) {
    for (const auto& violation : bad.field_violations()) {
      if (!absl::StrContains(text, violation.description())) {
        AddLine(absl::StrCat(violation.field(), " ", violation.description()), text);
      }
    }
  });
  ForEach<google::rpc::PreconditionFailure>(details,
                                            [&](const google::rpc::PreconditionFailure& failure) {
                                              for (const auto& violation : failure.violations())
                                                AddLine(violation.description(), text);
                                            });
  ForEach<google::rpc::RetryInfo>(details, [&](const google::rpc::RetryInfo& retry) {
    const absl::Duration delay = absl::Seconds(retry.retry_delay().seconds()) +
                                 absl::Nanoseconds(retry.retry_delay().nanos());
    AddLine(absl::StrCat("try again in ", absl::FormatDuration(delay)), text);
  });
  return text;
}

std::string ReasonOf(const grpc::Status& status) {
  std::string reason;
  ForEach<google::rpc::ErrorInfo>(
      DetailsOf(status), [&](const google::rpc::ErrorInfo& info) { reason = info.reason(); });
  return reason;
}

}  // namespace quotacast::client
