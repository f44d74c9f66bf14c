#ifndef QUOTACAST_CLIENT_PROGRESS_H_
#define QUOTACAST_CLIENT_PROGRESS_H_

// How far a long task is, on standard error: only once it has taken a second, then one line that is
// rewritten on a terminal, or a line every ten seconds elsewhere.

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace quotacast::client {

class Progress {
 public:
  // `label` such as "importing"; `total` > 0 in the unit of Update.
  Progress(std::string label, int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of the total is done; cheap enough for every thousand rows.
  void Update(int64_t done);

 private:
  const std::string label_;
  const int64_t total_;
  const bool is_terminal_;
  const absl::Time start_;
  absl::Time next_;
  bool has_line_ = false;
};

// A duration in words, such as "40 s" or "3 min".
std::string DurationText(absl::Duration duration);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_PROGRESS_H_
