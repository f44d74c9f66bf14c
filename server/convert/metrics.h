#ifndef QUOTACAST_SERVER_CONVERT_METRICS_H_
#define QUOTACAST_SERVER_CONVERT_METRICS_H_

// Metrics and signals as messages. Identifiers become resource names of `organization`.

#include <string>
#include <vector>

#include "quotacast/v1/metrics_service.pb.h"
#include "quotacast/v1/signal_service.pb.h"
#include "server/metrics/activity_report.h"
#include "server/metrics/known_intervals.h"
#include "server/metrics/pipeline_report.h"
#include "server/metrics/process_check.h"
#include "server/metrics/signal.h"
#include "server/storage/records.h"

namespace quotacast::convert {

// How rates lie among reps: learnt once for a report, used for each of its lines.
struct ActivityPriors {
  ActivityPriors(const metrics::Grouping& grouping, const metrics::ActivityFigures& figures,
                 int thread_count);
  std::vector<metrics::RatePopulation> connect;  // By kind of activity.
  metrics::RatePopulation contact, given_up, won_after_five;
};

// Of the figures of one period.
struct ClosePriors {
  ClosePriors(const metrics::PipelineReport& report, const metrics::PipelineFigures& figures,
              int thread_count);
  metrics::RatePopulation win;
  std::vector<metrics::RatePopulation> conversion, stage_win;  // By StageIndex number.
  metrics::KnownIntervals known;
};

struct PipelinePriors {
  PipelinePriors(const metrics::PipelineReport& report, int thread_count);
  metrics::RatePopulation attended, attended_before;
  metrics::KnownIntervals known;  // Of these two.
  ClosePriors current, previous;
};

// The line of one row.
v1::ActivityMetrics ToProto(const std::string& organization, const simulation::History& history,
                            const metrics::ActivityReport& report, const ActivityPriors& current,
                            const ActivityPriors& previous, int32_t row);
v1::PipelineMetrics ToProto(const std::string& organization, const simulation::History& history,
                            const metrics::PipelineReport& report, const PipelinePriors& priors,
                            const metrics::LossReasons& reasons, simulation::Measure measure,
                            int32_t row);
v1::PastAttainment ToProto(simulation::Period period, const metrics::Attainment& attainment);

v1::LoadBand ToProto(const metrics::LoadBand& band);
v1::CheckProcessResponse ToProto(const std::string& organization,
                                 const simulation::History& history,
                                 const metrics::StageIndex& stages,
                                 const metrics::ProcessCheck& check);
v1::Signal ToProto(const std::string& organization, const simulation::History& history,
                   simulation::Measure measure, const metrics::Signal& signal);

// What of a signal's name is its own: `{kind}~{rep}`, or `{kind}~{rep}~{pipeline}~{stage}`.
std::string SignalId(const simulation::History& history, const metrics::Signal& signal);
// "conversion-drop".
std::string SignalKindWord(v1::Signal::Kind kind);
// Whether signals of the kind are about a stage.
bool IsAboutStage(v1::Signal::Kind kind);
v1::SignalReview ToProto(const std::string& organization, const storage::SignalReview& review);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_METRICS_H_
