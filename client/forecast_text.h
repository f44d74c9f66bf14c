#ifndef QUOTACAST_CLIENT_FORECAST_TEXT_H_
#define QUOTACAST_CLIENT_FORECAST_TEXT_H_

// Forecasts as text that a manager can read, or as CSV.

#include <map>
#include <string>

#include "absl/time/time.h"
#include "quotacast/v1/forecast_service.pb.h"

namespace quotacast::client {

struct ForecastView {
  std::map<std::string, std::string> display_names;  // Of reps and teams, by resource name.
  absl::TimeZone zone;                               // The organization's.
  int fiscal_year_start_month = 1;
  int width = 100;  // Columns of the terminal.
  bool color = false;
};

// A table for each period and measure, the periods that end first in front: the reps by their
// chance, the lowest first, below them the teams and the organization.
std::string ForecastText(const v1::ForecastAttainmentResponse& response, const ForecastView& view);

// One line for each forecast and total, with a header.
std::string ForecastCsv(const v1::ForecastAttainmentResponse& response);

// The shortest name of a period as it may be given to `--period`: `2026-03`, `2026-Q1`, `2026-W10`
// or `2026-03-02..2026-03-30`. Days are `YYYY-MM-DD`, the end exclusive.
std::string PeriodLabel(const std::string& start, const std::string& end,
                        int fiscal_year_start_month);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_FORECAST_TEXT_H_
