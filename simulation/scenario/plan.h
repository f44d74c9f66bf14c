#ifndef QUOTACAST_SIMULATION_SCENARIO_PLAN_H_
#define QUOTACAST_SIMULATION_SCENARIO_PLAN_H_

// Planning backwards: how much of an activity brings the chance of a quota to a target.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "simulation/scenario/activity_effects.h"
#include "simulation/scenario/paired_run.h"

namespace quotacast::simulation {

// What is planned, and how its level is counted.
enum class Lever : uint8_t {
  kProspecting,  // Activities of a kind a week that are about no deal yet; whole numbers.
  kFollowUps,    // Activities of a kind on each open deal a week; in steps of a tenth.
  kCreations,    // New opportunities a week, wherever they come from; in steps of a tenth.
};

struct PlanRequest {
  Lever lever = Lever::kProspecting;
  ActivityType type = ActivityType::kCall;  // Not of kCreations.
  double target_probability = 0.8;          // Between 0 and 1.
  bool with_curve = true;                   // Fill Plan::one_more and Plan::curve too.
};

struct CurvePoint {
  double weekly = 0;
  double probability = 0;
  double standard_error = 0;
  bool extrapolated = false;  // Outside of what any rep was ever seen to keep up.
};

// Levels are those of one rep; of a team, of each of its reps alike.
struct Plan {
  double current = 0;              // Of a team: the mean.
  double current_probability = 0;  // With everybody's own level.
  double required = 0;             // The least level that reaches the target, else the level
                                   // that comes nearest.
  bool attainable = false;
  std::string reason;         // Where it is not attainable: why.
  bool extrapolated = false;  // The required level lies outside of what was observed.
  double probability = 0;     // At the required level.
  double standard_error = 0;
  ChanceDifference one_more;  // What one more a week (for each rep) is worth now.
  double least_observed = 0, most_observed = 0;
  std::vector<CurvePoint> curve;  // By level, from 0 to twice the most observed or needed.
};

// Plans for run.questions()[question]; `run` may be one without a baseline (PairedRun::Prepare)
// unless follow-ups are planned. The chance never falls as the level rises, by the same
// random numbers. Errors: INVALID_ARGUMENT for a target out of range; FAILED_PRECONDITION where
// nothing of the kind is recorded; CANCELLED.
absl::StatusOr<Plan> PlanActivity(const PairedRun& run, const ActivityEffects& effects,
                                  size_t question, const PlanRequest& request);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_PLAN_H_
