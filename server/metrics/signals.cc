#include "server/metrics/signals.h"

#include <map>

#include "server/metrics/pipeline_signals.h"
#include "server/metrics/rate_signals.h"
#include "server/metrics/signal_effects.h"

namespace quotacast::metrics {
namespace {

using simulation::FittedModel;
using simulation::Forecast;
using simulation::Question;

void SetChances(const std::map<int32_t, double>& chance_of_rep, std::vector<Signal>& signals) {
  for (Signal& signal : signals) {
    const auto found = chance_of_rep.find(signal.rep);
    if (found == chance_of_rep.end()) continue;
    signal.chance_known = true;
    signal.chance = found->second;
  }
}

}  // namespace

std::vector<Signal> FindSignals(const SignalEvidence& evidence) {
  std::vector<Signal> signals;
  AddConversionDrops(evidence, signals);
  AddOpensButDoesNotClose(evidence, signals);
  AddLowContactRates(evidence, signals);
  AddGivesUpEarly(evidence, signals);
  AddOverloaded(evidence, signals);
  AddUnderloaded(evidence, signals);
  AddStaleOpportunities(evidence, signals);
  AddCloseDatePast(evidence, signals);
  AddNothingRecorded(evidence, signals);
  AddImpossibleData(evidence, signals);
  return signals;
}

absl::Status AddForecasts(const SignalEvidence& evidence, const FittedModel& model,
                          absl::Span<const Question> questions,
                          const simulation::ForecastOptions& options,
                          std::vector<Signal>& signals) {
  const absl::StatusOr<std::vector<Forecast>> forecasts =
      simulation::ForecastAttainment(model, questions, options);
  if (!forecasts.ok()) return forecasts.status();
  std::map<int32_t, double> chance_of_rep;
  for (const Forecast& forecast : *forecasts) {
    chance_of_rep[forecast.question.owner] = forecast.attainment_probability;
  }
  SetChances(chance_of_rep, signals);
  std::vector<Signal*> about_pace;
  for (Signal& signal : signals) {
    if (IsAboutPace(signal.kind)) about_pace.push_back(&signal);
  }
  const absl::Status status = AddEffects(model, questions, options, about_pace);
  if (!status.ok()) return status;
  AddQuotaSignals(evidence, *forecasts, signals);
  SetChances(chance_of_rep, signals);
  SortByUrgency(signals);
  return absl::OkStatus();
}

}  // namespace quotacast::metrics
