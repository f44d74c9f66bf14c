#include "server/convert/metric_parts.h"
#include "server/convert/metrics.h"
#include "server/convert/scalars.h"
#include "simulation/parallel.h"

namespace quotacast::convert {
namespace {

using metrics::Counts;

v1::Activity::Type TypeOf(size_t index) { return static_cast<v1::Activity::Type>(index + 1); }

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
    *added->mutable_connect_rate() =
        ProportionRate(counts.ConnectRate(type), priors.connect[i], report.grouping, row);
  }
  proto.set_talk_seconds(counts.talk_seconds);
  proto.set_prospecting_call_count(counts.prospecting_calls);
  proto.set_opportunity_count(contacts.opportunities);
  proto.set_opportunity_after_call_count(contacts.after_call);
  const Counts contact = figures.ContactRateOf(row);
  *proto.mutable_contact_rate() = RateOf(
      contact,
      metrics::Intensity(contact, metrics::PriorOf(priors.contact, report.grouping, row, contact)));
  *proto.mutable_activities_before_creation() = ToProto(contacts.activities_before);
  for (size_t i = 0; i < metrics::kActivityTypeCount; ++i) {
    if (contacts.before_by_type[i] == 0) continue;
    v1::ActivityTypeCount* added = proto.add_before_creation_types();
    added->set_type(TypeOf(i));
    added->set_count(contacts.before_by_type[i]);
  }
  *proto.mutable_follow_ups_won() = ToProto(follow_ups.won);
  *proto.mutable_follow_ups_lost() = ToProto(follow_ups.lost);
  *proto.mutable_given_up_after_one() =
      ProportionRate(follow_ups.GivenUpAfterOne(), priors.given_up, report.grouping, row);
  *proto.mutable_won_after_five() =
      ProportionRate(follow_ups.WonAfterFive(), priors.won_after_five, report.grouping, row);
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

v1::ActivityEffect EffectOf(const metrics::ActivityFigures& figures, int32_t row, size_t type) {
  const metrics::RateRatio ratio =
      figures.effect.Of(row, static_cast<simulation::ActivityType>(type));
  v1::ActivityEffect proto;
  proto.set_type(TypeOf(type));
  proto.set_ratio(ratio.ratio);
  proto.set_low(ratio.interval.low);
  proto.set_high(ratio.interval.high);
  proto.set_advance_after_count(ratio.advances_after);
  proto.set_advance_other_count(ratio.advances_other);
  proto.set_days_after(ratio.days_after);
  proto.set_days_other(ratio.days_other);
  return proto;
}

}  // namespace

ActivityPriors::ActivityPriors(const metrics::Grouping& grouping,
                               const metrics::ActivityFigures& figures, int thread_count) {
  const auto learn = [&grouping](const auto& rate_of) {
    return metrics::PopulationOf(grouping, &metrics::LearnProportions, rate_of);
  };
  constexpr size_t kTypes = metrics::kActivityTypeCount;
  connect.resize(kTypes);
  simulation::ParallelFor(thread_count, kTypes + 3, [&](int, size_t i) {
    if (i < kTypes) {
      const auto type = static_cast<simulation::ActivityType>(i);
      connect[i] = learn([&](int32_t row) { return figures.activities[row].ConnectRate(type); });
    } else if (i == kTypes) {
      contact = metrics::PopulationOf(grouping, &metrics::LearnIntensities,
                                      [&](int32_t row) { return figures.ContactRateOf(row); });
    } else if (i == kTypes + 1) {
      given_up = learn([&](int32_t row) { return figures.follow_ups.rows[row].GivenUpAfterOne(); });
    } else {
      won_after_five =
          learn([&](int32_t row) { return figures.follow_ups.rows[row].WonAfterFive(); });
    }
  });
}

v1::ActivityMetrics ToProto(const std::string& organization, const simulation::History& history,
                            const metrics::ActivityReport& report, const ActivityPriors& current,
                            const ActivityPriors& previous, int32_t row) {
  v1::ActivityMetrics line;
  SetSubject(organization, history, report.grouping, row, line);
  *line.mutable_current() = FiguresOf(organization, history, report, report.current, current, row);
  *line.mutable_previous() =
      FiguresOf(organization, history, report, report.previous, previous, row);
  for (size_t i = 0; i < metrics::kActivityTypeCount; ++i) {
    *line.add_effects() = EffectOf(report.current, row, i);
    *line.add_previous_effects() = EffectOf(report.previous, row, i);
  }
  return line;
}

}  // namespace quotacast::convert
