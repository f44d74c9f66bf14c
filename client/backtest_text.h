#ifndef QUOTACAST_CLIENT_BACKTEST_TEXT_H_
#define QUOTACAST_CLIENT_BACKTEST_TEXT_H_

// The result of a backtest as text that a manager can read, and its rows as CSV.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "quotacast/v1/backtest_service.pb.h"

namespace quotacast::client {

// For each rep and for all together: how often chances came in ("of 212 forecasts between 60 and
// 80 %, 71 % came in"), the scores of the model beside the baselines, and the model's at each
// origin. Then what the server found, and how to switch corrections on where they would have been
// better and `organization_mode`, that of the organization, is OFF.
std::string BacktestText(const v1::BacktestResult& result, v1::CorrectionMode organization_mode,
                         int width, bool color);

// The header of the rows, and one of them, with their line ends. Times are in `zone`.
std::string BacktestRowsHeader();
std::string BacktestRowText(const v1::BacktestRow& row, absl::TimeZone zone);

// The scores as CSV, one line for each forecaster, origin and subject.
std::string BacktestCsv(const v1::BacktestResult& result);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_BACKTEST_TEXT_H_
