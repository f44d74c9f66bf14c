#include <algorithm>

#include "server/convert/metric_parts.h"
#include "server/convert/metrics.h"
#include "server/convert/scalars.h"
#include "simulation/parallel.h"

namespace quotacast::convert {
namespace {

using metrics::Counts;
using metrics::PipelineReport;

constexpr size_t kLossReasonsMax = 20;

v1::DurationSummary ToProto(const metrics::DistributionSummary& summary) {
  v1::DurationSummary proto;
  proto.set_count(summary.count);
  proto.set_mean(summary.mean);
  proto.set_median(summary.median);
  proto.set_p90(summary.p90);
  return proto;
}

v1::PipelineFigures FiguresOf(const metrics::PipelineFigures& figures,
                              const metrics::PipelineReport& report, const ClosePriors& priors,
                              simulation::Measure measure, int32_t row, int64_t open_at_end) {
  v1::PipelineFigures proto;
  const metrics::CloseCounts& closes = figures.closes.rows[row];
  const metrics::Attainment& attainment = figures.attainment[row];
  const double divisor = measure == simulation::Measure::kAmount ? 1e6 : 1;
  proto.set_period_start(FormatDay(figures.period.start));
  proto.set_period_end(FormatDay(figures.period.end));
  proto.set_won_count(closes.won);
  proto.set_lost_count(closes.lost);
  proto.set_won_amount(Whole(closes.won_amount_micros));
  proto.set_lost_amount(Whole(closes.lost_amount_micros));
  *proto.mutable_win_rate() =
      ProportionRate(closes.WinRate(), priors.win, report.grouping, row, priors.known);
  proto.set_average_deal_size(closes.AverageDealSizeMicros() / 1e6);
  proto.set_cycle_days(closes.AverageCycleDays());
  proto.set_target(static_cast<double>(attainment.target) / divisor);
  proto.set_booked(static_cast<double>(attainment.booked) / divisor);
  proto.set_rep_count(attainment.reps_with_quota);
  proto.set_made_count(attainment.reps_made);
  proto.set_start_open_count(figures.open_at_start[row]);
  proto.set_velocity_per_day(metrics::VelocityPerDay(closes, open_at_end) / 1e6);
  return proto;
}

metrics::StageConversion ConversionOf(const PipelineReport& report,
                                      const metrics::PipelineFigures& figures, size_t cell) {
  return metrics::EstimateConversion(figures.conversion[cell], report.horizon_days);
}

v1::StageConversion ConversionOf(const PipelineReport& report,
                                 const metrics::PipelineFigures& figures, const ClosePriors& priors,
                                 int32_t row, size_t stage) {
  const metrics::StageConversion conversion =
      ConversionOf(report, figures, row * report.stages.size() + stage);
  v1::StageConversion proto;
  proto.set_reached_count(conversion.reached);
  proto.set_advanced_count(conversion.advanced);
  proto.set_lost_count(conversion.lost);
  proto.set_open_count(conversion.open);
  *proto.mutable_advance_rate() = ProportionRate(conversion.effective, priors.conversion[stage],
                                                 report.grouping, row, priors.known);
  proto.set_lost_share(conversion.lost_share);
  proto.set_horizon_days(report.horizon_days);
  return proto;
}

// Nothing where no activities are recorded: then only moves would count.
Counts Attended(const PipelineReport& report, const metrics::OpenFigures& figures, int32_t row) {
  if (!report.activities_recorded) return {};
  const metrics::OpenCounts open = figures.load.Total(row);
  return {static_cast<double>(open.attended), static_cast<double>(open.open)};
}

metrics::RatePopulation AttendedPopulation(const PipelineReport& report,
                                           const metrics::OpenFigures& figures) {
  return metrics::PopulationOf(report.grouping, &metrics::LearnProportions,
                               [&](int32_t row) { return Attended(report, figures, row); });
}

v1::OpenPipeline OpenBefore(const PipelineReport& report, const PipelinePriors& priors,
                            simulation::Measure measure, int32_t row) {
  const metrics::OpenFigures& before = report.before;
  const metrics::OpenCounts open = before.load.Total(row);
  v1::OpenPipeline proto;
  *proto.mutable_as_of() = ToTimestamp(before.as_of_us);
  proto.set_open_count(open.open);
  proto.set_open_amount(Whole(open.amount_micros));
  *proto.mutable_attended() = ProportionRate(Attended(report, before, row), priors.attended_before,
                                             report.grouping, row, priors.known);
  proto.set_weighted_amount(metrics::WeightedMicros(before, row) / 1e6);
  proto.set_coverage(metrics::CoverageOf(before, row, measure));
  return proto;
}

void AddStage(const std::string& organization, const simulation::History& history,
              const PipelineReport& report, const PipelinePriors& priors, int32_t row, size_t s,
              v1::PipelineMetrics& line) {
  const size_t cell = row * report.stages.size() + s;
  v1::StageMetrics* stage = line.add_stages();
  SetStage(organization, history, report.stages[s], *stage);
  stage->set_open_count(report.now.load.stages[cell].open);
  stage->set_open_amount(Whole(report.now.load.stages[cell].amount_micros));
  *stage->mutable_days_won() = ToProto(report.current.durations[cell].won);
  *stage->mutable_days_lost() = ToProto(report.current.durations[cell].lost);
  *stage->mutable_days_open() = ToProto(report.current.durations[cell].open);
  *stage->mutable_conversion() = ConversionOf(report, report.current, priors.current, row, s);
  *stage->mutable_previous_conversion() =
      ConversionOf(report, report.previous, priors.previous, row, s);
  const metrics::StageCloseCounts& closes = report.current.closes.stages[cell];
  *stage->mutable_win_rate() = ProportionRate(closes.WinRate(), priors.current.stage_win[s],
                                              report.grouping, row, priors.current.known);
  stage->set_lost_count(closes.left_lost);
  stage->set_lost_amount(Whole(closes.left_lost_amount_micros));
  stage->set_won_count(closes.left_won);
  stage->set_won_amount(Whole(closes.left_won_amount_micros));
  const metrics::StageCloseCounts& before = report.previous.closes.stages[cell];
  *stage->mutable_previous_days_won() = ToProto(report.previous.durations[cell].won);
  *stage->mutable_previous_days_lost() = ToProto(report.previous.durations[cell].lost);
  *stage->mutable_previous_win_rate() = ProportionRate(
      before.WinRate(), priors.previous.stage_win[s], report.grouping, row, priors.previous.known);
  stage->set_previous_lost_count(before.left_lost);
  stage->set_previous_lost_amount(Whole(before.left_lost_amount_micros));
}

void AddLossReasons(const PipelineReport& report, const metrics::LossReasons& reasons, int32_t row,
                    v1::PipelineMetrics& line) {
  std::vector<std::pair<int32_t, metrics::LossCount>> losses(report.current.losses[row].begin(),
                                                             report.current.losses[row].end());
  std::sort(losses.begin(), losses.end(), [&](const auto& a, const auto& b) {
    if (a.second.count != b.second.count) return a.second.count > b.second.count;
    return reasons.Text(a.first) < reasons.Text(b.first);
  });
  if (losses.size() > kLossReasonsMax) losses.resize(kLossReasonsMax);
  for (const auto& [reason, loss] : losses) {
    v1::LossReason* added = line.add_loss_reasons();
    added->set_reason(reasons.Text(reason));
    added->set_count(loss.count);
    added->set_amount(Whole(loss.amount_micros));
    const auto before = report.previous.losses[row].find(reason);
    if (before != report.previous.losses[row].end()) {
      added->set_previous_count(before->second.count);
    }
  }
}

v1::OpenLoad ToProto(const metrics::OpenSpread& spread) {
  v1::OpenLoad proto;
  proto.set_rep_count(spread.rep_count);
  proto.set_mean(spread.mean);
  proto.set_median(spread.median);
  for (const int64_t bin : spread.bins) proto.add_bins(bin);
  proto.set_bin_width(spread.bin_width);
  proto.set_below_band_count(spread.below_band);
  proto.set_above_band_count(spread.above_band);
  return proto;
}

v1::LateStages ToProto(const metrics::LateStages& late, double divisor) {
  v1::LateStages proto;
  proto.set_open_count(late.open);
  proto.set_value(static_cast<double>(late.value) / divisor);
  proto.set_weighted_value(late.weighted_value / divisor);
  proto.set_missing(static_cast<double>(late.missing) / divisor);
  return proto;
}

}  // namespace

ClosePriors::ClosePriors(const PipelineReport& report, const metrics::PipelineFigures& figures,
                         int thread_count) {
  const size_t width = report.stages.size();
  const auto learn = [&report](const auto& rate_of) {
    return metrics::PopulationOf(report.grouping, &metrics::LearnProportions, rate_of);
  };
  conversion.resize(width);
  stage_win.resize(width);
  simulation::ParallelFor(thread_count, 1 + 2 * width, [&](int, size_t i) {
    if (i == 0) {
      win = learn([&](int32_t row) { return figures.closes.rows[row].WinRate(); });
    } else if (i <= width) {
      const size_t s = i - 1;
      conversion[s] = learn(
          [&](int32_t row) { return ConversionOf(report, figures, row * width + s).effective; });
    } else {
      const size_t s = i - 1 - width;
      stage_win[s] =
          learn([&](int32_t row) { return figures.closes.stages[row * width + s].WinRate(); });
    }
  });
}

PipelinePriors::PipelinePriors(const PipelineReport& report, int thread_count)
    : attended(AttendedPopulation(report, report.now)),
      attended_before(AttendedPopulation(report, report.before)),
      current(report, report.current, thread_count),
      previous(report, report.previous, thread_count) {}

v1::PastAttainment ToProto(simulation::Period period, const metrics::Attainment& attainment) {
  v1::PastAttainment proto;
  proto.set_period_start(FormatDay(period.start));
  proto.set_period_end(FormatDay(period.end));
  proto.set_rep_count(attainment.reps_with_quota);
  proto.set_made_count(attainment.reps_made);
  return proto;
}

v1::PipelineMetrics ToProto(const std::string& organization, const simulation::History& history,
                            const PipelineReport& report, const PipelinePriors& priors,
                            const metrics::LossReasons& reasons, simulation::Measure measure,
                            int32_t row) {
  v1::PipelineMetrics line;
  SetSubject(organization, history, report.grouping, row, line);
  const metrics::OpenCounts open = report.now.load.Total(row);
  const metrics::Velocity velocity = metrics::VelocityOf(report, row, measure);
  const double divisor = measure == simulation::Measure::kAmount ? 1e6 : 1;
  line.set_open_count(open.open);
  line.set_open_amount(Whole(open.amount_micros));
  *line.mutable_attended() = ProportionRate(Attended(report, report.now, row), priors.attended,
                                            report.grouping, row, priors.known);
  line.set_weighted_amount(velocity.weighted_micros / 1e6);
  line.set_coverage(velocity.coverage);
  line.set_velocity_per_day(velocity.per_day_micros / 1e6);
  *line.mutable_current() =
      FiguresOf(report.current, report, priors.current, measure, row, open.open);
  // The period before ended as the one now began.
  *line.mutable_previous() = FiguresOf(report.previous, report, priors.previous, measure, row,
                                       report.current.open_at_start[row]);
  for (size_t s = 0; s < report.stages.size(); ++s) {
    if (report.stages[s].kind != simulation::StageKind::kOpen) continue;
    AddStage(organization, history, report, priors, row, s, line);
  }
  if (row >= report.grouping.rep_count()) {
    *line.mutable_open_load() = ToProto(metrics::OpenSpreadOf(report, history, row));
  }
  *line.mutable_late_stages() = ToProto(metrics::LateStagesOf(report, row, measure), divisor);
  *line.mutable_previous_open() = OpenBefore(report, priors, measure, row);
  AddLossReasons(report, reasons, row, line);
  for (size_t k = 0; k < report.past.size(); ++k) {
    const metrics::Attainment& attainment = report.past[k][row];
    if (attainment.reps_with_quota == 0) continue;
    *line.add_past_attainments() = ToProto(report.past_periods[k], attainment);
  }
  return line;
}

v1::LoadBand ToProto(const metrics::LoadBand& band) {
  v1::LoadBand proto;
  proto.set_known(band.known);
  proto.set_low(band.low);
  proto.set_high(band.high);
  *proto.mutable_made_below() = ProportionRate(band.made_below);
  *proto.mutable_made_within() = ProportionRate(band.made_within);
  *proto.mutable_made_above() = ProportionRate(band.made_above);
  return proto;
}

}  // namespace quotacast::convert
