#include "server/storage/store.h"

#include <future>
#include <utility>

namespace quotacast::storage {

absl::StatusOr<std::string> Store::Write(std::optional<Idempotency> idempotency,
                                         WriteFunction function) {
  std::promise<absl::StatusOr<std::string>> answer;
  StartWrite(
      std::move(idempotency), std::move(function),
      [&answer](absl::StatusOr<std::string> response) { answer.set_value(std::move(response)); });
  return answer.get_future().get();
}

}  // namespace quotacast::storage
