#ifndef QUOTACAST_SERVER_CONVERT_METRIC_PARTS_H_
#define QUOTACAST_SERVER_CONVERT_METRIC_PARTS_H_

// What the messages of metrics have in common.

#include <string>

#include "quotacast/v1/metrics_service.pb.h"
#include "server/convert/names.h"
#include "server/metrics/activity_report.h"
#include "server/metrics/grouping.h"
#include "server/metrics/known_intervals.h"
#include "server/metrics/rates.h"
#include "server/metrics/stage_index.h"
#include "simulation/history.h"

namespace quotacast::convert {

// As money is written.
inline double Whole(int64_t micros) { return static_cast<double>(micros) / 1e6; }

inline v1::Rate MakeRate(const metrics::Counts& counts, double value, metrics::Interval interval) {
  v1::Rate rate;
  rate.set_count(counts.count);
  rate.set_total(counts.total);
  rate.set_value(value);
  rate.set_low(interval.low);
  rate.set_high(interval.high);
  return rate;
}

// Empty where the total is 0.
template <typename Posterior>
v1::Rate RateOf(const metrics::Counts& counts, const Posterior& posterior) {
  if (counts.total <= 0) return {};
  return MakeRate(counts, posterior.Mean(), posterior.CentralInterval());
}

// Of a row, shrunk as `population` tells.
inline v1::Rate ProportionRate(const metrics::Counts& counts,
                               const metrics::RatePopulation& population,
                               const metrics::Grouping& grouping, int32_t row) {
  return RateOf(counts,
                metrics::Proportion(counts, metrics::PriorOf(population, grouping, row, counts)));
}

// The same, its interval taken from those that are known.
inline v1::Rate ProportionRate(const metrics::Counts& counts,
                               const metrics::RatePopulation& population,
                               const metrics::Grouping& grouping, int32_t row,
                               const metrics::KnownIntervals& known) {
  if (counts.total <= 0) return {};
  const metrics::BetaDistribution posterior =
      metrics::Proportion(counts, metrics::PriorOf(population, grouping, row, counts));
  return MakeRate(counts, posterior.Mean(), known.Of(posterior));
}

// Not shrunk.
inline v1::Rate ProportionRate(const metrics::Counts& counts) {
  return RateOf(counts, metrics::Proportion(counts, {}));
}

// Sets whose a line is.
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

// Sets pipeline and stage.
template <typename Stage>
void SetStage(const std::string& organization, const simulation::History& history,
              const metrics::StageIndex::Entry& entry, Stage& stage) {
  const simulation::Pipeline& pipeline = history.pipelines[entry.pipeline];
  stage.set_pipeline(FormatChildName(organization, "pipelines", pipeline.id));
  stage.set_stage_id(pipeline.stages[entry.stage].id);
}

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_METRIC_PARTS_H_
