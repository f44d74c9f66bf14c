#ifndef QUOTACAST_SIMULATION_SCENARIO_ACTIVITY_EFFECTS_H_
#define QUOTACAST_SIMULATION_SCENARIO_ACTIVITY_EFFECTS_H_

// What went together with activity, as recorded before an instant: how much of it each rep does,
// how many opportunities come of it, and how deals fare after a follow-up. It is a comparison and
// no experiment: reps call the good deals more often.
//
// Opportunities per activity, by the first of these that the records allow:
//
//   kLinked       An opportunity is credited to the first activity recorded for it at or before its
//                 creation. Rate of a rep: Gamma(c + O, c + E) times the company's rate, O the
//                 opportunities credited, E those expected at the company's rate, c = 20.
//   kWithinRep    No such records: the slope of the opportunities created on a day on that day's
//                 activities, both as deviations from what the rep's own week and the weekday make
//                 expect, in weeks of one calendar month: neither busy reps nor busy weeks or
//                 months count as an effect. What comes of an activity days later is not seen.
//                 Error clustered by rep and week. Taken only where it is above 2.33 standard
//                 errors (by chance 1 time in 100 for a kind); else nothing is assumed.
//   kNotRecorded  No activity of the kind: nothing can be said.
//
// Counts of activities and opportunities weigh 0.5^(age / 45 days), as creation rates do.

#include <array>
#include <cstdint>
#include <vector>

#include "simulation/fitted_model.h"
#include "simulation/history.h"
#include "simulation/scenario/prospecting_counts.h"

namespace quotacast::simulation {

enum class EffectMethod : uint8_t { kNotRecorded, kLinked, kWithinRep };

// An estimate with its 90 % interval.
struct Estimate {
  double value = 0, low = 0, high = 0;
};

// What reps kept up over four whole weeks: the least and the most a week.
struct WeeklyRange {
  double least = 0, most = 0;
};

// A kind of activity of all reps.
struct ActivityOfKind {
  EffectMethod method = EffectMethod::kNotRecorded;
  int64_t count = 0;                         // Recorded before the instant.
  std::vector<double> weekly;                // By rep: activities a week, recency-weighted.
  std::vector<GammaPosterior> connect_odds;  // By rep: Beta(shape, rate) of the share connected;
                                             // shape 0 where no outcome is recorded.
  std::vector<double> per_activity;          // By rep: opportunities per activity.
  Estimate company_per_activity;             // Of all reps.
  bool found = false;                        // Whether there is anything above its error.
  WeeklyRange range;

  // Share of the rep's new opportunities that comes of the activity.
  double ShareOf(int32_t rep, double creations_weekly) const;
};

// How often deals leave their stage in the seven days after a follow-up, against other days, given
// stage, age in days and rep: Mantel and Haenszel's rate ratio over these strata. Its error is the
// larger of that of Greenland and Robins (1985), for which exits are independent, and one from the
// spread over calendar days: deals are often written off many at a time.
struct RateRatio {
  Estimate ratio;
  double raw = 0;            // The same without regard to stage, age and rep.
  int64_t events_after = 0;  // In the seven days after,
  int64_t events_other = 0;  // and on other days.
  bool found = false;        // Whether 1 lies outside the 99.5 % interval (of at least 20 events on
                             // either side): ten such ratios are looked at, so that without any
                             // effect 1 company in 20 shows one.
};

struct FollowUpEffect {
  bool recorded = false;
  RateRatio advance, lost;
  std::vector<double> weekly_per_deal;  // By rep: follow-ups a week on an open deal.
  std::vector<double> recent_share;     // By rep: share of deal days within seven days after one.
  WeeklyRange range;                    // Over the last 13 weeks, of reps with 90 deal days.
};

struct ActivityEffects {
  std::array<ActivityOfKind, kActivityTypeCount> kinds;
  std::array<FollowUpEffect, kActivityTypeCount> follow_ups;  // Activities after a deal's creation.
  std::vector<double> creations_weekly;  // By rep: what the model expects in an average week.
  WeeklyRange creations_range;
};

// Sum of the expected weekday factors of creation over a week: what a rep with a rate of 1 a day
// creates in it.
double WeekdaySum(const Arrivals& arrivals);

// Reads what happened before `as_of_us`; `model` must be of the history as of that instant. Linear
// in the history. The same whatever the number of threads.
ActivityEffects LearnActivityEffects(const History& history, const FittedModel& model,
                                     int64_t as_of_us, int thread_count);

// All of it but `follow_ups`, which tell of nothing recorded: most of the work is theirs.
ActivityEffects LearnProspectingEffects(const History& history, const FittedModel& model,
                                        int64_t as_of_us, int thread_count);

// The same as of the instant of the counts.
ActivityEffects LearnProspectingEffects(const ProspectingCounts& counts, const FittedModel& model,
                                        int thread_count);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_ACTIVITY_EFFECTS_H_
