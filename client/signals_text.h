#ifndef QUOTACAST_CLIENT_SIGNALS_TEXT_H_
#define QUOTACAST_CLIENT_SIGNALS_TEXT_H_

// Signals as text that a manager can read or as CSV.

#include <string>

#include "absl/time/time.h"
#include "client/metric_words.h"
#include "quotacast/v1/signal_service.pb.h"

namespace quotacast::client {

struct SignalsView : MetricsView {
  absl::TimeZone zone;  // The organization's.
};

// One after the other, the most urgent first, each with the identifier that it is reviewed by.
std::string SignalsText(const v1::ListSignalsResponse& response, const SignalsView& view);

// One line for each signal, with a header.
std::string SignalsCsv(const v1::ListSignalsResponse& response);

// "acknowledged by eve, not listed before 2026-06-01 10:00: on leave".
std::string ReviewText(const v1::SignalReview& review, absl::TimeZone zone);

}  // namespace quotacast::client

#endif  // QUOTACAST_CLIENT_SIGNALS_TEXT_H_
