#ifndef QUOTACAST_CLIENT_SUGGESTION_H_
#define QUOTACAST_CLIENT_SUGGESTION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace quotacast::client {

// The candidate that is most likely meant by a mistyped word: at most a third of its letters need
// to be changed, added, left out or swapped with their neighbor. Empty where there is none.
std::string ClosestWord(absl::string_view word, const std::vector<std::string>& candidates);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_SUGGESTION_H_
