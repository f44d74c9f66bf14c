#include "server/convert/metrics.h"

#include "server/convert/names.h"
#include "server/convert/scalars.h"

namespace quotacast::convert {
namespace {

using metrics::Counts;
using metrics::RatePrior;

// As money is written.
double Whole(int64_t micros) { return static_cast<double>(micros) / 1e6; }

v1::Activity::Type TypeOf(size_t index) { return static_cast<v1::Activity::Type>(index + 1); }

template <typename Posterior>
v1::Rate RateOf(const Counts& counts, const Posterior& posterior) {
  v1::Rate rate;
  if (counts.total <= 0) return rate;
  rate.set_count(counts.count);
  rate.set_total(counts.total);
  const metrics::Interval interval = posterior.CentralInterval();
  rate.set_value(posterior.Mean());
  rate.set_low(interval.low);
  rate.set_high(interval.high);
  return rate;
}

v1::Rate ProportionRate(const Counts& counts, const RatePrior& prior) {
  return RateOf(counts, metrics::Proportion(counts, prior));
}

v1::CountDistribution ToProto(const metrics::CountHistogram& histogram) {
  v1::CountDistribution proto;
  proto.set_count(histogram.Count());
  if (proto.count() == 0) return proto;
  proto.set_mean(histogram.Mean());
  proto.set_median(histogram.Quantile(.5));
  proto.set_p90(histogram.Quantile(.9));
  for (const int64_t bin : histogram.bins) proto.add_bins(bin);
  return proto;
}

v1::DurationSummary ToProto(const metrics::DistributionSummary& summary) {
  v1::DurationSummary proto;
  proto.set_count(summary.count);
  proto.set_mean(summary.mean);
  proto.set_median(summary.median);
  proto.set_p90(summary.p90);
  return proto;
}

template <typename Line>
void SetSubject(const std::string& organization, const simulation::History& history,
                const metrics::Grouping& grouping, int32_t row, Line& line) {
  if (row < grouping.rep_count()) {
    line.set_rep(FormatChildName(organization, "reps", history.reps[row].id));
  } else if (row < grouping.organization_row()) {
    const simulation::Team& team = history.teams[row - grouping.rep_count()];
    line.set_team(FormatChildName(organization, "teams", team.id));
  } else {
    line.set_organization(OrganizationName(organization));
  }
}

template <typename Stage>
void SetStage(const std::string& organization, const simulation::History& history,
              const metrics::StageIndex::Entry& entry, Stage& stage) {
  const simulation::Pipeline& pipeline = history.pipelines[entry.pipeline];
  stage.set_pipeline(FormatChildName(organization, "pipelines", pipeline.id));
  stage.set_stage_id(pipeline.stages[entry.stage].id);
}

v1::ActivityFigures FiguresOf(const std::string& organization, const simulation::History& history,
                              const metrics::ActivityReport& report,
                              const metrics::ActivityFigures& figures, const ActivityPriors& priors,
                              int32_t row) {
  v1::ActivityFigures proto;
  const metrics::ActivityCounts& counts = figures.activities[row];
  const metrics::ContactCounts& contacts = figures.contacts[row];
  const metrics::FollowUpCounts& follow_ups = figures.follow_ups.rows[row];
  proto.set_period_start(FormatDay(figures.period.start));
  proto.set_period_end(FormatDay(figures.period.end));
  proto.set_working_days(counts.working_days);
  for (size_t i = 0; i < metrics::kActivityTypeCount; ++i) {
    const auto type = static_cast<simulation::ActivityType>(i);
    v1::ActivityTypeFigures* added = proto.add_types();
    added->set_type(TypeOf(i));
    added->set_count(counts.made[i]);
    added->set_per_working_day(counts.PerWorkingDay(type).Crude());
    *added->mutable_connect_rate() = ProportionRate(counts.ConnectRate(type), priors.connect[i]);
  }
  proto.set_talk_seconds(counts.talk_seconds);
  proto.set_prospecting_call_count(counts.prospecting_calls);
  proto.set_opportunity_count(contacts.opportunities);
  proto.set_opportunity_after_call_count(contacts.after_call);
  const Counts contact = metrics::ContactRate(contacts, counts);
  *proto.mutable_contact_rate() = RateOf(contact, metrics::Intensity(contact, priors.contact));
  *proto.mutable_activities_before_creation() = ToProto(contacts.activities_before);
  *proto.mutable_follow_ups_won() = ToProto(follow_ups.won);
  *proto.mutable_follow_ups_lost() = ToProto(follow_ups.lost);
  *proto.mutable_given_up_after_one() =
      ProportionRate(follow_ups.GivenUpAfterOne(), priors.given_up);
  for (size_t s = 0; s < report.stages.size(); ++s) {
    const metrics::CountHistogram& during =
        figures.follow_ups.per_advance[row * report.stages.size() + s];
    if (during.Count() == 0) continue;
    v1::StageFollowUps* added = proto.add_stage_follow_ups();
    SetStage(organization, history, report.stages[s], *added);
    *added->mutable_follow_ups() = ToProto(during);
  }
  return proto;
}

v1::PipelineFigures FiguresOf(const metrics::PipelineFigures& figures, const RatePrior& win,
                              simulation::Measure measure, int32_t row) {
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
  *proto.mutable_win_rate() = ProportionRate(closes.WinRate(), win);
  proto.set_average_deal_size(closes.AverageDealSizeMicros() / 1e6);
  proto.set_cycle_days(closes.AverageCycleDays());
  proto.set_target(static_cast<double>(attainment.target) / divisor);
  proto.set_booked(static_cast<double>(attainment.booked) / divisor);
  proto.set_rep_count(attainment.reps_with_quota);
  proto.set_made_count(attainment.reps_made);
  return proto;
}

v1::StageConversion ConversionOf(const metrics::LifeTable& table, const RatePrior& prior) {
  const metrics::StageConversion conversion = metrics::EstimateConversion(table);
  v1::StageConversion proto;
  proto.set_reached_count(conversion.reached);
  proto.set_advanced_count(conversion.advanced);
  proto.set_lost_count(conversion.lost);
  proto.set_open_count(conversion.open);
  *proto.mutable_advance_rate() = ProportionRate(conversion.effective, prior);
  proto.set_lost_share(conversion.lost_share);
  return proto;
}

Counts Attended(const metrics::PipelineReport& report, int32_t row) {
  const metrics::OpenCounts open = report.load.Total(row);
  return {static_cast<double>(open.attended), static_cast<double>(open.open)};
}

}  // namespace

ActivityPriors::ActivityPriors(const metrics::ActivityReport& report) {
  const metrics::ActivityFigures& current = report.current;
  for (size_t i = 0; i < metrics::kActivityTypeCount; ++i) {
    const auto type = static_cast<simulation::ActivityType>(i);
    connect.push_back(
        metrics::PriorOf(report.grouping, &metrics::ProportionPrior,
                         [&](int32_t row) { return current.activities[row].ConnectRate(type); }));
  }
  contact = metrics::PriorOf(report.grouping, &metrics::IntensityPrior,
                             [&](int32_t row) { return current.ContactRateOf(row); });
  given_up = metrics::PriorOf(report.grouping, &metrics::ProportionPrior, [&](int32_t row) {
    return current.follow_ups.rows[row].GivenUpAfterOne();
  });
}

PipelinePriors::PipelinePriors(const metrics::PipelineReport& report) {
  const size_t width = report.stages.size();
  const auto prior = [&report](const auto& rate_of) {
    return metrics::PriorOf(report.grouping, &metrics::ProportionPrior, rate_of);
  };
  attended = prior([&](int32_t row) { return Attended(report, row); });
  win = prior([&](int32_t row) { return report.current.closes.rows[row].WinRate(); });
  for (size_t s = 0; s < width; ++s) {
    conversion.push_back(prior([&](int32_t row) {
      return metrics::EstimateConversion(report.current.conversion[row * width + s]).effective;
    }));
    previous_conversion.push_back(prior([&](int32_t row) {
      return metrics::EstimateConversion(report.previous.conversion[row * width + s]).effective;
    }));
    stage_win.push_back(prior(
        [&](int32_t row) { return report.current.closes.stages[row * width + s].WinRate(); }));
  }
}

v1::ActivityMetrics ToProto(const std::string& organization, const simulation::History& history,
                            const metrics::ActivityReport& report, const ActivityPriors& priors,
                            int32_t row) {
  v1::ActivityMetrics line;
  SetSubject(organization, history, report.grouping, row, line);
  *line.mutable_current() = FiguresOf(organization, history, report, report.current, priors, row);
  *line.mutable_previous() = FiguresOf(organization, history, report, report.previous, priors, row);
  for (size_t i = 0; i < metrics::kActivityTypeCount; ++i) {
    const metrics::RateRatio ratio =
        report.effect.Of(row, static_cast<simulation::ActivityType>(i));
    v1::ActivityEffect* added = line.add_effects();
    added->set_type(TypeOf(i));
    added->set_ratio(ratio.ratio);
    added->set_low(ratio.interval.low);
    added->set_high(ratio.interval.high);
    added->set_advance_after_count(ratio.advances_after);
    added->set_advance_other_count(ratio.advances_other);
    added->set_days_after(ratio.days_after);
    added->set_days_other(ratio.days_other);
  }
  return line;
}

v1::PipelineMetrics ToProto(const std::string& organization, const simulation::History& history,
                            const metrics::PipelineReport& report, const PipelinePriors& priors,
                            simulation::Measure measure, int32_t row) {
  v1::PipelineMetrics line;
  SetSubject(organization, history, report.grouping, row, line);
  const metrics::OpenCounts open = report.load.Total(row);
  const metrics::Velocity velocity = metrics::VelocityOf(report, row, measure);
  line.set_open_count(open.open);
  line.set_open_amount(Whole(open.amount_micros));
  *line.mutable_attended() = ProportionRate(Attended(report, row), priors.attended);
  line.set_weighted_amount(velocity.weighted_micros / 1e6);
  line.set_coverage(velocity.coverage);
  line.set_velocity_per_day(velocity.per_day_micros / 1e6);
  *line.mutable_current() = FiguresOf(report.current, priors.win, measure, row);
  *line.mutable_previous() = FiguresOf(report.previous, priors.win, measure, row);
  for (size_t s = 0; s < report.stages.size(); ++s) {
    if (report.stages[s].kind != simulation::StageKind::kOpen) continue;
    const size_t cell = row * report.stages.size() + s;
    v1::StageMetrics* stage = line.add_stages();
    SetStage(organization, history, report.stages[s], *stage);
    stage->set_open_count(report.load.stages[cell].open);
    stage->set_open_amount(Whole(report.load.stages[cell].amount_micros));
    *stage->mutable_days_won() = ToProto(report.current.durations[cell].won);
    *stage->mutable_days_lost() = ToProto(report.current.durations[cell].lost);
    *stage->mutable_days_open() = ToProto(report.current.durations[cell].open);
    *stage->mutable_conversion() =
        ConversionOf(report.current.conversion[cell], priors.conversion[s]);
    *stage->mutable_previous_conversion() =
        ConversionOf(report.previous.conversion[cell], priors.previous_conversion[s]);
    const metrics::StageCloseCounts& closes = report.current.closes.stages[cell];
    *stage->mutable_win_rate() = ProportionRate(closes.WinRate(), priors.stage_win[s]);
    stage->set_lost_amount(Whole(closes.left_lost_amount_micros));
  }
  return line;
}

v1::LoadBand ToProto(const metrics::LoadBand& band) {
  v1::LoadBand proto;
  proto.set_known(band.known);
  proto.set_low(band.low);
  proto.set_high(band.high);
  *proto.mutable_made_below() = ProportionRate(band.made_below, {});
  *proto.mutable_made_within() = ProportionRate(band.made_within, {});
  *proto.mutable_made_above() = ProportionRate(band.made_above, {});
  return proto;
}

v1::CheckProcessResponse ToProto(const std::string& organization,
                                 const simulation::History& history,
                                 const metrics::StageIndex& stages,
                                 const metrics::ProcessCheck& check) {
  v1::CheckProcessResponse response;
  response.set_opportunity_count(check.opportunities);
  for (size_t s = 0; s < stages.size(); ++s) {
    const metrics::StageUse& use = check.stages[s];
    v1::StageUse* stage = response.add_stages();
    SetStage(organization, history, stages[s], *stage);
    stage->set_entered_count(use.entered);
    stage->set_skipped_count(use.skipped);
    stage->set_left_count(use.left);
    if (use.IsUnused()) stage->add_findings(v1::StageUse::UNUSED);
    if (use.IsSkippedByMost()) stage->add_findings(v1::StageUse::SKIPPED_BY_MOST);
    if (use.HasNoExit() && stages[s].kind == simulation::StageKind::kOpen) {
      stage->add_findings(v1::StageUse::NO_EXIT);
    }
  }
  for (const metrics::Misfit& misfit : check.misfits) {
    v1::ProcessMisfit* added = response.add_misfits();
    added->set_kind(static_cast<v1::ProcessMisfit::Kind>(static_cast<int>(misfit.kind) + 1));
    added->set_count(misfit.count);
    for (const int32_t opportunity : misfit.opportunities) {
      added->add_opportunities(
          FormatChildName(organization, "opportunities", history.opportunities[opportunity].id));
    }
  }
  return response;
}

}  // namespace quotacast::convert
