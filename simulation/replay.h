#ifndef QUOTACAST_SIMULATION_REPLAY_H_
#define QUOTACAST_SIMULATION_REPLAY_H_

// Which questions a replay of history asks at which instants, and what came of each.

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "simulation/forecast.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::simulation {

struct ReplayOptions {
  Measure measure = Measure::kAmount;
  // The reps' quotas whose period starts in [from, to) and has ended by complete_until_us.
  Day from = INT32_MIN;
  Day to = INT32_MAX;
  int64_t complete_until_us = INT64_MAX;
  PeriodKind period_kind = PeriodKind::kAny;  // kAny: every kind.
  // Fractions of the period, each in [0, 1); see OriginUs. At least one.
  std::vector<double> origins = {0, 1.0 / 3, 2.0 / 3};
};

// About one rep, or (question.reps not empty) about all reps with a quota in the period together,
// against the sum of their quotas.
struct ReplayQuestion {
  Question question;
  int origin = 0;      // Index into ReplayOptions::origins.
  int64_t actual = 0;  // Bookings of the period as of its end, by the rule of bookings.h.
};

struct ReplayPlan {
  std::map<int64_t, std::vector<ReplayQuestion>> instants;  // By as-of instant.
  int64_t skipped_count = 0;  // Questions left out: nothing was recorded before their instant.
};

// INVALID_ARGUMENT naming the option out of range.
absl::Status ValidateReplay(const ReplayOptions& options);

ReplayPlan PlanReplay(const History& history, const ReplayOptions& options);

// Calls `answer(i)` for i in [0, count) from up to `thread_count` threads, and `progress(done,
// count)`, where set, after each, never from two threads at once. Ends early with the first error.
absl::Status ForEachOf(int64_t count, int thread_count,
                       const std::function<absl::Status(int64_t)>& answer,
                       const std::function<void(int64_t, int64_t)>& progress);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_REPLAY_H_
