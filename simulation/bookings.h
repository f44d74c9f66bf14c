#ifndef QUOTACAST_SIMULATION_BOOKINGS_H_
#define QUOTACAST_SIMULATION_BOOKINGS_H_

// What counts as booked: the one rule for what a forecast has so far and for what came in.
//
// An opportunity is booked as of an instant if it is in a stage of kind won. It was booked at the
// last instant before it at which it entered such a stage from another kind (or as its first
// stage): moving on from one won stage to another books nothing anew, and an opportunity that was
// reopened and won again is booked at the second win. It belongs to its owner at that win, later
// changes of owner notwithstanding; its amount is the last one known as of the instant.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "simulation/history.h"

namespace quotacast::simulation {

struct Booking {
  int64_t time_us = 0;
  int32_t opportunity = 0;
  int32_t rep = kNone;
  int64_t amount_micros = 0;
  int64_t units = 0;
};

// An opportunity's, as of an instant; none where it is not won.
std::optional<Booking> BookingOf(const History& history, int32_t opportunity, int64_t as_of_us);

// The bookings as of `as_of_us` (exclusive), by time, of equal times by opportunity. Linear in the
// history but for the sort. The history's events must be indexed.
std::vector<Booking> BookingsAsOf(const History& history, int64_t as_of_us);

// Micro units or units that each rep booked in [start_us, end_us): a value for each of
// `rep_count` reps.
std::vector<int64_t> BookedByRep(absl::Span<const Booking> bookings, Measure measure,
                                 int64_t start_us, int64_t end_us, size_t rep_count);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_BOOKINGS_H_
