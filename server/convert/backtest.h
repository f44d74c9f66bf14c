#ifndef QUOTACAST_SERVER_CONVERT_BACKTEST_H_
#define QUOTACAST_SERVER_CONVERT_BACKTEST_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "quotacast/v1/backtest_service.pb.h"
#include "server/errors.h"
#include "simulation/backtest.h"

namespace quotacast::convert {

// The options that the request names, all but the number of threads and the callbacks. What is
// wrong goes to `problems`.
simulation::BacktestOptions FromProto(const v1::RunBacktestRequest& request,
                                      errors::FieldErrors& problems);

v1::BacktestRow ToProto(absl::string_view organization, const simulation::History& history,
                        const simulation::BacktestRow& row);

// Everything but the rows.
v1::BacktestResult ToProto(const simulation::BacktestResult& result,
                           const simulation::BacktestOptions& options);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_BACKTEST_H_
