#ifndef QUOTACAST_CLIENT_METRICS_TEXT_H_
#define QUOTACAST_CLIENT_METRICS_TEXT_H_

// The metrics of the sales floor as text that a manager can read or as CSV.

#include <string>

#include "client/metric_words.h"
#include "quotacast/v1/metrics_service.pb.h"

namespace quotacast::client {

// Everyone's line; below them, of the one rep or team asked for, else of the organization, what no
// line has room for: what it took to win, which stages, what went together.
std::string ActivityText(const v1::ReportActivityResponse& response, const MetricsView& view);
std::string PipelineText(const v1::ReportPipelineResponse& response, const MetricsView& view);

// One line for each rep, team and organization, with a header.
std::string ActivityCsv(const v1::ReportActivityResponse& response);
std::string PipelineCsv(const v1::ReportPipelineResponse& response);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_METRICS_TEXT_H_
