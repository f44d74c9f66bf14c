#ifndef QUOTACAST_SERVER_HANDLERS_METRICS_H_
#define QUOTACAST_SERVER_HANDLERS_METRICS_H_

// The methods of MetricsService and SignalService, as their protos describe them.

#include "absl/status/statusor.h"
#include "quotacast/v1/metrics_service.pb.h"
#include "quotacast/v1/signal_service.pb.h"
#include "server/handlers/engine.h"
#include "server/handlers/floor_question.h"
#include "server/handlers/request.h"

namespace quotacast::handlers {

absl::StatusOr<v1::ReportActivityResponse> ReportActivity(const Context& context, Engine& engine,
                                                          Floor& floor,
                                                          const v1::ReportActivityRequest& request);

absl::StatusOr<v1::ReportPipelineResponse> ReportPipeline(const Context& context, Engine& engine,
                                                          Floor& floor,
                                                          const v1::ReportPipelineRequest& request);

absl::StatusOr<v1::RankOpportunitiesResponse> RankOpportunities(
    const Context& context, Engine& engine, Floor& floor,
    const v1::RankOpportunitiesRequest& request);

absl::StatusOr<v1::ReportGuidelinesResponse> ReportGuidelines(
    const Context& context, Engine& engine, Floor& floor,
    const v1::ReportGuidelinesRequest& request);

absl::StatusOr<v1::CheckProcessResponse> CheckProcess(const Context& context, Engine& engine,
                                                      Floor& floor,
                                                      const v1::CheckProcessRequest& request);

absl::StatusOr<v1::ListSignalsResponse> ListSignals(const Context& context, Engine& engine,
                                                    Floor& floor,
                                                    const v1::ListSignalsRequest& request);

absl::StatusOr<v1::SignalReview> AcknowledgeSignal(const Context& context,
                                                   const v1::AcknowledgeSignalRequest& request);

absl::StatusOr<v1::SignalReview> SnoozeSignal(const Context& context,
                                              const v1::SnoozeSignalRequest& request);

absl::StatusOr<v1::SignalReview> ReopenSignal(const Context& context,
                                              const v1::ReopenSignalRequest& request);

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_METRICS_H_
