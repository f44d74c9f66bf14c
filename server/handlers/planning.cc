#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/convert/scenario.h"
#include "server/errors.h"
#include "server/handlers/paired_questions.h"
#include "server/handlers/scenario.h"
#include "simulation/scenario/plan.h"

namespace quotacast::handlers {
namespace {

using simulation::EffectMethod;
using simulation::Lever;

constexpr const char* kTypeNames[] = {"call", "email", "meeting", "follow_up", "other"};

// The one question that is planned for: of the running periods the one that ends first, money
// before pieces.
absl::StatusOr<AskedQuestion> ChooseQuestion(const PairedQuestions& asked,
                                             const std::string& team) {
  std::optional<AskedQuestion> chosen;
  const auto rank = [](const simulation::Question& q) {
    return std::tuple(q.period_end, -q.period_start, q.measure == simulation::Measure::kUnits);
  };
  for (const AskedQuestion& question :
       team.empty() ? asked.questions.reps : asked.questions.totals) {
    if (question.everyone) continue;
    // A team brings the totals of those below it along.
    if (!team.empty() && team != convert::FormatChildName(
                                     asked.organization, "teams",
                                     asked.company->history.teams[question.question.owner].id)) {
      continue;
    }
    if (!chosen || rank(question.question) < rank(chosen->question)) chosen = question;
  }
  if (!chosen) {
    return errors::Precondition("NO_QUOTA", convert::OrganizationName(asked.organization),
                                "there is no such quota to plan for");
  }
  return *chosen;
}

absl::StatusOr<simulation::PlanRequest> ReadPlan(const v1::PlanActivityRequest& request) {
  simulation::PlanRequest plan;
  errors::FieldErrors problems;
  plan.target_probability = request.target_probability();
  if (!(plan.target_probability > 0 && plan.target_probability < 1)) {
    problems.Add("target_probability",
                 absl::StrCat("must be above 0 and below 1; got ", plan.target_probability));
  }
  if (request.owner_case() == v1::PlanActivityRequest::OWNER_NOT_SET) {
    problems.Add("rep", "must be given, or team");
  }
  switch (request.lever()) {
    case v1::PLAN_LEVER_UNSPECIFIED:
    case v1::PROSPECTING:
      plan.lever = Lever::kProspecting;
      break;
    case v1::FOLLOW_UPS:
      plan.lever = Lever::kFollowUps;
      break;
    case v1::NEW_OPPORTUNITIES:
      plan.lever = Lever::kCreations;
      break;
    default:
      problems.Add("lever", absl::StrCat("must be PROSPECTING, FOLLOW_UPS or NEW_OPPORTUNITIES; "
                                         "got ",
                                         request.lever()));
  }
  plan.type = plan.lever == Lever::kFollowUps ? simulation::ActivityType::kFollowUp
                                              : simulation::ActivityType::kCall;
  if (request.activity() != v1::Activity::TYPE_UNSPECIFIED) {
    const auto type = convert::ToActivityType("activity", request.activity());
    problems.Add(type.status());
    if (type.ok()) plan.type = *type;
  }
  if (!problems.empty()) return problems.ToStatus();
  return plan;
}

v1::QuotaSelection SelectionOf(const v1::PlanActivityRequest& request) {
  v1::QuotaSelection selection;
  if (request.has_rep()) selection.add_reps(request.rep());
  if (request.has_team()) selection.add_teams(request.team());
  selection.set_period(request.period());
  selection.set_measure(request.measure());
  if (request.has_as_of()) *selection.mutable_as_of() = request.as_of();
  selection.set_trial_count(request.trial_count());
  if (request.has_seed()) selection.set_seed(request.seed());
  if (request.has_run_rate_share()) selection.set_run_rate_share(request.run_rate_share());
  return selection;
}

std::string Interval(const simulation::Estimate& estimate, double scale) {
  return absl::StrFormat("%.2f (90 %%: %.2f to %.2f)", scale * estimate.value, scale * estimate.low,
                         scale * estimate.high);
}

std::string ProspectingEvidence(const simulation::ActivityEffects& effects,
                                const simulation::PlanRequest& plan, const std::string& name) {
  const simulation::ActivityOfKind& kind = effects.kinds[static_cast<size_t>(plan.type)];
  const std::string rate = Interval(kind.company_per_activity, 100);
  if (kind.method == EffectMethod::kLinked) {
    return absl::StrCat("Of 100 activities of the type ", name, ", ", rate,
                        " led to an opportunity, by the first one recorded for each.");
  }
  return absl::StrCat("Where a rep did 100 more of the type ", name, ", ", rate,
                      " more opportunities came up on the same day, within reps and weeks",
                      kind.found ? "." : ": no effect above its error.");
}

std::string FollowUpEvidence(const simulation::ActivityEffects& effects,
                             const simulation::PlanRequest& plan, const std::string& name) {
  const simulation::FollowUpEffect& effect = effects.follow_ups[static_cast<size_t>(plan.type)];
  return absl::StrCat(
      "In the week after one of the type ", name, " deals advanced ",
      Interval(effect.advance.ratio, 1), " times as often and were lost ",
      Interval(effect.lost.ratio, 1), " times as often, given stage, age and rep",
      effect.advance.found || effect.lost.found ? "." : ": no effect above its error.");
}

void FillPlan(const simulation::Plan& plan, v1::PlanActivityResponse& response) {
  response.set_current_per_week(plan.current);
  response.set_current_probability(plan.current_probability);
  response.set_required_per_week(plan.required);
  response.set_attainable(plan.attainable);
  response.set_reason(plan.reason);
  response.set_attainment_probability(plan.probability);
  response.set_standard_error(plan.standard_error);
  response.set_extrapolated(plan.extrapolated);
  response.set_one_more_probability(plan.one_more.value);
  response.set_one_more_standard_error(plan.one_more.standard_error);
  response.set_least_observed_per_week(plan.least_observed);
  response.set_most_observed_per_week(plan.most_observed);
  for (const simulation::CurvePoint& point : plan.curve) {
    v1::PlanCurvePoint* proto = response.add_curve();
    proto->set_per_week(point.weekly);
    proto->set_attainment_probability(point.probability);
    proto->set_standard_error(point.standard_error);
    proto->set_extrapolated(point.extrapolated);
  }
}

void FillQuestion(const PairedQuestions& asked, const AskedQuestion& question,
                  const v1::PlanActivityRequest& request, v1::PlanActivityResponse& response) {
  response.set_rep(request.rep());
  response.set_team(request.team());
  SetSubject(question.question, response);
  const bool amount = question.question.measure == simulation::Measure::kAmount;
  response.set_target(static_cast<double>(question.question.target) / (amount ? 1e6 : 1));
  *response.mutable_as_of() = convert::ToTimestamp(asked.selection.as_of_us);
  response.set_target_probability(request.target_probability());
}

}  // namespace

absl::StatusOr<v1::PlanActivityResponse> PlanActivity(const Context& context, Engine& engine,
                                                      ModelCache& models,
                                                      const v1::PlanActivityRequest& request) {
  const auto plan_request = ReadPlan(request);
  if (!plan_request.ok()) return plan_request.status();
  auto asked = AskPaired(engine, models, request.parent(), SelectionOf(request));
  if (!asked.ok()) return asked.status();
  const auto question = ChooseQuestion(*asked, request.team());
  if (!question.ok()) return question.status();
  v1::PlanActivityResponse response;
  FillQuestion(*asked, *question, request, response);
  const bool creations = plan_request->lever == Lever::kCreations;
  const std::string name =
      creations ? "opportunity" : kTypeNames[static_cast<size_t>(plan_request->type)];
  response.set_activity(name);
  const absl::Status status = RunPaired(
      context, engine, models, *asked, {*question},
      [&](const FittedCompany& company, const simulation::PairedRun& run) -> absl::Status {
        const simulation::ActivityEffects& effects = company.effects();
        const auto plan = simulation::PlanActivity(run, effects, 0, *plan_request);
        if (!plan.ok()) {
          return plan.status().code() == absl::StatusCode::kFailedPrecondition
                     ? errors::Precondition("NOT_RECORDED",
                                            convert::OrganizationName(asked->organization),
                                            plan.status().message())
                     : plan.status();
        }
        FillPlan(*plan, response);
        if (creations) return absl::OkStatus();
        response.set_evidence(plan_request->lever == Lever::kFollowUps
                                  ? FollowUpEvidence(effects, *plan_request, name)
                                  : ProspectingEvidence(effects, *plan_request, name));
        response.set_caveat(kActivityCaveat);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return response;
}

}  // namespace quotacast::handlers
