#include "server/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"

namespace quotacast::errors {
namespace {

template <typename Detail>
std::string TypeUrl() {
  return absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name());
}

template <typename Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <typename Detail>
bool Extract(const absl::Status& status, Detail& detail) {
  const auto payload = status.GetPayload(TypeUrl<Detail>());
  return payload && detail.ParseFromString(std::string(*payload));
}

absl::Status WithReason(absl::StatusCode code, absl::string_view message,
                        absl::string_view reason) {
  absl::Status status(code, message);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("quotacast");
  Attach(status, info);
  return status;
}

void AttachRetry(absl::Status& status, absl::Duration after) {
  google::rpc::RetryInfo retry;
  const int64_t nanos = absl::ToInt64Nanoseconds(after);
  retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  Attach(status, retry);
}

absl::string_view ReasonFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kNotFound:
      return "RESOURCE_NOT_FOUND";
    case absl::StatusCode::kAlreadyExists:
      return "RESOURCE_EXISTS";
    case absl::StatusCode::kAborted:
      return "ETAG_MISMATCH";
    case absl::StatusCode::kFailedPrecondition:
      return "RESOURCE_STATE";
    case absl::StatusCode::kResourceExhausted:
      return "STORAGE_FULL";
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_FIELD";
    default:
      return "";
  }
}

}  // namespace

absl::Status InvalidField(absl::string_view field, absl::string_view what) {
  FieldErrors errors;
  errors.Add(field, what);
  return errors.ToStatus();
}

void FieldErrors::Add(absl::string_view field, absl::string_view what) {
  violations_.push_back({std::string(field), std::string(what)});
}

void FieldErrors::Add(const absl::Status& status) {
  google::rpc::BadRequest bad;
  if (!Extract(status, bad)) return;
  for (const auto& violation : bad.field_violations()) {
    violations_.push_back({violation.field(), violation.description()});
  }
}

absl::Status FieldErrors::ToStatus() const {
  if (violations_.empty()) return absl::OkStatus();
  std::string message;
  google::rpc::BadRequest bad;
  for (const Violation& violation : violations_) {
    absl::StrAppend(&message, message.empty() ? "" : "; ", violation.field, " ", violation.what);
    auto* entry = bad.add_field_violations();
    entry->set_field(violation.field);
    entry->set_description(violation.what);
  }
  absl::Status status = WithReason(absl::StatusCode::kInvalidArgument, message, "INVALID_FIELD");
  Attach(status, bad);
  return status;
}

absl::Status NotFound(absl::string_view type, absl::string_view name) {
  return Describe(absl::NotFoundError(absl::StrCat(name, " does not exist")), type, name);
}

absl::Status Describe(const absl::Status& status, absl::string_view type, absl::string_view name) {
  const absl::string_view reason = ReasonFor(status.code());
  if (reason.empty() || !Reason(status).empty()) return status;
  absl::Status described = WithReason(status.code(), status.message(), reason);
  if (absl::IsInvalidArgument(status)) return described;
  google::rpc::ResourceInfo resource;
  resource.set_resource_type(std::string(type));
  resource.set_resource_name(std::string(name));
  resource.set_description(std::string(status.message()));
  Attach(described, resource);
  if (absl::IsFailedPrecondition(status)) {
    google::rpc::PreconditionFailure failure;
    auto* violation = failure.add_violations();
    violation->set_type(std::string(reason));
    violation->set_subject(std::string(name));
    violation->set_description(std::string(status.message()));
    Attach(described, failure);
  }
  return described;
}

absl::Status Precondition(absl::string_view reason, absl::string_view subject,
                          absl::string_view message) {
  absl::Status status = WithReason(absl::StatusCode::kFailedPrecondition, message, reason);
  google::rpc::PreconditionFailure failure;
  auto* violation = failure.add_violations();
  violation->set_type(std::string(reason));
  violation->set_subject(std::string(subject));
  violation->set_description(std::string(message));
  Attach(status, failure);
  return status;
}

absl::Status BadRows(int64_t sequence, int64_t bad_count) {
  return WithReason(absl::StatusCode::kInvalidArgument,
                    absl::StrCat("batch ", sequence, " is not stored: ", bad_count,
                                 " of its rows are bad; its response says which"),
                    "BAD_ROWS");
}

absl::Status TooBusy(absl::Duration retry_after) {
  absl::Status status = WithReason(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("the server has too much to compute; try again in ",
                   absl::FormatDuration(absl::Trunc(retry_after, absl::Milliseconds(1)))),
      "TOO_BUSY");
  AttachRetry(status, retry_after);
  return status;
}

absl::Status ShuttingDown() {
  absl::Status status =
      WithReason(absl::StatusCode::kUnavailable, "the server is shutting down", "SHUTTING_DOWN");
  AttachRetry(status, absl::Seconds(1));
  return status;
}

std::string Reason(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return Extract(status, info) ? info.reason() : "";
}

}  // namespace quotacast::errors
