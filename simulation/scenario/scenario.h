#ifndef QUOTACAST_SIMULATION_SCENARIO_SCENARIO_H_
#define QUOTACAST_SIMULATION_SCENARIO_SCENARIO_H_

// What-if: changes to a company, and the forecast with them beside that without.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "simulation/scenario/activity_effects.h"
#include "simulation/scenario/paired_run.h"
#include "simulation/scenario/variant.h"

namespace quotacast::simulation {

// The reps asked about do more or less of an activity from a day on. Prospecting changes how many
// opportunities they create (times 1 + share (level / level now - 1), share: what comes of the
// activity now); follow-ups change the hazards of their open deals.
struct ActivityChange {
  ActivityType type = ActivityType::kCall;
  bool is_factor = false;
  double value = 0;      // Times the level of now, or a week (a week and open deal for follow-ups);
                         // >= 0.
  Day from = INT32_MIN;  // In prospecting only.
};

// The reps asked about create `value` times as many opportunities, or so many a week.
struct CreationRateChange {
  bool is_factor = false;
  double value = 0;
  Day from = INT32_MIN;
};

// `value` times the conversion of a stage, or `value` added to it (see conversion.h).
struct ConversionChange {
  int32_t cell = 0;
  bool is_factor = false;
  double value = 0;
};

struct SpeedChange {
  int32_t cell = 0;
  double factor = 1;  // > 0.
};

// Of open deals, by index into History::opportunities.
struct Win {
  int32_t opportunity = 0;
};
struct Loss {
  int32_t opportunity = 0;
};
struct HandOver {
  int32_t opportunity = 0;
  int32_t rep = 0;
};
struct Slip {
  int32_t opportunity = 0;
  Day day = 0;
};
struct AmountChange {
  int32_t opportunity = 0;
  int64_t amount_micros = 0;
};

// A deal that enters a stage now.
struct NewDeal {
  int32_t cell = 0;
  int32_t rep = 0;
  int64_t amount_micros = 0;
  int64_t units = 1;
};

// All targets of reps that are asked about.
struct QuotaChange {
  int64_t target = 0;  // > 0.
};

// Days off of a rep (kNone: of all reps asked about), the end exclusive: like Sundays, what happens
// by itself goes on.
struct DaysOff {
  Day begin = 0, end = 0;
  int32_t rep = kNone;
};

struct RepLeaves {
  int32_t rep = 0;
  Day day = 0;
};

// A rep joins, with nothing open, who creates as many opportunities as the reps at work do on
// average, or so many a week, and moves them on as the average rep does.
struct RepJoins {
  int32_t team = kNone;
  Day day = 0;
  double creations_weekly = -1;  // Negative: as many as the others.
};

using Change =
    std::variant<ActivityChange, CreationRateChange, ConversionChange, SpeedChange, Win, Loss,
                 HandOver, Slip, AmountChange, NewDeal, QuotaChange, DaysOff, RepLeaves, RepJoins>;

struct Scenario {
  std::string name;
  std::vector<Change> changes;  // Made in their order.
};

// Whether a change needs LearnActivityEffects.
bool NeedsActivityEffects(const Scenario& scenario);

// Changes nothing in `model`. `reps` are those asked about; `effects` may be null where no change
// needs it. Errors: INVALID_ARGUMENT for a value out of range; FAILED_PRECONDITION for a deal that
// is not open, or an activity of which nothing is recorded; each names the change by its index.
absl::StatusOr<Variant> ApplyScenario(const FittedModel& model, const ActivityEffects* effects,
                                      const std::vector<int32_t>& reps, const Scenario& scenario);

// A rep's creation rate times `factor` from a day on.
void ScaleCreations(int32_t rep, double factor, Day from, FittedModel& model);

// By which a rep's creation rate is multiplied at `weekly` activities of the kind; 1 where nothing
// was found.
double CreationFactor(const ActivityEffects& effects, ActivityType type, int32_t rep,
                      double weekly);

// Gives the open deals of a rep the hazards of `weekly` follow-ups a week and deal.
void SetFollowUps(const FollowUpEffect& effect, int32_t rep, double weekly, FittedModel& model);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_SCENARIO_H_
