#include "server/handlers/metrics.h"

#include <optional>
#include <utility>

#include "server/convert/metrics.h"
#include "server/convert/scalars.h"
#include "server/metrics/contacts.h"
#include "server/metrics/follow_ups.h"

namespace quotacast::handlers {

absl::StatusOr<v1::ReportActivityResponse> ReportActivity(
    const Context& context, Engine& engine, Floor& floor,
    const v1::ReportActivityRequest& request) {
  const auto page = ParsePage(request);
  if (!page.ok()) return page.status();
  const auto question = ReadFloorQuestion(engine, floor, FieldsOf(request));
  if (!question.ok()) return question.status();
  const simulation::History& history = question->company->history;
  std::optional<metrics::ActivityReport> report;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int) {
    report.emplace(
        metrics::ReportActivity(history, *question->index, question->period, question->as_of_us));
  });
  if (!admitted.ok()) return admitted;
  v1::ReportActivityResponse response;
  const convert::ActivityPriors priors(report->grouping, report->current);
  const convert::ActivityPriors before(report->grouping, report->previous);
  const PageBounds bounds = BoundsOf(page->after, page->limit, question->rows.size());
  for (size_t i = bounds.first; i < bounds.last; ++i) {
    *response.add_metrics() = convert::ToProto(question->company->organization.id, history, *report,
                                               priors, before, question->rows[i]);
  }
  response.set_next_page_token(FormatPageToken(bounds.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_published_contacts_per_thousand_calls(
      metrics::kPublishedOpportunitiesPerThousandCalls);
  response.set_published_given_up_after_one(metrics::kPublishedGivenUpAfterOne);
  response.set_published_won_after_five(metrics::kPublishedWonAfterFive);
  response.set_calls_linked(report->current.calls_linked);
  return response;
}

absl::StatusOr<v1::ReportPipelineResponse> ReportPipeline(
    const Context& context, Engine& engine, Floor& floor,
    const v1::ReportPipelineRequest& request) {
  const auto measure = ReadMeasure(request.measure());
  if (!measure.ok()) return measure.status();
  const auto page = ParsePage(request);
  if (!page.ok()) return page.status();
  const auto question = ReadFloorQuestion(engine, floor, FieldsOf(request));
  if (!question.ok()) return question.status();
  const simulation::History& history = question->company->history;
  std::optional<metrics::PipelineReport> report;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int) {
    report.emplace(metrics::ReportPipeline(history, *question->index, question->quotas,
                                           question->period, *measure, question->as_of_us,
                                           question->company->loss_reasons));
  });
  if (!admitted.ok()) return admitted;
  v1::ReportPipelineResponse response;
  const convert::PipelinePriors priors(*report);
  const PageBounds bounds = BoundsOf(page->after, page->limit, question->rows.size());
  for (size_t i = bounds.first; i < bounds.last; ++i) {
    *response.add_metrics() = convert::ToProto(question->company->organization.id, history, *report,
                                               priors, question->company->loss_reasons, *measure,
                                               question->as_of_us, question->rows[i]);
  }
  response.set_next_page_token(FormatPageToken(bounds.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_currency_code(question->company->organization.currency);
  *response.mutable_load_band() = convert::ToProto(report->band);
  for (size_t k = 0; k < report->past.size(); ++k) {
    *response.add_past_attainments() = convert::ToProto(
        report->past_periods[k], report->past[k][report->grouping.organization_row()]);
  }
  return response;
}

absl::StatusOr<v1::CheckProcessResponse> CheckProcess(const Context& context, Engine& engine,
                                                      Floor& floor,
                                                      const v1::CheckProcessRequest& request) {
  const google::protobuf::RepeatedPtrField<std::string> none;
  const std::string no_period;
  const auto question = ReadFloorQuestion(
      engine, floor,
      {request.parent(), none, none, no_period, request.has_as_of() ? &request.as_of() : nullptr});
  if (!question.ok()) return question.status();
  constexpr int64_t kYearUs = int64_t{365} * 86'400'000'000;
  const simulation::History& history = question->company->history;
  const metrics::StageIndex stages(history);
  metrics::ProcessCheck check;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int) {
    check =
        metrics::CheckProcess(history, stages, {question->as_of_us - kYearUs, question->as_of_us});
  });
  if (!admitted.ok()) return admitted;
  v1::CheckProcessResponse response =
      convert::ToProto(question->company->organization.id, history, stages, check);
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  return response;
}

}  // namespace quotacast::handlers
