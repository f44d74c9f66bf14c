#ifndef QUOTACAST_TESTS_SERVER_METRICS_ALIKE_COMPANY_H_
#define QUOTACAST_TESTS_SERVER_METRICS_ALIKE_COMPANY_H_

// Companies whose reps are all alike but for what is planted: every difference that is not planted
// is chance.
//
// Three open stages. On a working day a rep makes Poisson(calls) prospecting calls, each of which
// makes an opportunity with the contact rate; an open opportunity is followed up, leaves its stage
// and advances or is lost with probabilities that are the same every working day.

#include <cstdint>
#include <functional>

#include "simulation/history.h"

namespace quotacast::metrics {

// What one rep is like on one day, in multiples of what all are like.
struct RepConduct {
  double calls = 1;
  double contact_rate = 1;
  double follow_ups = 1;
  double advance_share[3] = {1, 1, 1};  // Of those that leave the stage, those that advance.
  double leave = 1;                     // Chance to leave a stage on a day.
};

struct AlikeOptions {
  int reps = 30;
  int days = 480;  // Of history from a Monday; quotas are of 30 days from its first one, the last
                   // half gone.
  // How the rep differs on a day, where it does.
  std::function<void(int rep, int day, RepConduct&)> plant;
  // After so many days in a stage an opportunity never advances and is hardly ever closed.
  int dead_after_days = INT32_MAX;
};

// In UTC, with the quotas of all periods; as of its end.
simulation::History MakeAlikeCompany(const AlikeOptions& options, uint64_t seed);

inline constexpr simulation::Day kAlikeFirstDay = 4;  // 1970-01-05, a Monday.
inline constexpr int kAlikePeriodDays = 30;

}  // namespace quotacast::metrics

#endif  // QUOTACAST_TESTS_SERVER_METRICS_ALIKE_COMPANY_H_
