#ifndef QUOTACAST_SERVER_METRICS_JOURNEY_H_
#define QUOTACAST_SERVER_METRICS_JOURNEY_H_

// An opportunity's way through its pipeline, as known as of an instant. The rules are those of
// simulation/observation.h and simulation/bookings.h.

#include <cstdint>
#include <vector>

#include "simulation/history.h"

namespace quotacast::metrics {

inline constexpr double kDayUs = 86'400e6;

// A stay in an open stage.
struct Stay {
  int16_t stage = 0;
  int16_t next_stage = simulation::kNone;  // kNone: still there.
  int32_t rep = simulation::kNone;         // Owner when it left, or now.
  int64_t entry_us = 0;
  int64_t exit_us = 0;  // The as-of instant while it is still there.
  double Days() const { return static_cast<double>(exit_us - entry_us) / kDayUs; }
};

struct OwnerSpell {
  int32_t rep = simulation::kNone;
  int64_t start_us = 0;
};

struct Journey {
  int32_t opportunity = 0;
  int32_t pipeline = 0;
  int64_t create_us = 0;  // The first instant it is known of.
  std::vector<Stay> stays;
  std::vector<OwnerSpell> owners;  // In time order; the first from its creation.
  simulation::StageKind state = simulation::StageKind::kOpen;
  int16_t stage = simulation::kNone;  // Where it is now.
  int64_t close_us = 0;               // Of a won or lost one: when it became so.
  int32_t close_rep = simulation::kNone;
  int64_t amount_micros = 0;  // The last one known.
  int64_t units = 0;

  bool IsOpen() const { return state == simulation::StageKind::kOpen; }
  int32_t owner() const { return owners.back().rep; }
  // Who owned it at the instant.
  int32_t OwnerAt(int64_t time_us) const;
  // Whether it was in an open stage at the instant, which is before the as-of one.
  bool WasOpenAt(int64_t time_us) const;
};

// Whether the opportunity was won or lost before `time_us`, and nothing happened to it since: the
// quick way to leave out what no figure from then on is about.
bool ClosedBefore(const simulation::History& history, int32_t opportunity, int64_t time_us);

// Reads what happened to the opportunity before `as_of_us` into `journey` (its storage is reused).
// False where nothing was known of it by then. The history's events must be indexed.
bool ReadJourney(const simulation::History& history, int32_t opportunity, int64_t as_of_us,
                 Journey& journey);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_JOURNEY_H_
