#include "server/metrics/signals.h"

#include <utility>
#include <vector>

#include "server/convert/metrics.h"
#include "server/convert/scalars.h"
#include "server/handlers/metrics.h"
#include "simulation/fit.h"

namespace quotacast::handlers {
namespace {

// The quotas of reps, of exactly the question's period, that can be asked about: the period is not
// over.
std::vector<simulation::Question> QuestionsOf(const FloorQuestion& question,
                                              simulation::Measure measure) {
  std::vector<simulation::Question> questions;
  const simulation::Day as_of_day =
      simulation::DayOf(question.as_of_us, question.company->history.time_zone);
  if (question.period.end <= as_of_day) return questions;
  for (const simulation::Quota& quota : question.quotas) {
    if (quota.owner_type != simulation::OwnerType::kRep || quota.measure != measure ||
        quota.period_start != question.period.start || quota.period_end != question.period.end) {
      continue;
    }
    questions.push_back({simulation::OwnerType::kRep, quota.owner, measure, quota.period_start,
                         quota.period_end, quota.target});
  }
  return questions;
}

absl::StatusOr<std::vector<metrics::Signal>> Compute(const Context& context,
                                                     const FloorQuestion& question,
                                                     simulation::Measure measure,
                                                     int thread_count) {
  const simulation::History& history = question.company->history;
  const metrics::SignalEvidence evidence = metrics::GatherEvidence(
      history, *question.index, question.quotas, question.period, measure, question.as_of_us);
  std::vector<metrics::Signal> signals = metrics::FindSignals(evidence);
  const std::vector<simulation::Question> questions = QuestionsOf(question, measure);
  if (questions.empty()) {
    metrics::SortByUrgency(signals);
    return signals;
  }
  const auto model = simulation::FitModel(history, question.as_of_us);
  if (!model.ok()) return model.status();
  simulation::ForecastOptions options;
  options.thread_count = thread_count;
  options.cancelled = context.cancelled;
  const absl::Status status = metrics::AddForecasts(evidence, *model, questions, options, signals);
  if (!status.ok()) return status;
  return signals;
}

}  // namespace

absl::StatusOr<v1::ListSignalsResponse> ListSignals(const Context& context, Engine& engine,
                                                    ActivityIndexes& indexes,
                                                    const v1::ListSignalsRequest& request) {
  const auto measure = ReadMeasure(request.measure());
  if (!measure.ok()) return measure.status();
  const auto page = ParsePage(request);
  if (!page.ok()) return page.status();
  const auto question = ReadFloorQuestion(engine, indexes, FieldsOf(request));
  if (!question.ok()) return question.status();
  absl::StatusOr<std::vector<metrics::Signal>> signals;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    signals = Compute(context, *question, *measure, thread_count);
  });
  if (!admitted.ok()) return admitted;
  if (!signals.ok()) return signals.status();
  const simulation::History& history = question->company->history;
  std::vector<bool> selected(history.reps.size(), false);
  for (const int32_t row : question->rows) {
    if (static_cast<size_t>(row) < selected.size()) selected[row] = true;
  }
  std::vector<const metrics::Signal*> asked;
  for (const metrics::Signal& signal : *signals) {
    if (selected[signal.rep]) asked.push_back(&signal);
  }
  v1::ListSignalsResponse response;
  const PageBounds bounds = BoundsOf(page->after, page->limit, asked.size());
  for (size_t i = bounds.first; i < bounds.last; ++i) {
    *response.add_signals() =
        convert::ToProto(question->company->organization.id, history, *measure, *asked[i]);
  }
  response.set_next_page_token(FormatPageToken(bounds.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_currency_code(question->company->organization.currency);
  return response;
}

}  // namespace quotacast::handlers
