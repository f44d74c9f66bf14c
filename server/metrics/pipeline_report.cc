#include "server/metrics/pipeline_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace quotacast::metrics {
namespace {

using simulation::Measure;
using simulation::Period;

constexpr int kPastPeriods = 12;
constexpr int64_t kYearUs = static_cast<int64_t>(365 * kDayUs);

// What is counted for a period on the one pass over the history.
struct PeriodCounters {
  PeriodCounters(const Grouping& grouping, const StageIndex& stages, Period p, Window w)
      : period(p),
        window(w),
        closes(grouping, stages, w),
        conversion(grouping, stages, w),
        durations(grouping, stages, w) {}
  void Add(const Journey& journey, int64_t as_of_us) {
    closes.Add(journey);
    conversion.Add(journey, as_of_us);
    durations.Add(journey);
  }
  PipelineFigures Finish(std::vector<Attainment> attainment) {
    return {period,
            window,
            closes.Finish(),
            conversion.Finish(),
            durations.Finish(),
            std::move(attainment)};
  }

  Period period;
  Window window;
  CloseCounter closes;
  ConversionCounter conversion;
  StageDurationCounter durations;
};

std::vector<int64_t> StartsOf(const std::vector<Period>& periods, absl::TimeZone zone) {
  std::vector<int64_t> starts;
  for (const Period& period : periods) {
    starts.push_back(simulation::StartOfDayUs(period.start, zone));
  }
  std::reverse(starts.begin(), starts.end());
  return starts;
}

LoadBand BandOf(const PipelineReport& report) {
  std::vector<LoadOutcome> outcomes;
  const size_t reps = report.grouping.rep_count();
  for (size_t k = 0; k < report.past.size(); ++k) {
    const int32_t* const loads = &report.load.past[(report.past.size() - 1 - k) * reps];
    for (size_t rep = 0; rep < reps; ++rep) {
      const Attainment& attainment = report.past[k][rep];
      if (attainment.target > 0) outcomes.push_back({loads[rep], attainment.reps_made > 0});
    }
  }
  return LearnLoadBand(std::move(outcomes));
}

std::vector<double> StageWeights(const PipelineReport& report) {
  std::vector<double> weights;
  const size_t first = report.grouping.organization_row() * report.stages.size();
  for (size_t s = 0; s < report.stages.size(); ++s) {
    weights.push_back(Proportion(report.year.stages[first + s].WinRate(), {}).Mean());
  }
  return weights;
}

}  // namespace

PipelineReport ReportPipeline(const simulation::History& history, const ActivityIndex& index,
                              absl::Span<const simulation::Quota> quotas, Period period,
                              Measure measure, int64_t as_of_us, const LossReasons& reasons) {
  const Period previous = simulation::Earlier(period, 1);
  PipelineReport report = {
      Grouping(history), StageIndex(history), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  const Grouping& grouping = report.grouping;
  const StageIndex& stages = report.stages;
  report.past_periods = PastQuotaPeriods(quotas, period, kPastPeriods);
  PeriodCounters current(grouping, stages, period, WindowOf(period, as_of_us, history.time_zone));
  PeriodCounters before(grouping, stages, previous,
                        WindowOf(previous, as_of_us, history.time_zone));
  const int64_t lasted_us = as_of_us - current.window.start_us;
  report.horizon_days = static_cast<int>(std::ceil(std::max<int64_t>(lasted_us, 0) / kDayUs));
  report.activities_recorded = !history.activities.empty();
  LossReasonCounter losses(grouping, reasons, current.window);
  CloseCounter year(grouping, stages, {as_of_us - kYearUs, as_of_us});
  LoadCounter load(grouping, stages, StartsOf(report.past_periods, history.time_zone), as_of_us);
  // No figure looks further back.
  int64_t first_us =
      std::min({as_of_us - kYearUs, current.window.start_us, before.window.start_us});
  if (!report.past_periods.empty()) {
    first_us = std::min(
        first_us, simulation::StartOfDayUs(report.past_periods.back().start, history.time_zone));
  }
  BookingLedger ledger(grouping.rep_count());
  Journey journey;
  for (size_t i = 0; i < history.opportunities.size(); ++i) {
    const auto opportunity = static_cast<int32_t>(i);
    if (ClosedBefore(history, opportunity, first_us)) continue;
    if (!ReadJourney(history, opportunity, as_of_us, journey)) continue;
    current.Add(journey, as_of_us);
    before.Add(journey, as_of_us);
    year.Add(journey);
    losses.Add(journey);
    load.Add(journey, index.Of(opportunity));
    ledger.Add(journey);
  }
  ledger.Finish();
  const auto attained = [&](Period of) {
    return AttainmentOf(quotas, history.time_zone, grouping, ledger, of, measure, as_of_us);
  };
  report.current = current.Finish(attained(period));
  report.previous = before.Finish(attained(previous));
  report.load = load.Finish();
  report.year = year.Finish();
  report.losses = losses.Finish();
  for (const Period& past : report.past_periods) report.past.push_back(attained(past));
  report.band = BandOf(report);
  report.stage_weights = StageWeights(report);
  return report;
}

OpenSpread OpenSpreadOf(const PipelineReport& report, const simulation::History& history,
                        int64_t as_of_us, int32_t row) {
  const simulation::Day as_of_day = simulation::DayOf(as_of_us, history.time_zone);
  std::vector<int64_t> loads;
  for (int32_t rep = 0; rep < report.grouping.rep_count(); ++rep) {
    const absl::Span<const int32_t> above = report.grouping.Above(rep);
    if (std::find(above.begin(), above.end(), row) == above.end()) continue;
    const simulation::Rep& record = history.reps[rep];
    const int64_t open = report.load.Total(rep).open;
    const bool at_work = record.start_day <= as_of_day && as_of_day < record.end_day;
    if (at_work || open > 0) loads.push_back(open);
  }
  return SpreadOf(loads, report.band);
}

LateStages LateStagesOf(const PipelineReport& report, int32_t row, Measure measure) {
  LateStages late;
  for (size_t s = 0; s < report.stages.size(); ++s) {
    if (!report.stages.IsLate(s)) continue;
    const OpenCounts& cell = report.load.stages[row * report.stages.size() + s];
    const int64_t value = measure == Measure::kAmount ? cell.amount_micros : cell.units;
    late.open += cell.open;
    late.value += value;
    late.weighted_value += static_cast<double>(value) * report.stage_weights[s];
  }
  const Attainment& attainment = report.current.attainment[row];
  if (attainment.target > 0) {
    late.missing = std::max<int64_t>(0, attainment.target - attainment.booked);
  }
  return late;
}

Velocity VelocityOf(const PipelineReport& report, int32_t row, Measure measure) {
  const CloseCounts& closes = report.current.closes.rows[row];
  const OpenCounts open = report.load.Total(row);
  const Attainment& attainment = report.current.attainment[row];
  Velocity velocity;
  velocity.open = open.open;
  velocity.average_deal_size_micros = closes.AverageDealSizeMicros();
  velocity.win_rate = closes.WinRate();
  velocity.cycle_days = closes.AverageCycleDays();
  if (velocity.cycle_days > 0) {
    velocity.per_day_micros = static_cast<double>(open.open) * velocity.average_deal_size_micros *
                              velocity.win_rate.Crude() / velocity.cycle_days;
  }
  const size_t stage_count = report.stages.size();
  for (size_t s = 0; s < stage_count; ++s) {
    velocity.weighted_micros +=
        static_cast<double>(report.load.stages[row * stage_count + s].amount_micros) *
        report.stage_weights[s];
  }
  const int64_t missing = attainment.target - attainment.booked;
  if (attainment.target > 0 && missing > 0) {
    const int64_t pipeline = measure == Measure::kAmount ? open.amount_micros : open.units;
    velocity.coverage = static_cast<double>(pipeline) / static_cast<double>(missing);
  }
  return velocity;
}

}  // namespace quotacast::metrics
