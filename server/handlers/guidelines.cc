#include <algorithm>
#include <utility>
#include <vector>

#include "server/convert/names.h"
#include "server/convert/scalars.h"
#include "server/convert/scenario.h"
#include "server/handlers/metrics.h"
#include "server/limits.h"
#include "server/metrics/activity_counts.h"
#include "simulation/parallel.h"
#include "simulation/scenario/plan.h"

namespace quotacast::handlers {
namespace {

constexpr double kTargetPreset = .8;
constexpr double kWeekUs = 7 * 86'400e6;

absl::StatusOr<simulation::PlanRequest> ReadPlan(const v1::ReportGuidelinesRequest& request) {
  simulation::PlanRequest plan;
  plan.lever = simulation::Lever::kProspecting;
  plan.with_curve = false;
  plan.target_probability =
      request.target_probability() == 0 ? kTargetPreset : request.target_probability();
  const absl::Status chance = convert::CheckChance("target_probability", plan.target_probability);
  if (!chance.ok()) return chance;
  plan.type = simulation::ActivityType::kCall;
  if (request.activity() != v1::Activity::TYPE_UNSPECIFIED) {
    const auto type = convert::ToActivityType("activity", request.activity());
    if (!type.ok()) return type.status();
    plan.type = *type;
  }
  return plan;
}

// What of a page's plans is computed.
struct Guidelines {
  std::vector<simulation::Question> questions;
  std::vector<simulation::Plan> plans;
};

absl::Status Compute(const Context& context, Floor& floor, const FloorQuestion& question,
                     const simulation::PlanRequest& plan_request, int thread_count,
                     Guidelines& guidelines) {
  const auto fitted = floor.models.Get(question.company, question.as_of_us, thread_count);
  if (!fitted.ok()) return fitted.status();
  const FittedCompany& company = **fitted;
  simulation::ForecastOptions options;
  options.thread_count = thread_count;
  options.cancelled = context.cancelled;
  const auto run = simulation::PairedRun::Prepare(company.model(), guidelines.questions, options);
  if (!run.ok()) return run.status();
  const simulation::ActivityEffects& effects = company.prospecting(thread_count);
  const size_t count = guidelines.questions.size();
  guidelines.plans.resize(count);
  std::vector<absl::Status> statuses(count);
  simulation::ParallelFor(thread_count, count, [&](int, size_t i) {
    auto plan = simulation::PlanActivity(*run, effects, i, plan_request);
    statuses[i] = plan.status();
    if (plan.ok()) guidelines.plans[i] = *std::move(plan);
  });
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

v1::ActivityGuideline ToProto(const simulation::Plan& plan, int64_t done, double weeks_left) {
  v1::ActivityGuideline proto;
  proto.set_done_count(done);
  proto.set_current_per_week(plan.current);
  proto.set_required_per_week(plan.required);
  proto.set_period_total(static_cast<double>(done) + plan.required * weeks_left);
  proto.set_attainable(plan.attainable);
  proto.set_reason(plan.reason);
  proto.set_current_probability(plan.current_probability);
  proto.set_attainment_probability(plan.probability);
  proto.set_extrapolated(plan.extrapolated);
  return proto;
}

}  // namespace

absl::StatusOr<v1::ReportGuidelinesResponse> ReportGuidelines(
    const Context& context, Engine& engine, Floor& floor,
    const v1::ReportGuidelinesRequest& request) {
  const auto plan_request = ReadPlan(request);
  if (!plan_request.ok()) return plan_request.status();
  const auto measure = ReadMeasure(request.measure());
  if (!measure.ok()) return measure.status();
  const auto page = ParsePage(request);
  if (!page.ok()) return page.status();
  const auto question =
      ReadFloorQuestion(engine, floor, FieldsOf(request), Needs::kModelAndActivities);
  if (!question.ok()) return question.status();
  if (const absl::Status status = question->CheckRunning(); !status.ok()) return status;
  std::vector<simulation::Question> all = question->QuotaQuestions(*measure);
  // Reps are in the order of their names.
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.owner < b.owner; });
  const int limit = request.page_size() == 0 ? limits::kGuidelinesDefault
                                             : std::min(page->limit, limits::kGuidelinesMax);
  const PageBounds bounds = BoundsOf(page->after, limit, all.size());
  Guidelines guidelines;
  guidelines.questions.assign(all.begin() + static_cast<ptrdiff_t>(bounds.first),
                              all.begin() + static_cast<ptrdiff_t>(bounds.last));
  absl::Status computed;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    computed = Compute(context, floor, *question, *plan_request, thread_count, guidelines);
  });
  if (!admitted.ok()) return admitted;
  if (!computed.ok()) return computed;
  const simulation::History& history = question->company->history;
  const std::vector<int64_t> done = metrics::CountProspecting(
      history, metrics::WindowOf(question->period, question->as_of_us, history.time_zone),
      plan_request->type);
  const int64_t end_us = simulation::StartOfDayUs(question->period.end, history.time_zone);
  const int64_t begin_us = std::max(
      question->as_of_us, simulation::StartOfDayUs(question->period.start, history.time_zone));
  const double weeks_left = static_cast<double>(end_us - begin_us) / kWeekUs;
  v1::ReportGuidelinesResponse response;
  for (size_t i = 0; i < guidelines.plans.size(); ++i) {
    const int32_t rep = guidelines.questions[i].owner;
    v1::ActivityGuideline* added = response.add_guidelines();
    *added = ToProto(guidelines.plans[i], done[rep], weeks_left);
    added->set_rep(
        convert::FormatChildName(question->organization(), "reps", history.reps[rep].id));
  }
  response.set_next_page_token(FormatPageToken(bounds.next_after, FilterOf(request)));
  *response.mutable_as_of() = convert::ToTimestamp(question->as_of_us);
  response.set_period_start(convert::FormatDay(question->period.start));
  response.set_period_end(convert::FormatDay(question->period.end));
  response.set_activity(request.activity() == v1::Activity::TYPE_UNSPECIFIED ? v1::Activity::CALL
                                                                             : request.activity());
  response.set_target_probability(plan_request->target_probability);
  return response;
}

}  // namespace quotacast::handlers
