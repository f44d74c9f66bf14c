#ifndef QUOTACAST_CLIENT_FLOOR_TEXT_H_
#define QUOTACAST_CLIENT_FLOOR_TEXT_H_

// Ranked opportunities, guidelines and the check of the process, as text that a manager can read or
// as CSV.

#include <string>

#include "client/metric_words.h"
#include "quotacast/v1/metrics_service.pb.h"

namespace quotacast::client {

std::string RankingText(const v1::RankOpportunitiesResponse& response, const MetricsView& view);
std::string GuidelinesText(const v1::ReportGuidelinesResponse& response, const MetricsView& view);
std::string ProcessText(const v1::CheckProcessResponse& response, const MetricsView& view);

// One line for each opportunity, rep, or stage, with a header.
std::string RankingCsv(const v1::RankOpportunitiesResponse& response);
std::string GuidelinesCsv(const v1::ReportGuidelinesResponse& response);
std::string ProcessCsv(const v1::CheckProcessResponse& response);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_FLOOR_TEXT_H_
