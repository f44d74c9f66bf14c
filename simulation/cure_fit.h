#ifndef QUOTACAST_SIMULATION_CURE_FIT_H_
#define QUOTACAST_SIMULATION_CURE_FIT_H_

// The share of opportunities that never leave a stage: the cure fraction of survival analysis
// (Boag 1949; Maller and Zhou, Survival Analysis with Long-Term Survivors, 1996).

#include <vector>

#include "absl/types/span.h"

namespace quotacast::simulation {

// By age bucket, what share of those still there will never leave; from the events D (exits by any
// cause) and the days of exposure X of a cell. Empty where all may leave.
//
// Let A be the age from which on less than half an event was seen, S(a) the chance to be there
// still at age a at the rates D / X, and E the events that the exposure beyond A would have had at
// the last rate before it. With p = prior_events, what enters is cured with probability
//
//   c = S(A) E / (E + p)
//
// (without exposure beyond A nothing is known of what is left, and c is 0; with much, all of it is
// cured), and what is still there at the middle age a of a bucket with probability c / S(a), at
// most 0.98: beyond A a little is left for what was never seen.
std::vector<double> CureFractions(absl::Span<const double> events,
                                  absl::Span<const double> exposure,
                                  const std::vector<int>& bucket_starts, double prior_events);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_CURE_FIT_H_
