#include "server/metrics/pipeline_report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/metrics/parallel_count.h"

namespace quotacast::metrics {
namespace {

using simulation::Measure;
using simulation::Period;

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

std::vector<double> StageWeights(const CloseTable& year, const Grouping& grouping,
                                 size_t stage_count) {
  std::vector<double> weights;
  const size_t first = grouping.organization_row() * stage_count;
  for (size_t s = 0; s < stage_count; ++s) {
    weights.push_back(Proportion(year.stages[first + s].WinRate(), {}).Mean());
  }
  return weights;
}

// What is counted of an instant.
struct OpenCounters {
  OpenCounters(const Grouping& grouping, const StageIndex& stages, std::vector<int64_t> past,
               int64_t instant_us)
      : as_of_us(instant_us),
        load(grouping, stages, std::move(past), instant_us),
        year(grouping, stages, {instant_us - kYearUs, instant_us}) {}
  // As of the instant.
  void Add(const Journey& journey, const ActivityIndex& index) {
    // Only of open ones it is asked when they were last attended to.
    load.Add(journey,
             journey.IsOpen() ? index.Of(journey.opportunity) : absl::Span<const LinkedActivity>());
    year.Add(journey);
  }
  void Merge(const OpenCounters& other) {
    load.Merge(other.load);
    year.Merge(other.year);
  }
  OpenFigures Finish(const Grouping& grouping, const StageIndex& stages,
                     std::vector<Attainment> attainment) {
    OpenFigures figures = {as_of_us, load.Finish(), year.Finish(), {}, std::move(attainment)};
    figures.stage_weights = StageWeights(figures.year, grouping, stages.size());
    return figures;
  }

  int64_t as_of_us;
  LoadCounter load;
  CloseCounter year;
};

class Reader {
 public:
  Reader(const simulation::History& history, const ActivityIndex& index, int64_t first_us,
         PeriodCounters of_period, PeriodCounters of_period_before, OpenCounters open_now,
         OpenCounters open_before, const BookingLedger& of_bookings)
      : current(std::move(of_period)),
        previous(std::move(of_period_before)),
        now(std::move(open_now)),
        before(std::move(open_before)),
        ledger(of_bookings),
        history_(&history),
        index_(&index),
        first_us_(first_us) {}

  void Read(int32_t opportunity) {
    if (ClosedBefore(*history_, opportunity, first_us_)) return;
    if (!ReadJourney(*history_, opportunity, now.as_of_us, journey_)) return;
    current.Add(journey_, now.as_of_us);
    previous.Add(journey_, now.as_of_us);
    now.Add(journey_, *index_);
    ledger.Add(journey_);
    AddBefore(opportunity);
  }
  void Merge(Reader&& other) {
    current.Merge(std::move(other.current));
    previous.Merge(std::move(other.previous));
    now.Merge(other.now);
    before.Merge(other.before);
    ledger.Merge(other.ledger);
  }

  PeriodCounters current, previous;
  OpenCounters now, before;
  BookingLedger ledger;

 private:
  void AddBefore(int32_t opportunity) {
    if (journey_.create_us >= before.as_of_us) return;
    const simulation::Opportunity& record = history_->opportunities[opportunity];
    const int64_t end = record.first_event + record.event_count;
    if (record.event_count == 0 || history_->events[end - 1].time_us < before.as_of_us) {
      before.Add(journey_, *index_);  // Nothing has happened since.
    } else if (ReadJourney(*history_, opportunity, before.as_of_us, earlier_)) {
      before.Add(earlier_, *index_);
    }
  }

  const simulation::History* history_;
  const ActivityIndex* index_;
  int64_t first_us_;
  Journey journey_, earlier_;
};

// As many days after the start of `previous` as the instant is after that of `period`, at the same
// time of the day: clocks may have changed in between.
int64_t SamePoint(Period period, Period previous, int64_t as_of_us, absl::TimeZone zone) {
  const simulation::Day day = simulation::DayOf(as_of_us, zone);
  const int64_t of_day_us = as_of_us - simulation::StartOfDayUs(day, zone);
  return simulation::StartOfDayUs(previous.start + day - period.start, zone) + of_day_us;
}

// The start of the first period that any figure is about.
int64_t FirstInstant(const PipelineReport& report, const simulation::History& history,
                     Window current, Window before, int64_t as_of_us, int64_t before_us) {
  int64_t first_us =
      std::min({as_of_us - kYearUs, before_us - kYearUs, current.start_us, before.start_us});
  if (!report.past_periods.empty()) {
    first_us = std::min(
        first_us, simulation::StartOfDayUs(report.past_periods.back().start, history.time_zone));
  }
  return first_us;
}

}  // namespace

std::vector<int64_t> StartsOf(const std::vector<Period>& periods, absl::TimeZone zone) {
  std::vector<int64_t> starts;
  for (const Period& period : periods) {
    starts.push_back(simulation::StartOfDayUs(period.start, zone));
  }
  std::reverse(starts.begin(), starts.end());
  return starts;
}

LoadBand BandOf(const LoadTable& load, const std::vector<std::vector<Attainment>>& past,
                int32_t rep_count) {
  std::vector<LoadOutcome> outcomes;
  for (size_t k = 0; k < past.size(); ++k) {
    const int32_t* const loads = &load.past[(past.size() - 1 - k) * rep_count];
    for (int32_t rep = 0; rep < rep_count; ++rep) {
      const Attainment& attainment = past[k][rep];
      if (attainment.target > 0) outcomes.push_back({loads[rep], attainment.reps_made > 0});
    }
  }
  return LearnLoadBand(outcomes);
}

PipelineReport ReportPipeline(const simulation::History& history, const ActivityIndex& index,
                              absl::Span<const simulation::Quota> quotas, Period period,
                              Measure measure, int64_t as_of_us, const LossReasons& reasons,
                              int thread_count) {
  const Period previous = simulation::Earlier(period, 1);
  PipelineReport report = {Grouping(history), StageIndex(history), {}, {}, {}, {}, {}, {}, {}};
  const Grouping& grouping = report.grouping;
  const StageIndex& stages = report.stages;
  report.past_periods = PastQuotaPeriods(quotas, period, kPastPeriods);
  const Window window = WindowOf(period, as_of_us, history.time_zone);
  const Window before = WindowOf(previous, as_of_us, history.time_zone);
  const int64_t lasted_us = as_of_us - window.start_us;
  const int64_t before_us =
      std::min(SamePoint(period, previous, as_of_us, history.time_zone), window.start_us);
  report.horizon_days = static_cast<int>(std::ceil(std::max<int64_t>(lasted_us, 0) / kDayUs));
  report.activities_recorded = !history.activities.empty();
  const std::vector<int64_t> starts = StartsOf(report.past_periods, history.time_zone);
  const int64_t first_us = FirstInstant(report, history, window, before, as_of_us, before_us);
  Reader read = CountInParallel(history.opportunities.size(), thread_count, [&] {
    return Reader(history, index, first_us,
                  PeriodCounters(grouping, stages, reasons, period, window, as_of_us),
                  PeriodCounters(grouping, stages, reasons, previous, before, as_of_us),
                  OpenCounters(grouping, stages, starts, as_of_us),
                  OpenCounters(grouping, stages, {}, before_us),
                  BookingLedger(grouping.rep_count()));
  });
  read.ledger.Finish();
  const auto attained = [&](Period of, int64_t by_us) {
    return AttainmentOf(quotas, history.time_zone, grouping, read.ledger, of, measure, by_us);
  };
  report.current = read.current.Finish(attained(period, as_of_us), thread_count);
  report.previous = read.previous.Finish(attained(previous, as_of_us), thread_count);
  report.now = read.now.Finish(grouping, stages, report.current.attainment);
  report.before = read.before.Finish(grouping, stages, attained(previous, before_us));
  for (const Period& past : report.past_periods) report.past.push_back(attained(past, as_of_us));
  report.band = BandOf(report.now.load, report.past, grouping.rep_count());
  return report;
}

double WeightedMicros(const OpenFigures& open, int32_t row) {
  double weighted = 0;
  const size_t stage_count = open.load.stage_count;
  for (size_t s = 0; s < stage_count; ++s) {
    weighted += static_cast<double>(open.load.stages[row * stage_count + s].amount_micros) *
                open.stage_weights[s];
  }
  return weighted;
}

double CoverageOf(const OpenFigures& open, int32_t row, Measure measure) {
  const Attainment& attainment = open.attainment[row];
  const int64_t missing = attainment.target - attainment.booked;
  if (attainment.target <= 0 || missing <= 0) return 0;
  const OpenCounts counts = open.load.Total(row);
  const int64_t pipeline = measure == Measure::kAmount ? counts.amount_micros : counts.units;
  return static_cast<double>(pipeline) / static_cast<double>(missing);
}

OpenSpread OpenSpreadOf(const PipelineReport& report, const simulation::History& history,
                        int32_t row) {
  const simulation::Day as_of_day = simulation::DayOf(report.now.as_of_us, history.time_zone);
  std::vector<int64_t> loads;
  for (int32_t rep = 0; rep < report.grouping.rep_count(); ++rep) {
    const absl::Span<const int32_t> above = report.grouping.Above(rep);
    if (std::find(above.begin(), above.end(), row) == above.end()) continue;
    const simulation::Rep& record = history.reps[rep];
    const int64_t open = report.now.load.Total(rep).open;
    const bool at_work = record.start_day <= as_of_day && as_of_day < record.end_day;
    if (at_work || open > 0) loads.push_back(open);
  }
  return SpreadOf(loads, report.band);
}

LateStages LateStagesOf(const PipelineReport& report, int32_t row, Measure measure) {
  LateStages late;
  for (size_t s = 0; s < report.stages.size(); ++s) {
    if (!report.stages.IsLate(s)) continue;
    const OpenCounts& cell = report.now.load.stages[row * report.stages.size() + s];
    const int64_t value = measure == Measure::kAmount ? cell.amount_micros : cell.units;
    late.open += cell.open;
    late.value += value;
    late.weighted_value += static_cast<double>(value) * report.now.stage_weights[s];
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
  Velocity velocity;
  velocity.open = report.now.load.Total(row).open;
  velocity.average_deal_size_micros = closes.AverageDealSizeMicros();
  velocity.win_rate = closes.WinRate();
  velocity.cycle_days = closes.AverageCycleDays();
  velocity.per_day_micros = VelocityPerDay(closes, velocity.open);
  velocity.weighted_micros = WeightedMicros(report.now, row);
  velocity.coverage = CoverageOf(report.now, row, measure);
  return velocity;
}

}  // namespace quotacast::metrics
