#ifndef QUOTACAST_SERVER_METRICS_PIPELINE_REPORT_H_
#define QUOTACAST_SERVER_METRICS_PIPELINE_REPORT_H_

// All metrics of the pipeline, for every row of the company, beside the period before.

#include <vector>

#include "server/metrics/activity_index.h"
#include "server/metrics/attainment.h"
#include "server/metrics/grouping.h"
#include "server/metrics/loss_reasons.h"
#include "server/metrics/pipeline_load.h"
#include "server/metrics/stage_conversion.h"
#include "server/metrics/stage_durations.h"
#include "server/metrics/stage_index.h"
#include "server/metrics/win_rates.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::metrics {

// Of one period.
struct PipelineFigures {
  simulation::Period period;
  Window window;  // What of it lies before the as-of instant.
  CloseTable closes;
  std::vector<LifeTable> conversion;      // [row * stage count + stage]: reached in the window.
  std::vector<StageDurations> durations;  // [row * stage count + stage].
  std::vector<LossesByReason> losses;     // By row.
  std::vector<int64_t> open_at_start;  // By row: open when the period began, by their owner then.
  std::vector<Attainment> attainment;  // By row.
};

// What was open at an instant.
struct OpenFigures {
  int64_t as_of_us = 0;
  LoadTable load;
  CloseTable year;  // Closed in the 365 days before it.
  // Chance of a win from each stage, as the company closed in that year: what weighs an open
  // opportunity there.
  std::vector<double> stage_weights;
  std::vector<Attainment> attainment;  // By row: of the instant's period, by then.
};

// Periods with quotas that are looked back on.
inline constexpr int kPastPeriods = 12;

struct PipelineReport {
  Grouping grouping;
  StageIndex stages;
  PipelineFigures current;
  PipelineFigures previous;  // The period before, of the same kind and whole.
  OpenFigures now;
  // As many days after the start of the period before as now is after that of the current one, at
  // most at its end; its load has no past.
  OpenFigures before;
  LoadBand band;
  std::vector<simulation::Period> past_periods;  // With quotas, latest first; at most kPastPeriods.
  std::vector<std::vector<Attainment>> past;     // [period][row].

  // Days that the current period has lasted by the instant: up to this age in a stage its cohorts
  // and those before are told.
  int horizon_days = 0;
  bool activities_recorded = false;  // Whether the company records any.
};

// As of `as_of_us`: nothing that happened at or after it is read; `quotas` are those known by then.
// Linear in the history, shared by up to `thread_count` threads; the same whatever their number.
PipelineReport ReportPipeline(const simulation::History& history, const ActivityIndex& index,
                              absl::Span<const simulation::Quota> quotas, simulation::Period period,
                              simulation::Measure measure, int64_t as_of_us,
                              const LossReasons& reasons, int thread_count);

// The starts of periods that are given latest first, in order of time.
std::vector<int64_t> StartsOf(const std::vector<simulation::Period>& periods, absl::TimeZone zone);

// The band of loads at the starts of periods, which are the instants of `load.past`, by whether
// reps made their quotas in them: `past` is [period, latest first][row].
LoadBand BandOf(const LoadTable& load, const std::vector<std::vector<Attainment>>& past,
                int32_t rep_count);

// Weighted pipeline, micro units of money: the sum of open amounts times stage_weights.
double WeightedMicros(const OpenFigures& open, int32_t row);

// Open amounts, or pieces, over what is missing from the target; 0 where there is no target or
// nothing is missing.
double CoverageOf(const OpenFigures& open, int32_t row, simulation::Measure measure);

// The spread of open opportunities over the reps of a row, as of now.
OpenSpread OpenSpreadOf(const PipelineReport& report, const simulation::History& history,
                        int32_t row);

// What the last two open stages of each pipeline hold against what is missing: in micro units of
// money, or pieces.
struct LateStages {
  int64_t open = 0;
  int64_t value = 0;
  double weighted_value = 0;  // By stage_weights.
  int64_t missing = 0;        // 0 where nothing is, or there is no target.
};
LateStages LateStagesOf(const PipelineReport& report, int32_t row, simulation::Measure measure);

// Sales velocity, micro units of money a day: open opportunities x average deal size x win rate /
// cycle length; 0 where there was no win.
double VelocityPerDay(const CloseCounts& closes, int64_t open);

// The well-known formulas, of a row.
struct Velocity {
  int64_t open = 0;
  double average_deal_size_micros = 0;  // Of the wins of the period.
  Counts win_rate;                      // Of the closings of the period.
  double cycle_days = 0;                // From creation to the win, on average.
  double per_day_micros = 0;            // VelocityPerDay.
  double weighted_micros = 0;           // WeightedMicros now,
  double coverage = 0;                  // and CoverageOf.
};
Velocity VelocityOf(const PipelineReport& report, int32_t row, simulation::Measure measure);

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_PIPELINE_REPORT_H_
