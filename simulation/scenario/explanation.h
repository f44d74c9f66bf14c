#ifndef QUOTACAST_SIMULATION_SCENARIO_EXPLANATION_H_
#define QUOTACAST_SIMULATION_SCENARIO_EXPLANATION_H_

// Why a chance moved between two instants.

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "simulation/fitted_model.h"
#include "simulation/forecast.h"
#include "simulation/history.h"

namespace quotacast::simulation {

// Steps from the first instant to the second, each made on top of those before it, answered with
// the same random numbers. What one step brings depends on their order; their sum does not.
enum class ChangePart : uint8_t {
  kTimePassed,   // The time had passed and nothing had happened.
  kWon,          // What was booked in between.
  kLost,         // What was lost in between.
  kStageMoves,   // Stages that open deals have reached.
  kDealChanges,  // Other amounts and owners of open deals.
  kNewDeals,     // Deals that have come up and are open.
  kQuota,        // Another target.
  kRates,        // Rates of conversion, speed and creation estimated anew.
};
inline constexpr int kChangePartCount = 8;

struct Explanation {
  Forecast before, after;
  // By part, in chance; they add up to after less before.
  std::array<double, kChangePartCount> parts{};
  // By part: the deals it is about, by index into History::opportunities, ascending.
  std::array<std::vector<int32_t>, kChangePartCount> deals{};
};

// One for each question. `before` and `after` are the models of `history` as of two instants, the
// first the earlier one; the questions are the same but for their targets. Errors: those of
// ForecastAttainment; INVALID_ARGUMENT where the instants or questions do not match.
absl::StatusOr<std::vector<Explanation>> ExplainChange(const History& history,
                                                       const FittedModel& before,
                                                       const FittedModel& after,
                                                       absl::Span<const Question> questions_before,
                                                       absl::Span<const Question> questions_after,
                                                       const ForecastOptions& options);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCENARIO_EXPLANATION_H_
