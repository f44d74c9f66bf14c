#include "simulation/bookings.h"

#include <algorithm>

namespace quotacast::simulation {

std::optional<Booking> BookingOf(const History& history, int32_t index, int64_t as_of_us) {
  const Opportunity& opportunity = history.opportunities[index];
  const std::vector<Stage>& stages = history.pipelines[opportunity.pipeline].stages;
  Booking booking{
      .opportunity = index, .amount_micros = opportunity.amount_micros, .units = opportunity.units};
  bool won = false;
  int32_t owner = opportunity.rep;
  for (int32_t k = 0; k < opportunity.event_count; ++k) {
    const StageEvent& event = history.events[opportunity.first_event + k];
    if (event.time_us >= as_of_us) break;
    if (event.rep != kNone) owner = event.rep;
    if (event.amount_micros != kUnchanged) booking.amount_micros = event.amount_micros;
    const bool now_won = stages[event.stage].kind == StageKind::kWon;
    if (now_won && !won) {
      booking.time_us = event.time_us;
      booking.rep = owner;
    }
    won = now_won;
  }
  if (!won) return std::nullopt;
  return booking;
}

std::vector<Booking> BookingsAsOf(const History& history, int64_t as_of_us) {
  std::vector<Booking> bookings;
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    const std::optional<Booking> booking = BookingOf(history, static_cast<int32_t>(i), as_of_us);
    if (booking.has_value()) bookings.push_back(*booking);
  }
  std::sort(bookings.begin(), bookings.end(), [](const Booking& a, const Booking& b) {
    return a.time_us != b.time_us ? a.time_us < b.time_us : a.opportunity < b.opportunity;
  });
  return bookings;
}

std::vector<int64_t> BookedByRep(absl::Span<const Booking> bookings, Measure measure,
                                 int64_t start_us, int64_t end_us, size_t rep_count) {
  std::vector<int64_t> booked(rep_count, 0);
  for (const Booking& booking : bookings) {
    if (booking.time_us < start_us || booking.time_us >= end_us || booking.rep == kNone) continue;
    booked[booking.rep] += measure == Measure::kAmount ? booking.amount_micros : booking.units;
  }
  return booked;
}

}  // namespace quotacast::simulation
