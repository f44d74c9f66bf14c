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
using simulation::Forecast;
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

// The forecast of a quota that is made, with what is booked of any.
Forecast MadeAlready(const FittedModel& model, const Question& question) {
  Forecast forecast;
  forecast.question = question;
  forecast.booked = model.bookings[static_cast<size_t>(question.measure)].Between(
      {question.owner}, question.period_start, question.period_end);
  forecast.attainment_probability = forecast.probability_low = forecast.probability_high = 1;
  return forecast;
}

size_t MissingOf(const Signal& signal) {
  return static_cast<size_t>(std::ceil(signal.reference - signal.value));
}

void MendLoad(const Signal& signal, const FittedModel& before, FittedModel& model) {
  const size_t count = before.open.size();
  const size_t missing = MissingOf(signal);
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

MendedChances::About MendedChances::AboutOf(const Signal& signal) {
  double mended_by = 0;
  if (signal.kind == SignalKind::kLowContactRate) mended_by = signal.value / signal.reference;
  if (signal.kind == SignalKind::kUnderloaded) mended_by = MissingOf(signal);
  const bool by_name = signal.kind == SignalKind::kStaleOpportunities;
  return {signal.kind,  signal.rep, signal.pipeline,
          signal.stage, mended_by,  by_name ? signal.opportunities : std::vector<int32_t>()};
}

std::optional<double> MendedChances::Find(const Signal& signal) const {
  const MutexLock lock(mutex_);
  const auto found = chances_.find(AboutOf(signal));
  if (found == chances_.end()) return std::nullopt;
  return found->second;
}

void MendedChances::Keep(const Signal& signal, double chance) {
  const MutexLock lock(mutex_);
  chances_[AboutOf(signal)] = chance;
}

bool QuotaForecasts::Answer(absl::Span<const Question> asked) const {
  std::map<int32_t, const Question*> by_rep;
  for (const Question& question : questions) by_rep[question.owner] = &question;
  return std::all_of(asked.begin(), asked.end(), [&by_rep](const Question& question) {
    const auto found = by_rep.find(question.owner);
    if (found == by_rep.end()) return false;
    const Question& known = *found->second;
    return known.measure == question.measure && known.target == question.target &&
           known.period_start == question.period_start && known.period_end == question.period_end;
  });
}

absl::StatusOr<std::shared_ptr<const QuotaForecasts>> ForecastQuotas(
    const FittedModel& model, std::vector<Question> questions,
    const simulation::ForecastOptions& options) {
  auto result = std::make_shared<QuotaForecasts>();
  std::vector<Question> open;
  std::vector<size_t> places;
  for (size_t q = 0; q < questions.size(); ++q) {
    Forecast& forecast = result->forecasts.emplace_back(MadeAlready(model, questions[q]));
    if (forecast.booked >= questions[q].target) continue;
    open.push_back(questions[q]);
    places.push_back(q);
  }
  result->questions = std::move(questions);
  if (open.empty()) return result;
  auto simulated = simulation::ForecastAttainment(model, open, options);
  if (!simulated.ok()) return simulated.status();
  for (size_t i = 0; i < open.size(); ++i) {
    result->forecasts[places[i]] = std::move((*simulated)[i]);
  }
  return result;
}

absl::Status AddEffects(const FittedModel& model, const QuotaForecasts& forecasts,
                        const simulation::ForecastOptions& options,
                        absl::Span<Signal* const> signals) {
  const std::vector<Question>& questions = forecasts.questions;
  const auto set = [](double without, Signal& signal) {
    signal.effect_known = true;
    signal.effect = std::min(0., signal.chance - without);
  };
  std::map<int32_t, size_t> question_of_rep;
  for (size_t q = 0; q < questions.size(); ++q) question_of_rep[questions[q].owner] = q;
  // A rep's forecast depends on that rep's parameters alone, so the first signal of each rep is
  // mended in one copy of the model, the second of each in another, and so on.
  std::map<int32_t, size_t> seen;
  std::vector<std::vector<Signal*>> rounds;
  for (Signal* const signal : signals) {
    if (!HasEffect(signal->kind) || !signal->chance_known) continue;
    const auto question = question_of_rep.find(signal->rep);
    if (question == question_of_rep.end()) continue;
    if (forecasts.forecasts[question->second].booked >= questions[question->second].target) {
      set(1, *signal);  // Made whatever happens.
      continue;
    }
    if (const auto known = forecasts.mended.Find(*signal); known.has_value()) {
      set(*known, *signal);
      continue;
    }
    const size_t round = seen[signal->rep]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(signal);
  }
  if (rounds.empty()) return absl::OkStatus();
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
      set((*better)[i].attainment_probability, *round[i]);
      forecasts.mended.Keep(*round[i], (*better)[i].attainment_probability);
    }
  }
  return absl::OkStatus();
}

}  // namespace quotacast::metrics
