#ifndef QUOTACAST_CLIENT_METRICS_CARD_H_
#define QUOTACAST_CLIENT_METRICS_CARD_H_

// Every metric of one rep, team or the organization, one a line, beside the period before, the
// rep's team and the organization.

#include <string>

#include "client/metric_words.h"
#include "quotacast/v1/metrics_service.pb.h"

namespace quotacast::client {

// Whose a line of a report is: a resource name.
template <typename Metrics>
const std::string& SubjectOf(const Metrics& metrics) {
  if (metrics.has_rep()) return metrics.rep();
  return metrics.has_team() ? metrics.team() : metrics.organization();
}

// "All", "Team North", "Eva Jansen".
template <typename Metrics>
std::string SubjectName(const Metrics& metrics, const MetricsView& view) {
  if (metrics.has_organization()) return "All";
  const std::string name = DisplayName(view, SubjectOf(metrics));
  return metrics.has_team() ? absl::StrCat("Team ", name) : name;
}

// The line that more is told of: of the one rep or team asked for, else the first, which is the
// organization's. The response must have a line.
template <typename Response>
const auto& FocusOf(const Response& response, const MetricsView& view) {
  for (const auto& line : response.metrics()) {
    if (SubjectOf(line) == view.focus) return line;
  }
  return response.metrics(0);
}

// The figures of one kind of activity; all 0 where there was none.
const v1::ActivityTypeFigures& OfType(const v1::ActivityFigures& figures, v1::Activity::Type type);

// Whether a line is a team's and says just what the organization's, the first one, says: that of a
// team that all belong to. Shown once is enough.
template <typename Response, typename Metrics>
bool IsAllAgain(const Response& response, const Metrics& line) {
  if (!line.has_team()) return false;
  Metrics team = line, all = response.metrics(0);
  team.clear_subject();
  all.clear_subject();
  return team.SerializeAsString() == all.SerializeAsString();
}

std::string ActivityCard(const v1::ReportActivityResponse& response, const MetricsView& view);
std::string PipelineCard(const v1::ReportPipelineResponse& response, const MetricsView& view);

// "28 % (23-33), 201": the estimate, its interval, the count behind it; "-" where nothing is known.
std::string IntervalText(const v1::Rate& rate);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_METRICS_CARD_H_
