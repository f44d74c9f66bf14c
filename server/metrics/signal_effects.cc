#include "server/metrics/signal_effects.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "simulation/random.h"

namespace quotacast::metrics {
namespace {

using simulation::Day;
using simulation::FittedModel;
using simulation::GammaPosterior;
using simulation::OpenOpportunity;
using simulation::Question;
using simulation::StageKind;

// Raises a multiplier below 1 to a mean of 1, as well known as before.
void RaiseToCompany(GammaPosterior& multiplier) {
  multiplier.rate = std::min(multiplier.rate, multiplier.shape);
}

// The rep's pace through the stage at least the company's.
void MendStage(const Signal& signal, FittedModel& model) {
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

// Opportunities per call, of as many calls.
void MendContactRate(const Signal& signal, FittedModel& model) {
  for (simulation::FittedPipeline& pipeline : model.pipelines) {
    pipeline.arrivals.reps[signal.rep].rate *= signal.value / signal.reference;
  }
}

// By cell: the day on which its open opportunities entered it, by the median.
std::vector<Day> MedianEntryDays(const FittedModel& model) {
  std::vector<std::vector<Day>> days(model.cells.size());
  for (const OpenOpportunity& open : model.open) days[open.cell].push_back(open.entry_day);
  std::vector<Day> medians;
  for (std::vector<Day>& of_cell : days) {
    const auto middle = of_cell.begin() + static_cast<ptrdiff_t>(of_cell.size() / 2);
    std::nth_element(of_cell.begin(), middle, of_cell.end());
    medians.push_back(of_cell.empty() ? model.as_of_day : *middle);
  }
  return medians;
}

void MendStale(const Signal& signal, const std::vector<Day>& usual_days, FittedModel& model) {
  const std::vector<int32_t>& named = signal.opportunities;
  for (OpenOpportunity& open : model.open) {
    if (open.rep != signal.rep) continue;
    if (std::find(named.begin(), named.end(), open.opportunity) == named.end()) continue;
    open.entry_day = std::max(open.entry_day, usual_days[open.cell]);
  }
}

void MendLoad(const Signal& signal, const FittedModel& before, FittedModel& model) {
  const size_t count = before.open.size();
  const auto missing = static_cast<size_t>(std::ceil(signal.reference - signal.value));
  if (count == 0) return;
  for (size_t i = 0; i < missing; ++i) {
    OpenOpportunity added = before.open[(2 * i + 1) * count / (2 * missing) % count];
    added.key = simulation::NaturalKey(absl::StrCat("signal opportunity ", i));
    added.opportunity = simulation::kNone;
    added.rep = signal.rep;
    model.open.push_back(added);
  }
}

// Takes what the signal is about out of `model`, a copy of `before`.
void Mend(const Signal& signal, const FittedModel& before, const std::vector<Day>& usual_days,
          FittedModel& model) {
  switch (signal.kind) {
    case SignalKind::kConversionDrop:
    case SignalKind::kOpensButDoesNotClose:
      return MendStage(signal, model);
    case SignalKind::kLowContactRate:
      return MendContactRate(signal, model);
    case SignalKind::kStaleOpportunities:
      return MendStale(signal, usual_days, model);
    case SignalKind::kUnderloaded:
      return MendLoad(signal, before, model);
    default:
      return;
  }
}

}  // namespace

bool HasEffect(SignalKind kind) {
  return IsAboutPace(kind) || kind == SignalKind::kStaleOpportunities ||
         kind == SignalKind::kUnderloaded;
}

absl::Status AddEffects(const FittedModel& model, absl::Span<const Question> questions,
                        const simulation::ForecastOptions& options,
                        absl::Span<Signal* const> signals) {
  std::map<int32_t, size_t> question_of_rep;
  for (size_t q = 0; q < questions.size(); ++q) question_of_rep[questions[q].owner] = q;
  // A rep's forecast depends on that rep's parameters alone, so the first signal of each rep is
  // mended in one copy of the model, the second of each in another, and so on.
  std::map<int32_t, size_t> seen;
  std::vector<std::vector<Signal*>> rounds;
  for (Signal* const signal : signals) {
    if (!HasEffect(signal->kind) || !signal->chance_known) continue;
    if (question_of_rep.count(signal->rep) == 0) continue;
    const size_t round = seen[signal->rep]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(signal);
  }
  const std::vector<Day> usual_days = MedianEntryDays(model);
  for (const std::vector<Signal*>& round : rounds) {
    FittedModel mended = model;
    std::vector<Question> again;
    for (const Signal* signal : round) {
      Mend(*signal, model, usual_days, mended);
      again.push_back(questions[question_of_rep[signal->rep]]);
    }
    const auto better = simulation::ForecastAttainment(mended, again, options);
    if (!better.ok()) return better.status();
    for (size_t i = 0; i < round.size(); ++i) {
      round[i]->effect_known = true;
      round[i]->effect = std::min(0., round[i]->chance - (*better)[i].attainment_probability);
    }
  }
  return absl::OkStatus();
}

}  // namespace quotacast::metrics
