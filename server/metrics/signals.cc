#include "server/metrics/signals.h"

#include <algorithm>
#include <map>

#include "server/metrics/pipeline_signals.h"
#include "server/metrics/rate_signals.h"

namespace quotacast::metrics {
namespace {

using simulation::FittedModel;
using simulation::Forecast;
using simulation::GammaPosterior;
using simulation::Question;
using simulation::StageKind;

bool IsAboutModel(SignalKind kind) {
  return kind == SignalKind::kConversionDrop || kind == SignalKind::kOpensButDoesNotClose ||
         kind == SignalKind::kLowContactRate;
}

// Raises a multiplier below 1 to a mean of 1, as well known as before.
void RaiseToCompany(GammaPosterior& multiplier) {
  multiplier.rate = std::min(multiplier.rate, multiplier.shape);
}

// The rep as good as the company in what the signal is about.
void Mend(const Signal& signal, FittedModel& model) {
  if (signal.kind == SignalKind::kLowContactRate) {
    // The signal's rates are opportunities per call, with as many calls.
    for (simulation::FittedPipeline& pipeline : model.pipelines) {
      pipeline.arrivals.reps[signal.rep].rate *= signal.value / signal.reference;
    }
    return;
  }
  const simulation::FittedPipeline& pipeline = model.pipelines[signal.pipeline];
  simulation::Cell& cell = model.cells[pipeline.cell_of_stage[signal.stage]];
  for (simulation::Cause& cause : cell.causes) {
    const StageKind kind = pipeline.stage_kinds[cause.next_stage];
    const bool advances =
        kind == StageKind::kWon || (kind == StageKind::kOpen && cause.next_stage > cell.stage);
    GammaPosterior& multiplier = cause.reps[signal.rep];
    if (advances) {
      RaiseToCompany(multiplier);
    } else if (kind == StageKind::kLost) {
      multiplier.rate = std::max(multiplier.rate, multiplier.shape);
    }
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
  std::map<int32_t, size_t> question_of_rep;
  for (size_t q = 0; q < questions.size(); ++q) question_of_rep[questions[q].owner] = q;
  // A rep's forecast depends on that rep's parameters alone, so the first signal of each rep is
  // mended in one copy of the model, the second of each in another, and so on.
  std::map<int32_t, size_t> seen;
  std::vector<std::vector<Signal*>> rounds;
  for (Signal& signal : signals) {
    if (!IsAboutModel(signal.kind) || question_of_rep.count(signal.rep) == 0) continue;
    const size_t round = seen[signal.rep]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(&signal);
  }
  for (const std::vector<Signal*>& round : rounds) {
    FittedModel mended = model;
    std::vector<Question> again;
    for (const Signal* signal : round) {
      Mend(*signal, mended);
      again.push_back(questions[question_of_rep[signal->rep]]);
    }
    const absl::StatusOr<std::vector<Forecast>> better =
        simulation::ForecastAttainment(mended, again, options);
    if (!better.ok()) return better.status();
    for (size_t i = 0; i < round.size(); ++i) {
      const Forecast& now = (*forecasts)[question_of_rep[round[i]->rep]];
      round[i]->effect_known = true;
      round[i]->effect =
          std::min(0., now.attainment_probability - (*better)[i].attainment_probability);
    }
  }
  AddQuotaSignals(evidence, *forecasts, signals);
  for (Signal& signal : signals) {
    const auto found = question_of_rep.find(signal.rep);
    if (found == question_of_rep.end()) continue;
    signal.chance_known = true;
    signal.chance = (*forecasts)[found->second].attainment_probability;
  }
  SortByUrgency(signals);
  return absl::OkStatus();
}

}  // namespace quotacast::metrics
