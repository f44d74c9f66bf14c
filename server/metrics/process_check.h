#ifndef QUOTACAST_SERVER_METRICS_PROCESS_CHECK_H_
#define QUOTACAST_SERVER_METRICS_PROCESS_CHECK_H_

// How the process that an organization defined fits what is recorded.

#include <cstdint>
#include <vector>

#include "server/metrics/stage_index.h"
#include "server/metrics/window.h"
#include "simulation/history.h"

namespace quotacast::metrics {

struct StageUse {
  int64_t entered = 0;  // Opportunities that were in it at some time.
  // Opportunities that went past it, from an earlier stage to a later open one or to won, without
  // ever having been in it. Open stages only.
  int64_t skipped = 0;
  int64_t left = 0;  // Of those that entered an open stage, those that have left it.

  bool IsUnused() const { return entered == 0; }
  bool IsSkippedByMost() const { return skipped > entered; }
  // An open stage that at least ten entered and none has left.
  bool HasNoExit() const { return entered >= 10 && left == 0; }
};

enum class MisfitKind : uint8_t {
  kStartedClosed,  // Its first stage is a won or lost one.
  kMovedBack,      // It went back to an earlier stage.
  kReopened,       // It went on after it was won or lost.
  kClosedEarly,    // Won from the first open stage of a pipeline with three or more.
};
inline constexpr int kMisfitKindCount = 4;

struct Misfit {
  MisfitKind kind = MisfitKind::kMovedBack;
  int64_t count = 0;                   // Opportunities.
  std::vector<int32_t> opportunities;  // The first 20 of them, by index.
};

struct ProcessCheck {
  int64_t opportunities = 0;
  std::vector<StageUse> stages;  // By StageIndex number.
  std::vector<Misfit> misfits;   // By MisfitKind, all of them.
};

// Of the opportunities created in the window, as known at its end.
ProcessCheck CheckProcess(const simulation::History& history, const StageIndex& stages,
                          Window window);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_PROCESS_CHECK_H_
