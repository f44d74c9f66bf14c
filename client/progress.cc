#include "client/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace quotacast::client {

Progress::Progress(std::string label, int64_t total)
    : label_(std::move(label)),
      total_(std::max<int64_t>(total, 1)),
      is_terminal_(isatty(STDERR_FILENO) != 0),
      start_(absl::Now()),
      next_(start_ + absl::Seconds(1)) {}

Progress::~Progress() {
  if (has_line_ && is_terminal_) std::fputs("\r\x1b[K", stderr);
}

void Progress::Update(int64_t done) {
  if (done <= 0) return;  // Nothing to tell the rest from.
  const absl::Time now = absl::Now();
  if (now < next_) return;
  next_ = now + (is_terminal_ ? absl::Milliseconds(200) : absl::Seconds(10));
  has_line_ = true;
  const double share =
      std::clamp(static_cast<double>(done) / static_cast<double>(total_), .001, 1.);
  const std::string left = DurationText((now - start_) * (1 / share - 1));
  std::fprintf(stderr,
               is_terminal_ ? "\r\x1b[K%s: %.0f %%, about %s left" : "%s: %.0f %%, about %s left\n",
               label_.c_str(), std::floor(100 * share), left.c_str());
  std::fflush(stderr);
}

std::string DurationText(absl::Duration duration) {
  const auto seconds = static_cast<int64_t>(std::ceil(absl::ToDoubleSeconds(duration)));
  if (seconds < 120) return absl::StrCat(seconds, " s");
  if (seconds < 2 * 3'600) return absl::StrCat((seconds + 30) / 60, " min");
  return absl::StrCat((seconds + 1'800) / 3'600, " h");
}

}  // namespace quotacast::client
