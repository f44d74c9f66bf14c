#include "server/metrics/pipeline_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/metrics/parallel_count.h"

namespace quotacast::metrics {
namespace {

using simulation::Measure;
using simulation::Period;

constexpr int kPastPeriods = 12;
constexpr int64_t kYearUs = static_cast<int64_t>(365 * kDayUs);

// What is counted of a period, one opportunity after the other.
struct PeriodCounters {
  PeriodCounters(const Grouping& g, const StageIndex& stages, const LossReasons& reasons, Period p,
                 Window w, int64_t as_of_us)
      : period(p),
        window(w),
        grouping(&g),
        closes(g, stages, w),
        losses(g, reasons, w, as_of_us),
        conversion(g, stages, w),
        durations(g, stages, w),
        open_at_start(g.row_count(), 0) {}
  void Add(const Journey& journey, int64_t as_of_us) {
    closes.Add(journey);
    losses.Add(journey);
    conversion.Add(journey, as_of_us);
    durations.Add(journey);
    if (window.start_us < as_of_us && journey.WasOpenAt(window.start_us)) {
      ++open_at_start[grouping->RepRow(journey.OwnerAt(window.start_us))];
    }
  }
  void Merge(PeriodCounters&& other) {
    closes.Merge(other.closes);
    losses.Merge(other.losses);
    conversion.Merge(other.conversion);
    durations.Merge(std::move(other.durations));
    simulation::AddUp(other.open_at_start, open_at_start);
  }
  PipelineFigures Finish(std::vector<Attainment> attainment, int thread_count) {
    grouping->SumUp(open_at_start);
    return {period,
            window,
            closes.Finish(),
            conversion.Finish(),
            durations.Finish(thread_count),
            losses.Finish(),
            std::move(open_at_start),
            std::move(attainment)};
  }

  Period period;
  Window window;
  const Grouping* grouping;
  CloseCounter closes;
  LossReasonCounter losses;
  ConversionCounter conversion;
  StageDurationCounter durations;
  std::vector<int64_t> open_at_start;
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

class Reader {
 public:
  Reader(const simulation::History& history, const ActivityIndex& index, int64_t as_of_us,
         int64_t first_us, PeriodCounters of_period, PeriodCounters of_period_before,
         CloseCounter of_year, LoadCounter of_load, const BookingLedger& of_bookings)
      : current(std::move(of_period)),
        before(std::move(of_period_before)),
        year(std::move(of_year)),
        load(std::move(of_load)),
        ledger(of_bookings),
        history_(&history),
        index_(&index),
        as_of_us_(as_of_us),
        first_us_(first_us) {}

  void Read(int32_t opportunity) {
    if (ClosedBefore(*history_, opportunity, first_us_)) return;
    if (!ReadJourney(*history_, opportunity, as_of_us_, journey_)) return;
    current.Add(journey_, as_of_us_);
    before.Add(journey_, as_of_us_);
    year.Add(journey_);
    // Only of open ones it is asked when they were last attended to.
    load.Add(journey_,
             journey_.IsOpen() ? index_->Of(opportunity) : absl::Span<const LinkedActivity>());
    ledger.Add(journey_);
  }
  void Merge(Reader&& other) {
    current.Merge(std::move(other.current));
    before.Merge(std::move(other.before));
    year.Merge(other.year);
    load.Merge(other.load);
    ledger.Merge(other.ledger);
  }

  PeriodCounters current, before;
  CloseCounter year;
  LoadCounter load;
  BookingLedger ledger;

 private:
  const simulation::History* history_;
  const ActivityIndex* index_;
  int64_t as_of_us_, first_us_;
  Journey journey_;
};

// The start of the first period that any figure is about.
int64_t FirstInstant(const PipelineReport& report, const simulation::History& history,
                     Window current, Window before, int64_t as_of_us) {
  int64_t first_us = std::min({as_of_us - kYearUs, current.start_us, before.start_us});
  if (!report.past_periods.empty()) {
    first_us = std::min(
        first_us, simulation::StartOfDayUs(report.past_periods.back().start, history.time_zone));
  }
  return first_us;
}

}  // namespace

PipelineReport ReportPipeline(const simulation::History& history, const ActivityIndex& index,
                              absl::Span<const simulation::Quota> quotas, Period period,
                              Measure measure, int64_t as_of_us, const LossReasons& reasons,
                              int thread_count) {
  const Period previous = simulation::Earlier(period, 1);
  PipelineReport report = {
      Grouping(history), StageIndex(history), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  const Grouping& grouping = report.grouping;
  const StageIndex& stages = report.stages;
  report.past_periods = PastQuotaPeriods(quotas, period, kPastPeriods);
  const Window window = WindowOf(period, as_of_us, history.time_zone);
  const Window before = WindowOf(previous, as_of_us, history.time_zone);
  const int64_t lasted_us = as_of_us - window.start_us;
  report.horizon_days = static_cast<int>(std::ceil(std::max<int64_t>(lasted_us, 0) / kDayUs));
  report.activities_recorded = !history.activities.empty();
  const std::vector<int64_t> starts = StartsOf(report.past_periods, history.time_zone);
  const int64_t first_us = FirstInstant(report, history, window, before, as_of_us);
  Reader read = CountInParallel(history.opportunities.size(), thread_count, [&] {
    return Reader(history, index, as_of_us, first_us,
                  PeriodCounters(grouping, stages, reasons, period, window, as_of_us),
                  PeriodCounters(grouping, stages, reasons, previous, before, as_of_us),
                  CloseCounter(grouping, stages, {as_of_us - kYearUs, as_of_us}),
                  LoadCounter(grouping, stages, starts, as_of_us),
                  BookingLedger(grouping.rep_count()));
  });
  read.ledger.Finish();
  const auto attained = [&](Period of) {
    return AttainmentOf(quotas, history.time_zone, grouping, read.ledger, of, measure, as_of_us);
  };
  report.current = read.current.Finish(attained(period), thread_count);
  report.previous = read.before.Finish(attained(previous), thread_count);
  report.load = read.load.Finish();
  report.year = read.year.Finish();
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

double VelocityPerDay(const CloseCounts& closes, int64_t open) {
  const double cycle_days = closes.AverageCycleDays();
  if (cycle_days <= 0) return 0;
  return static_cast<double>(open) * closes.AverageDealSizeMicros() * closes.WinRate().Crude() /
         cycle_days;
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
  velocity.per_day_micros = VelocityPerDay(closes, open.open);
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
