#ifndef QUOTACAST_SERVER_CONVERT_METRICS_H_
#define QUOTACAST_SERVER_CONVERT_METRICS_H_

// Metrics and signals as messages. Identifiers become resource names of `organization`.

#include <string>
#include <vector>

#include "quotacast/v1/metrics_service.pb.h"
#include "quotacast/v1/signal_service.pb.h"
#include "server/metrics/activity_report.h"
#include "server/metrics/pipeline_report.h"
#include "server/metrics/process_check.h"
#include "server/metrics/signal.h"

namespace quotacast::convert {

// Priors of the rates of a report: estimated once, used for each of its lines.
struct ActivityPriors {
  explicit ActivityPriors(const metrics::ActivityReport& report);
  std::vector<metrics::RatePrior> connect;  // By kind of activity.
  metrics::RatePrior contact, given_up;
};

struct PipelinePriors {
  explicit PipelinePriors(const metrics::PipelineReport& report);
  metrics::RatePrior attended, win;
  std::vector<metrics::RatePrior> conversion, previous_conversion,
      stage_win;  // By StageIndex number.
};

// The line of one row.
v1::ActivityMetrics ToProto(const std::string& organization, const simulation::History& history,
                            const metrics::ActivityReport& report, const ActivityPriors& priors,
                            int32_t row);
v1::PipelineMetrics ToProto(const std::string& organization, const simulation::History& history,
                            const metrics::PipelineReport& report, const PipelinePriors& priors,
                            simulation::Measure measure, int32_t row);

v1::LoadBand ToProto(const metrics::LoadBand& band);
v1::CheckProcessResponse ToProto(const std::string& organization,
                                 const simulation::History& history,
                                 const metrics::StageIndex& stages,
                                 const metrics::ProcessCheck& check);
v1::Signal ToProto(const std::string& organization, const simulation::History& history,
                   simulation::Measure measure, const metrics::Signal& signal);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_METRICS_H_
