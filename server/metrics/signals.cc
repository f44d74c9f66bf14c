#include "server/metrics/signals.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "server/metrics/pipeline_signals.h"
#include "server/metrics/rate_signals.h"
#include "simulation/parallel.h"

namespace quotacast::metrics {
namespace {

using simulation::FittedModel;

void SetChances(const std::map<int32_t, double>& chance_of_rep, std::vector<Signal>& signals) {
  for (Signal& signal : signals) {
    const auto found = chance_of_rep.find(signal.rep);
    if (found == chance_of_rep.end()) continue;
    signal.chance_known = true;
    signal.chance = found->second;
  }
}

}  // namespace

std::vector<Signal> FindSignals(const SignalEvidence& evidence, int thread_count) {
  using Find = void (*)(const SignalEvidence&, std::vector<Signal>&);
  constexpr Find kFinds[] = {&AddOpensButDoesNotClose, &AddLowContactRates, &AddGivesUpEarly,
                             &AddOverloaded,           &AddUnderloaded,     &AddStaleOpportunities,
                             &AddCloseDatePast,        &AddNothingRecorded, &AddImpossibleData};
  const size_t stages = evidence.stage_count();
  std::vector<std::vector<Signal>> parts(stages + std::size(kFinds));
  simulation::ParallelFor(thread_count, parts.size(), [&](int, size_t i) {
    if (i < stages) {
      AddConversionDrops(evidence, i, parts[i]);
    } else {
      kFinds[i - stages](evidence, parts[i]);
    }
  });
  std::vector<Signal> signals;
  for (std::vector<Signal>& part : parts) {
    std::move(part.begin(), part.end(), std::back_inserter(signals));
  }
  return signals;
}

absl::Status AddForecasts(const SignalEvidence& evidence, const FittedModel& model,
                          const QuotaForecasts& forecasts,
                          const simulation::ForecastOptions& options,
                          std::vector<Signal>& signals) {
  std::map<int32_t, double> chance_of_rep;
  for (const simulation::Forecast& forecast : forecasts.forecasts) {
    chance_of_rep[forecast.question.owner] = forecast.attainment_probability;
  }
  SetChances(chance_of_rep, signals);
  std::vector<Signal*> about_pace;
  for (Signal& signal : signals) {
    if (IsAboutPace(signal.kind)) about_pace.push_back(&signal);
  }
  const absl::Status status = AddEffects(model, forecasts, options, about_pace);
  if (!status.ok()) return status;
  AddQuotaSignals(evidence, forecasts.forecasts, signals);
  SetChances(chance_of_rep, signals);
  SortByUrgency(signals);
  return absl::OkStatus();
}

}  // namespace quotacast::metrics
