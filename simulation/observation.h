#ifndef QUOTACAST_SIMULATION_OBSERVATION_H_
#define QUOTACAST_SIMULATION_OBSERVATION_H_

// What a history shows as of an instant, opportunity by opportunity: the visits to open stages, the
// creations, the sizes of wins, what is booked, and what is open now.

#include <cstdint>
#include <vector>

#include "simulation/bookings.h"
#include "simulation/history.h"

namespace quotacast::simulation {

// A stay of an opportunity in an open stage under one owner, from `first_day` to `last_day`. It was
// there on every day between; on `last_day` it left for `next_stage`, or, where that is kNone, was
// seen to be there still (under another owner from then on, or as of the instant).
struct Visit {
  int32_t rep = kNone;
  int32_t pipeline = 0;
  int16_t stage = 0;
  int16_t next_stage = kNone;
  Day entry_day = 0;  // Day on which it entered the stage; age 0.
  Day first_day = 0;
  Day last_day = 0;
  int32_t opportunity = kNone;  // Index into History::opportunities.
};

struct Creation {
  int32_t rep = kNone;
  int32_t pipeline = 0;
  int16_t stage = 0;  // The stage it started in, of any kind.
  Day day = 0;
};

struct WinRecord {
  int32_t rep = kNone;
  int32_t pipeline = 0;
  int32_t label = kNone;
  Day day = 0;
  int64_t amount_before_micros = 0;  // Known just before the win; 0 where unknown.
  int64_t amount_micros = 0;
  int64_t units = 0;
};

struct OpenNow {
  int32_t opportunity = 0;
  int32_t rep = kNone;
  int32_t pipeline = 0;
  int16_t stage = 0;
  Day entry_day = 0;
  int64_t amount_micros = 0;
};

struct Observation {
  Day as_of_day = 0;
  double first_day_fraction = 1;  // What of as_of_day lies ahead.
  std::vector<Visit> visits;
  std::vector<Creation> creations;
  std::vector<WinRecord> wins;
  std::vector<Booking> bookings;  // See BookingsAsOf; by opportunity.
  std::vector<OpenNow> open;
  int64_t first_close_us = INT64_MAX;  // Of the first event that won or lost anything.

  // Leaves out all that was shown, and keeps its room.
  void Clear();
};

// Reads events strictly before `as_of_us` of opportunities created, or first seen, before it. An
// opportunity is in its pipeline's first open stage from its creation until its first event. One
// that is reopened is open again from then on. Linear in the history, whose events must be indexed.
Observation Observe(const History& history, int64_t as_of_us);

// Adds to `out`, whose as_of_day is that of the instant, what one opportunity shows. Returns the
// next instant, at or after `as_of_us`, that changes it on that day: of an event not yet known or
// of its creation; INT64_MAX where there is none.
int64_t ObserveOpportunity(const History& history, int32_t opportunity, int64_t as_of_us,
                           DayReader& days, Observation& out);

// What of the day lies ahead of an instant in it, as of the start of its quarter of an hour: 1 at
// the start of the day. Chances hardly change in a quarter, and what is worked out for one instant
// serves for those after it.
double PartAhead(int64_t instant_us, Day day, absl::TimeZone zone);

// The start of the next quarter of an hour (UTC).
int64_t EndOfQuarterUs(int64_t instant_us);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_OBSERVATION_H_
