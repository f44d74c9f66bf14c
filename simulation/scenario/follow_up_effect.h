#ifndef QUOTACAST_SIMULATION_SCENARIO_FOLLOW_UP_EFFECT_H_
#define QUOTACAST_SIMULATION_SCENARIO_FOLLOW_UP_EFFECT_H_

// How deals fare after an activity on them (see FollowUpEffect).

#include <array>
#include <cstdint>

#include "simulation/scenario/activity_effects.h"

namespace quotacast::simulation {

inline constexpr int kFollowUpDays = 7;

// By kind of activity. Activities after a deal's creation count; their effect is looked for on the
// kFollowUpDays days after the day of the activity: on that day itself what came first is not
// known. `model` must be of the history as of that instant.
std::array<FollowUpEffect, kActivityTypeCount> LearnFollowUpEffects(const History& history,
                                                                    const FittedModel& model,
                                                                    int64_t as_of_us);

// The share of a deal's days that lie within kFollowUpDays after a follow-up where a rep makes
// `weekly` of them a week on each open deal.
double RecentShare(const FollowUpEffect& effect, int32_t rep, double weekly);

// By which the hazard that `ratio` is about is multiplied where the rep makes `weekly` of them
// instead of what they make now; 1 where no effect was found.
double FollowUpFactor(const FollowUpEffect& effect, const RateRatio& ratio, int32_t rep,
                      double weekly);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_FOLLOW_UP_EFFECT_H_
