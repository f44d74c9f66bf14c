#include "server/metrics/signals.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "server/convert/metrics.h"
#include "server/convert/scalars.h"
#include "server/handlers/metrics.h"
#include "server/metrics/signal_effects.h"

namespace quotacast::handlers {
namespace {

using Signals = std::vector<metrics::Signal>;

simulation::ForecastOptions OptionsOf(const Context& context, int thread_count) {
  simulation::ForecastOptions options;
  options.thread_count = thread_count;
  options.cancelled = context.cancelled;
  return options;
}

// By one model, as long as it holds.
struct Outlook {
  std::shared_ptr<const FittedCompany> fitted;
  std::shared_ptr<const metrics::QuotaForecasts> quotas;
};

absl::StatusOr<Outlook> Forecast(const Context& context, Floor& floor,
                                 const FloorQuestion& question, simulation::Measure measure,
                                 const std::vector<simulation::Question>& questions,
                                 int thread_count) {
  auto fitted = floor.models.Get(question.company, question.as_of_us, thread_count);
  if (!fitted.ok()) return fitted.status();
  AnswerKey key = question.Key(measure, Needs::kModel);
  key.as_of_us = (*fitted)->model().as_of_us;
  auto kept = floor.quotas.Find(key);
  if (kept == nullptr || !kept->Answer(questions)) {
    auto made =
        metrics::ForecastQuotas((*fitted)->model(), questions, OptionsOf(context, thread_count));
    if (!made.ok()) return made.status();
    kept = *std::move(made);
    floor.quotas.Keep(key, kept);
  }
  return Outlook{*std::move(fitted), std::move(kept)};
}

// Those of the selected reps at least, most urgent first.
absl::StatusOr<std::shared_ptr<const Signals>> Compute(
    const Context& context, Floor& floor, const FloorQuestion& question, bool is_whole,
    simulation::Measure measure, const std::vector<simulation::Question>& questions,
    int thread_count) {
  const AnswerKey key = question.Key(measure, Needs::kModelAndActivities);
  if (auto kept = floor.signals.Find(key)) return kept;
  const metrics::SignalEvidence evidence =
      metrics::GatherEvidence(question.company->history, *question.index, question.quotas,
                              question.period, measure, question.as_of_us, thread_count);
  Signals signals = metrics::FindSignals(evidence, thread_count);
  if (questions.empty()) {
    metrics::SortByUrgency(signals);
  } else {
    const auto outlook = Forecast(context, floor, question, measure, questions, thread_count);
    if (!outlook.ok()) return outlook.status();
    const absl::Status status =
        metrics::AddForecasts(evidence, outlook->fitted->model(), *outlook->quotas,
                              OptionsOf(context, thread_count), signals);
    if (!status.ok()) return status;
  }
  auto found = std::make_shared<const Signals>(std::move(signals));
  if (is_whole) floor.signals.Keep(key, found);
  return found;
}

// What is shown: signals beside the reviews that hold now.
struct Page {
  Signals signals;
  std::vector<const storage::SignalReview*> reviews;  // Null: none.
  int64_t hidden_count = 0;
  std::string next_after;
};

using Reviews = std::map<std::string, storage::SignalReview>;

Page PageOf(const FloorQuestion& question, const Signals& signals, const Reviews& reviews,
            bool show_reviewed, const storage::PageRequest& request) {
  const std::vector<bool> selected = question.SelectedReps();
  std::vector<std::pair<const metrics::Signal*, const storage::SignalReview*>> asked;
  Page page;
  for (const metrics::Signal& signal : signals) {
    if (!selected[signal.rep]) continue;
    const auto review = reviews.find(convert::SignalId(question.company->history, signal));
    const bool is_reviewed = review != reviews.end();
    if (is_reviewed && !show_reviewed) {
      ++page.hidden_count;
    } else {
      asked.emplace_back(&signal, is_reviewed ? &review->second : nullptr);
    }
  }
  const PageBounds bounds = BoundsOf(request.after, request.limit, asked.size());
  for (size_t i = bounds.first; i < bounds.last; ++i) {
    page.signals.push_back(*asked[i].first);
    page.reviews.push_back(asked[i].second);
  }
  page.next_after = bounds.next_after;
  return page;
}

// The effects of what is shown that do not move it in the list.
absl::Status AddShownEffects(const Context& context, Floor& floor, const FloorQuestion& question,
                             simulation::Measure measure,
                             const std::vector<simulation::Question>& questions, int thread_count,
                             Signals& signals) {
  std::vector<metrics::Signal*> open;
  for (metrics::Signal& signal : signals) {
    const bool can_be_told = metrics::HasEffect(signal.kind) && signal.chance_known;
    if (can_be_told && !signal.effect_known) open.push_back(&signal);
  }
  if (open.empty()) return absl::OkStatus();
  const auto outlook = Forecast(context, floor, question, measure, questions, thread_count);
  if (!outlook.ok()) return outlook.status();
  return metrics::AddEffects(outlook->fitted->model(), *outlook->quotas,
                             OptionsOf(context, thread_count), open);
}

// The reviews that hide their signals now, by the signal's id.
absl::StatusOr<Reviews> ReviewsNow(const Context& context, storage::Key organization) {
  const auto reading = context.store.Read();
  if (!reading.ok()) return reading.status();
  auto reviews = (*reading)->ListSignalReviews(organization);
  if (!reviews.ok()) return reviews.status();
  const int64_t now_us = absl::ToUnixMicros(absl::Now());
  Reviews by_signal;
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
  const auto question =
      ReadFloorQuestion(engine, floor, FieldsOf(request), Needs::kModelAndActivities);
  if (!question.ok()) return question.status();
  const auto reviews = ReviewsNow(context, question->company->organization.key);
  if (!reviews.ok()) return reviews.status();
  const std::vector<simulation::Question> questions = question->QuotaQuestions(*measure);
  const bool is_whole = request.reps().empty() && request.teams().empty();
  Page shown;
  absl::Status computed;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    const auto signals =
        Compute(context, floor, *question, is_whole, *measure, questions, thread_count);
    computed = signals.status();
    if (!computed.ok()) return;
    shown = PageOf(*question, **signals, *reviews, request.show_reviewed(), *page);
    computed = AddShownEffects(context, floor, *question, *measure, questions, thread_count,
                               shown.signals);
  });
  if (!admitted.ok()) return admitted;
  if (!computed.ok()) return computed;
  v1::ListSignalsResponse response;
  for (size_t i = 0; i < shown.signals.size(); ++i) {
    v1::Signal* added = response.add_signals();
    *added = convert::ToProto(question->organization(), question->company->history, *measure,
                              shown.signals[i]);
    if (shown.reviews[i] != nullptr) {
      *added->mutable_review() = convert::ToProto(question->organization(), *shown.reviews[i]);
    }
  }
  response.set_hidden_count(shown.hidden_count);
  response.set_next_page_token(FormatPageToken(shown.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_currency_code(question->company->organization.currency);
  return response;
}

}  // namespace quotacast::handlers
