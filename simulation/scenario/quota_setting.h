#ifndef QUOTACAST_SIMULATION_SCENARIO_QUOTA_SETTING_H_
#define QUOTACAST_SIMULATION_SCENARIO_QUOTA_SETTING_H_

// Quotas from chances, by the distribution of the period's bookings as of any instant (what is
// booked included, so the same serves before a period and in the middle of one).

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace quotacast::simulation {

// The highest target that the bookings reach in at least the share `chance` (above 0, at most 1) of
// the trials, which are ascending and not empty.
int64_t QuotaAtChance(absl::Span<const int64_t> sorted, double chance);

// Share of the trials that reach the target.
double ChanceOfQuota(absl::Span<const int64_t> sorted, int64_t target);

struct QuotaSplit {
  std::vector<int64_t> targets;  // Of each rep; their sum is the total.
  std::vector<double> chances;   // Of each rep to reach theirs.
  double chance = 0;             // That all are meant to have.
};

// Splits `total` into targets that every rep has the same chance to reach: quantiles of their
// distributions (linear between trials) at one level, found by bisection. Where many trials are
// alike, as in pieces, the chances differ by what one piece makes. `sorted`: of each rep, as many
// trials, ascending. INVALID_ARGUMENT where there is no rep, or where total is not above 0 or not
// above what is sure to be booked (no split gives all the same chance below 1) or above what all
// trials together reach.
absl::StatusOr<QuotaSplit> SplitQuota(int64_t total,
                                      absl::Span<const absl::Span<const int64_t>> sorted);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_QUOTA_SETTING_H_
