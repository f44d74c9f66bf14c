#ifndef QUOTACAST_SERVER_METRICS_ATTAINMENT_H_
#define QUOTACAST_SERVER_METRICS_ATTAINMENT_H_

// Quotas against bookings: of the period, and of those before it.

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "server/metrics/grouping.h"
#include "server/metrics/journey.h"
#include "server/metrics/rates.h"
#include "server/metrics/window.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::metrics {

// Every rep's bookings, by time: what any window holds of them.
class BookingLedger {
 public:
  explicit BookingLedger(int32_t rep_count) : reps_(rep_count) {}
  void Add(const Journey& journey);
  void Merge(const BookingLedger& other);
  void Finish();  // After the last Add, before the first question.
  // Micro units of money, or pieces.
  int64_t Booked(int32_t rep, simulation::Measure measure, Window window) const;

 private:
  struct Entry {
    int64_t time_us = 0;
    int64_t amount_micros = 0, units = 0;  // After Finish: sums up to and including this one.
  };
  std::vector<std::vector<Entry>> reps_;
};

struct Attainment {
  int64_t target = 0;           // 0: no quota.
  int64_t booked = 0;           // In the period so far.
  int64_t reps_with_quota = 0;  // Of the row's reps;
  int64_t reps_made = 0;        // of those, booked >= target.
  double Share() const {
    return target > 0 ? static_cast<double>(booked) / static_cast<double>(target) : 0;
  }
  Counts MadeShare() const {
    return {static_cast<double>(reps_made), static_cast<double>(reps_with_quota)};
  }
};

// By row, for the quotas of exactly this period. A team's target is its own quota, else the sum of
// its reps'; the organization's is the sum of its reps'. Everything booked in the period before
// `as_of_us` counts, with or without a quota.
std::vector<Attainment> AttainmentOf(absl::Span<const simulation::Quota> quotas,
                                     absl::TimeZone zone, const Grouping& grouping,
                                     const BookingLedger& ledger, simulation::Period period,
                                     simulation::Measure measure, int64_t as_of_us);

// The periods of reps' quotas of this kind that ended at or before the start of `period`, latest
// first, at most `limit`.
std::vector<simulation::Period> PastQuotaPeriods(absl::Span<const simulation::Quota> quotas,
                                                 simulation::Period period, int limit);

// The period to report on where none is asked for: the shortest one of a rep's quota that holds the
// day, else its calendar month.
simulation::Period CurrentPeriod(absl::Span<const simulation::Quota> quotas, simulation::Day day);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_ATTAINMENT_H_
