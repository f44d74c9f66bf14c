#ifndef QUOTACAST_SIMULATION_BACKTEST_H_
#define QUOTACAST_SIMULATION_BACKTEST_H_

// Replays history: asks at instants inside past periods what their quotas' chances were, from
// nothing but what happened before the instant, and scores the answers, and those of simple
// baselines, against what the periods brought.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "simulation/correction.h"
#include "simulation/forecast.h"
#include "simulation/history.h"
#include "simulation/periods.h"
#include "simulation/replay.h"
#include "simulation/score_summary.h"

namespace quotacast::simulation {

inline constexpr std::array<double, 7> kRowLevels = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

struct BacktestOptions {
  ReplayOptions replay;
  // The seed also settles ties of the PIT and draws the baselines' samples. keep_samples is
  // implied; thread_count threads share the instants out between them and never change a result.
  ForecastOptions forecast;
  bool baselines = true;
  // What the rows say. Other than kOff, corrections are learnt from all past forecasts
  // (ReplayPast), those of periods before the replayed range included, as a forecast asked at the
  // instant would.
  CorrectionMode correction = CorrectionMode::kOff;
  // Called after each instant with how many are done and how many there are, from any thread but
  // never from two at once. A correction is learnt before the first.
  std::function<void(int64_t done, int64_t total)> progress;
};

// One forecast for a rep's quota, corrected as the options say. Money in units of the currency,
// units in pieces.
struct BacktestRow {
  int32_t rep = 0;
  Measure measure = Measure::kAmount;
  Period period;
  int64_t as_of_us = 0;
  double target = 0;
  double booked = 0;  // As of the instant.
  double attainment_probability = 0;
  double mean = 0;
  std::array<double, kRowLevels.size()> quantiles{};
  double actual = 0;  // Bookings of the period as of its end, by the rule of bookings.h.
};

inline constexpr int kAllOrigins = -1;
inline constexpr absl::string_view kModelName = "model";
inline constexpr absl::string_view kCorrectedModelName = "corrected model";

struct BacktestSummary {
  // kModelName (never corrected), kCorrectedModelName or NameOf(baseline). With correction kOff the
  // corrected model is what kOn would be with no more to learn from than the replay's own earlier
  // periods.
  std::string forecaster;
  int origin = kAllOrigins;    // Index into ReplayOptions::origins, or all pooled.
  bool company_total = false;  // Reps' forecasts, or those of all reps with a quota in the period
                               // together, against the sum of their quotas.
  ScoreSummary scores;
};

struct BacktestResult {
  std::vector<BacktestRow> rows;  // By period, rep and origin.
  std::vector<BacktestSummary> summaries;
  // In words: the model's bias and width, and whether correcting it was better.
  std::vector<std::string> findings;
  // Whether correcting was reliably better for some kind of period, of reps or of totals.
  bool correction_better = false;
  int64_t skipped_count = 0;  // Forecasts left out: nothing was recorded before their instant.
};

// Errors: INVALID_ARGUMENT for an option out of range; NOT_FOUND where no quota matches;
// FAILED_PRECONDITION where nothing was recorded before any of the instants; CANCELLED
// (forecast.cancelled).
absl::StatusOr<BacktestResult> RunBacktest(const History& history, const BacktestOptions& options);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_BACKTEST_H_
