#ifndef QUOTACAST_SERVER_HANDLERS_FORECAST_CORRECTIONS_H_
#define QUOTACAST_SERVER_HANDLERS_FORECAST_CORRECTIONS_H_

// Corrections of forecasts by what the organization's own past forecasts got wrong
// (simulation/correction.h).

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "quotacast/v1/forecast_service.pb.h"
#include "server/model_cache.h"
#include "simulation/correction.h"
#include "simulation/forecast.h"

namespace quotacast::handlers {

class ForecastCorrections {
 public:
  // None.
  ForecastCorrections() = default;

  // What `mode` makes of each question, learnt from forecasts that the default options would have
  // given in the past. With a mode other than kOff the organization's past is replayed, once for
  // each measure asked about. Errors: CANCELLED.
  static absl::StatusOr<ForecastCorrections> Learn(const FittedCompany& company,
                                                   simulation::CorrectionMode mode,
                                                   absl::Span<const simulation::Question> questions,
                                                   int thread_count,
                                                   const std::function<bool()>& cancelled);

  // The answer to the question of this index, corrected where it kept its samples.
  simulation::Forecast Apply(size_t question, simulation::Forecast forecast) const;

  // Says what is applied and by how much, and what is not since it was not better.
  void Describe(v1::ForecastAttainmentResponse& response) const;

 private:
  // Questions that are corrected alike.
  struct Kind {
    simulation::Measure measure = simulation::Measure::kAmount;
    simulation::PeriodKind period = simulation::PeriodKind::kAny;
    bool several_reps = false;
    simulation::Correction correction;
    simulation::CorrectionRecord record;
  };
  std::vector<simulation::Correction> by_question_;
  std::vector<Kind> kinds_;
};

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_FORECAST_CORRECTIONS_H_
