#ifndef QUOTACAST_CLIENT_LISTING_H_
#define QUOTACAST_CLIENT_LISTING_H_

// Paging through the List methods of the API.

#include <google/protobuf/repeated_field.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "client/session.h"

namespace quotacast::client {

// Calls a List method until `limit` resources are there or no more follow. `response` becomes the
// last page with the resources (`rows` is the mutable accessor of the repeated field) of all.
template <typename Stub, typename Method, typename Request, typename Response, typename Resource>
grpc::Status ListAll(const Connection& connection, Stub& stub, Method method, Request request,
                     google::protobuf::RepeatedPtrField<Resource>* (Response::*rows)(),
                     int64_t limit, Response& response) {
  constexpr int64_t kPage = 1'000;
  for (;;) {
    const int64_t wanted = limit - (response.*rows)()->size();
    request.set_page_size(static_cast<int32_t>(std::min(wanted, kPage)));
    Response page;
    if (grpc::Status status = connection.Call(stub, method, request, page); !status.ok()) {
      return status;
    }
    request.set_page_token(page.next_page_token());
    (page.*rows)()->Swap((response.*rows)());
    (page.*rows)()->MergeFrom(*(response.*rows)());
    response = std::move(page);
    if (request.page_token().empty() || (response.*rows)()->size() >= limit) {
      return grpc::Status::OK;
    }
  }
}

inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_LISTING_H_
