#ifndef QUOTACAST_SIMULATION_SCORE_SUMMARY_H_
#define QUOTACAST_SIMULATION_SCORE_SUMMARY_H_

// Many forecasts scored against what happened, summed up.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "simulation/history.h"
#include "simulation/scores.h"

namespace quotacast::simulation {

// Chances are also scored against these multiples of the quota: three questions of one forecast
// reach more of the range from 0 to 1 than one.
inline constexpr std::array<double, 3> kQuotaScales = {0.75, 1, 1.25};
inline constexpr int kPitBinCount = 10;

// One forecast and what came of it. crps, expected_crps, error and quota are in the unit of the
// bookings.
struct ForecastScore {
  Day period_start = 0;
  double quota = 0;
  double brier = 0;
  double log_loss = 0;
  double crps = 0;
  double expected_crps = 0;  // What the forecast expected its CRPS to be.
  double error = 0;          // Actual less forecast mean.
  double pit = 0;
  std::array<Chance, kQuotaScales.size()> chances;
};

// Scores the forecast `sorted` (see scores.h) that gave `probability` to bookings >= target.
// `uniform` in [0, 1) settles ties. target > 0.
ForecastScore ScoreForecast(absl::Span<const int64_t> sorted, double probability, int64_t target,
                            int64_t actual, Day period_start, double uniform);

struct ScoreEstimate {
  double value = 0;
  double standard_error = 0;
};

struct ScoreSummary {
  int64_t count = 0;
  double brier = 0;        // Mean; this and all below are 0 where count is 0.
  double log_loss = 0;     // Mean.
  double crps = 0;         // Sum of CRPS over sum of quotas: a small quota counts as what it is.
  double coverage_50 = 0;  // Shares of outcomes inside the central intervals.
  double coverage_80 = 0;
  double coverage_95 = 0;
  std::array<int64_t, kPitBinCount> pit_histogram{};  // Bins of equal width from 0 to 1.
  std::vector<ReliabilityBin> reliability;            // Of the quotas as they are.
  std::vector<ReliabilityBin> reliability_scaled;     // Of the quotas at every kQuotaScales.
  double calibration_error = 0;                       // Of reliability_scaled.
  // Sum of (actual - forecast mean) over sum of quotas, and sum of CRPS over the sum the forecasts
  // expected (1 where that is 0). Standard errors take the forecasts of one period as one
  // observation, since what a period brings is common to all, and are never below those of
  // independent forecasts.
  ScoreEstimate bias;
  ScoreEstimate width;
};

ScoreSummary Summarize(absl::Span<const ForecastScore> scores);

// Sentences for a reader without statistics on a bias of more than two standard errors, or a width
// that far from 1; `subject` begins them, as in "Reps, at the start of the period". Empty where
// there is nothing to report.
std::vector<std::string> Findings(const ScoreSummary& summary, const std::string& subject);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_SCORE_SUMMARY_H_
