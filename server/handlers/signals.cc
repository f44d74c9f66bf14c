#include "server/metrics/signals.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "server/convert/metrics.h"
#include "server/convert/scalars.h"
#include "server/handlers/metrics.h"

namespace quotacast::handlers {
namespace {

absl::StatusOr<std::vector<metrics::Signal>> Compute(const Context& context, Floor& floor,
                                                     const FloorQuestion& question,
                                                     simulation::Measure measure,
                                                     int thread_count) {
  const simulation::History& history = question.company->history;
  const metrics::SignalEvidence evidence =
      metrics::GatherEvidence(history, *question.index, question.quotas, question.period, measure,
                              question.as_of_us, thread_count);
  std::vector<metrics::Signal> signals = metrics::FindSignals(evidence);
  const std::vector<simulation::Question> questions = question.QuotaQuestions(measure);
  if (questions.empty()) {
    metrics::SortByUrgency(signals);
    return signals;
  }
  const auto fitted = floor.models.Get(question.company, question.as_of_us, thread_count);
  if (!fitted.ok()) return fitted.status();
  simulation::ForecastOptions options;
  options.thread_count = thread_count;
  options.cancelled = context.cancelled;
  const absl::Status status =
      metrics::AddForecasts(evidence, (*fitted)->model(), questions, options, signals);
  if (!status.ok()) return status;
  return signals;
}

// The reviews that hide their signals now, by the signal's id.
absl::StatusOr<std::map<std::string, storage::SignalReview>> ReviewsNow(const Context& context,
                                                                        storage::Key organization) {
  const auto reading = context.store.Read();
  if (!reading.ok()) return reading.status();
  auto reviews = (*reading)->ListSignalReviews(organization);
  if (!reviews.ok()) return reviews.status();
  const int64_t now_us = absl::ToUnixMicros(absl::Now());
  std::map<std::string, storage::SignalReview> by_signal;
  for (storage::SignalReview& review : *reviews) {
    if (review.hidden_until_us <= now_us) continue;
    const std::string signal = review.signal;
    by_signal.emplace(signal, std::move(review));
  }
  return by_signal;
}

}  // namespace

absl::StatusOr<v1::ListSignalsResponse> ListSignals(const Context& context, Engine& engine,
                                                    Floor& floor,
                                                    const v1::ListSignalsRequest& request) {
  const auto measure = ReadMeasure(request.measure());
  if (!measure.ok()) return measure.status();
  const auto page = ParsePage(request);
  if (!page.ok()) return page.status();
  const auto question = ReadFloorQuestion(engine, floor, FieldsOf(request), /*needs_model=*/true);
  if (!question.ok()) return question.status();
  absl::StatusOr<std::vector<metrics::Signal>> signals;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    signals = Compute(context, floor, *question, *measure, thread_count);
  });
  if (!admitted.ok()) return admitted;
  if (!signals.ok()) return signals.status();
  const auto reviews = ReviewsNow(context, question->company->organization.key);
  if (!reviews.ok()) return reviews.status();
  const simulation::History& history = question->company->history;
  const std::vector<bool> selected = question->SelectedReps();
  v1::ListSignalsResponse response;
  std::vector<std::pair<const metrics::Signal*, const storage::SignalReview*>> asked;
  for (const metrics::Signal& signal : *signals) {
    if (!selected[signal.rep]) continue;
    const auto review = reviews->find(convert::SignalId(history, signal));
    const bool reviewed = review != reviews->end();
    if (reviewed && !request.show_reviewed()) {
      response.set_hidden_count(response.hidden_count() + 1);
      continue;
    }
    asked.emplace_back(&signal, reviewed ? &review->second : nullptr);
  }
  const PageBounds bounds = BoundsOf(page->after, page->limit, asked.size());
  for (size_t i = bounds.first; i < bounds.last; ++i) {
    const auto& [signal, review] = asked[i];
    v1::Signal* added = response.add_signals();
    *added = convert::ToProto(question->organization(), history, *measure, *signal);
    if (review != nullptr) {
      *added->mutable_review() = convert::ToProto(question->organization(), *review);
    }
  }
  response.set_next_page_token(FormatPageToken(bounds.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_currency_code(question->company->organization.currency);
  return response;
}

}  // namespace quotacast::handlers
