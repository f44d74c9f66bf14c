#ifndef QUOTACAST_CLIENT_PLANNING_TEXT_H_
#define QUOTACAST_CLIENT_PLANNING_TEXT_H_

// Plans and suggested quotas as text that a manager can read, or as CSV.

#include <string>

#include "client/forecast_text.h"
#include "quotacast/v1/planning_service.pb.h"

namespace quotacast::client {

// The answer in words, and the chance by level.
std::string PlanText(const v1::PlanActivityResponse& response, const ForecastView& view);
std::string PlanCsv(const v1::PlanActivityResponse& response);

// A line for each rep.
std::string PlansText(const v1::PlanRepsResponse& response, const ForecastView& view);
std::string PlansCsv(const v1::PlanRepsResponse& response);

// A line for each rep beside the quota they have, and the total.
std::string QuotasText(const v1::SuggestQuotasResponse& response, const ForecastView& view);
std::string QuotasCsv(const v1::SuggestQuotasResponse& response);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_PLANNING_TEXT_H_
