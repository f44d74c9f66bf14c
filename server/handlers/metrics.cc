#include "server/handlers/metrics.h"

#include <vector>

#include "server/convert/metrics.h"
#include "server/convert/scalars.h"
#include "server/metrics/contacts.h"
#include "server/metrics/follow_ups.h"
#include "simulation/parallel.h"

namespace quotacast::handlers {

namespace {

// Adds a line for each row of the page: `line(row)` makes it.
template <typename Line, typename MakeLine>
void AddLines(const std::vector<int32_t>& rows, const PageBounds& bounds, int thread_count,
              const MakeLine& line, google::protobuf::RepeatedPtrField<Line>& lines) {
  for (size_t i = bounds.first; i < bounds.last; ++i) lines.Add();
  simulation::ParallelFor(thread_count, bounds.last - bounds.first, [&](int, size_t i) {
    lines[static_cast<int>(i)] = line(rows[bounds.first + i]);
  });
}

void ComputeActivity(const FloorQuestion& question, const PageBounds& bounds, int thread_count,
                     v1::ReportActivityResponse& response) {
  const simulation::History& history = question.company->history;
  const metrics::ActivityReport report = metrics::ReportActivity(
      history, *question.index, question.period, question.as_of_us, thread_count);
  const convert::ActivityPriors priors(report.grouping, report.current, thread_count);
  const convert::ActivityPriors before(report.grouping, report.previous, thread_count);
  AddLines(
      question.rows, bounds, thread_count,
      [&](int32_t row) {
        return convert::ToProto(question.organization(), history, report, priors, before, row);
      },
      *response.mutable_metrics());
  response.set_calls_linked(report.current.calls_linked);
}

void ComputePipeline(const FloorQuestion& question, simulation::Measure measure,
                     const PageBounds& bounds, int thread_count,
                     v1::ReportPipelineResponse& response) {
  const simulation::History& history = question.company->history;
  const metrics::LossReasons& reasons = question.company->loss_reasons;
  const metrics::PipelineReport report =
      metrics::ReportPipeline(history, *question.index, question.quotas, question.period, measure,
                              question.as_of_us, reasons, thread_count);
  const convert::PipelinePriors priors(report, thread_count);
  AddLines(
      question.rows, bounds, thread_count,
      [&](int32_t row) {
        return convert::ToProto(question.organization(), history, report, priors, reasons, measure,
                                row);
      },
      *response.mutable_metrics());
  *response.mutable_load_band() = convert::ToProto(report.band);
  for (size_t k = 0; k < report.past.size(); ++k) {
    *response.add_past_attainments() = convert::ToProto(
        report.past_periods[k], report.past[k][report.grouping.organization_row()]);
  }
}

}  // namespace

absl::StatusOr<v1::ReportActivityResponse> ReportActivity(
    const Context& context, Engine& engine, Floor& floor,
    const v1::ReportActivityRequest& request) {
  const auto page = ParsePage(request);
  if (!page.ok()) return page.status();
  const auto question = ReadFloorQuestion(engine, floor, FieldsOf(request));
  if (!question.ok()) return question.status();
  const PageBounds bounds = BoundsOf(page->after, page->limit, question->rows.size());
  v1::ReportActivityResponse response;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    ComputeActivity(*question, bounds, thread_count, response);
  });
  if (!admitted.ok()) return admitted;
  response.set_next_page_token(FormatPageToken(bounds.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_published_contacts_per_thousand_calls(
      metrics::kPublishedOpportunitiesPerThousandCalls);
  response.set_published_given_up_after_one(metrics::kPublishedGivenUpAfterOne);
  response.set_published_won_after_five(metrics::kPublishedWonAfterFive);
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
  const PageBounds bounds = BoundsOf(page->after, page->limit, question->rows.size());
  v1::ReportPipelineResponse response;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    ComputePipeline(*question, *measure, bounds, thread_count, response);
  });
  if (!admitted.ok()) return admitted;
  response.set_next_page_token(FormatPageToken(bounds.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_currency_code(question->company->organization.currency);
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
