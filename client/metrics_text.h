#ifndef QUOTACAST_CLIENT_METRICS_TEXT_H_
#define QUOTACAST_CLIENT_METRICS_TEXT_H_

// The metrics of the sales floor, and signals, as text that a manager can read or as CSV.

#include <map>
#include <string>

#include "quotacast/v1/metrics_service.pb.h"
#include "quotacast/v1/signal_service.pb.h"

namespace quotacast::client {

struct MetricsView {
  std::map<std::string, std::string> display_names;  // Of reps and teams, by resource name.
  int width = 100;                                   // Columns of the terminal.
  bool color = false;
};

// Everyone's line; below it, of the organization or else whoever comes first, what belongs to no
// line: what it took to win, which stages, what went together.
std::string ActivityText(const v1::ReportActivityResponse& response, const MetricsView& view);
std::string PipelineText(const v1::ReportPipelineResponse& response, const MetricsView& view);

// One after the other, the most urgent first.
std::string SignalsText(const v1::ListSignalsResponse& response, const MetricsView& view);

// One line for each rep, team and organization, or each signal, with a header.
std::string ActivityCsv(const v1::ReportActivityResponse& response);
std::string PipelineCsv(const v1::ReportPipelineResponse& response);
std::string SignalsCsv(const v1::ListSignalsResponse& response);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_METRICS_TEXT_H_
