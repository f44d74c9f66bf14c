#ifndef QUOTACAST_CLIENT_SCENARIO_TEXT_H_
#define QUOTACAST_CLIENT_SCENARIO_TEXT_H_

// Scenarios, deals and why a chance moved as text that a manager can read, or as CSV.

#include <string>

#include "client/forecast_text.h"
#include "quotacast/v1/scenario_service.pb.h"

namespace quotacast::client {

// A table for each scenario: the chances without and with it side by side, and the difference with
// its error.
std::string ScenarioText(const v1::SimulateScenariosResponse& response, const ForecastView& view);
std::string ScenarioCsv(const v1::SimulateScenariosResponse& response);

// A table for each quota: its open deals, the one that matters most first.
std::string DealsText(const v1::AnalyzeDealsResponse& response, const ForecastView& view);
std::string DealsCsv(const v1::AnalyzeDealsResponse& response);

// A line for each quota: the chance at both times, and what each kind of news did; below it, where
// it is but one rep's, which deals they are.
std::string ExplanationText(const v1::ExplainChangeResponse& response, const ForecastView& view);
std::string ExplanationCsv(const v1::ExplainChangeResponse& response);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_SCENARIO_TEXT_H_
