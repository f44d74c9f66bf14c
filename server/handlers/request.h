#ifndef QUOTACAST_SERVER_HANDLERS_REQUEST_H_
#define QUOTACAST_SERVER_HANDLERS_REQUEST_H_

// What every handler needs: who asks and whether they still wait; writes that happen once for a
// request_id; pages.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "server/storage/store.h"

namespace quotacast::handlers {

struct Context {
  storage::Store& store;
  std::string principal;            // Who asks; empty without authentication.
  std::function<bool()> cancelled;  // Whether the caller has gone or its deadline has passed.
};

// A snapshot and the organization it is asked about.
struct Snapshot {
  std::unique_ptr<storage::ReadTransaction> read;
  storage::Organization organization;
};
absl::StatusOr<Snapshot> OpenSnapshot(const Context& context, const std::string& organization);

// NOT_FOUND with its details.
absl::StatusOr<storage::Organization> FindOrganization(storage::ReadTransaction& read,
                                                       const std::string& organization);

// Empty, or a UUID of version 4 (AIP-155).
absl::Status CheckRequestId(const std::string& request_id);

// A digest of the message, the same for the same content in every process.
std::string Fingerprint(const google::protobuf::Message& message);

using WriteFunction =
    std::function<absl::StatusOr<std::string>(storage::WriteTransaction& transaction)>;
absl::StatusOr<std::string> WriteSerialized(const Context& context, absl::string_view method,
                                            const std::string& request_id,
                                            const google::protobuf::Message& request,
                                            WriteFunction function);

// Runs `function`, which takes a storage::WriteTransaction& and returns absl::StatusOr<Response>,
// and returns once its effect is durable. With a request_id in the request, a retry gets the
// response of the first time.
template <typename Response, typename Request, typename Function>
absl::StatusOr<Response> WriteOnce(const Context& context, absl::string_view method,
                                   const Request& request, Function function) {
  const absl::StatusOr<std::string> serialized = WriteSerialized(
      context, method, request.request_id(), request,
      [&function](storage::WriteTransaction& transaction) -> absl::StatusOr<std::string> {
        const absl::StatusOr<Response> response = function(transaction);
        if (!response.ok()) return response.status();
        return response->SerializeAsString();
      });
  if (!serialized.ok()) return serialized.status();
  Response response;
  if (!response.ParseFromString(*serialized)) {
    return absl::InternalError("the kept response cannot be read");
  }
  return response;
}

// Page size and token of a list request, whose other fields `filter` are part of the token.
absl::StatusOr<storage::PageRequest> ParsePage(int page_size, const std::string& page_token,
                                               const std::string& filter);
std::string FormatPageToken(const std::string& next_after, const std::string& filter);

template <typename Request>
std::string FilterOf(Request request) {
  request.clear_page_size();
  request.clear_page_token();
  return Fingerprint(request);
}

template <typename Request>
absl::StatusOr<storage::PageRequest> ParsePage(const Request& request) {
  return ParsePage(request.page_size(), request.page_token(), FilterOf(request));
}

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_REQUEST_H_
