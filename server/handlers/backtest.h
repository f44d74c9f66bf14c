#ifndef QUOTACAST_SERVER_HANDLERS_BACKTEST_H_
#define QUOTACAST_SERVER_HANDLERS_BACKTEST_H_

// The method of BacktestService, as quotacast/v1/backtest_service.proto describes it.

#include <functional>

#include "absl/status/status.h"
#include "quotacast/v1/backtest_service.pb.h"
#include "server/handlers/engine.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

// Takes the messages of the stream, from several threads but one at a time.
using BacktestSink = std::function<void(const v1::RunBacktestResponse&)>;

absl::Status RunBacktest(const Context& context, Engine& engine,
                         const v1::RunBacktestRequest& request, const BacktestSink& send);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_BACKTEST_H_
