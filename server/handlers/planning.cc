#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/convert/scalars.h"
#include "server/convert/scenario.h"
#include "server/errors.h"
#include "server/handlers/paired_questions.h"
#include "server/handlers/scenario.h"
#include "simulation/parallel.h"
#include "simulation/scenario/plan.h"

namespace quotacast::handlers {
namespace {

using simulation::EffectMethod;
using simulation::Lever;

constexpr const char* kTypeNames[] = {"call", "email", "meeting", "follow_up", "other"};

// Of several quotas of one owner: the one that ends first, money before pieces.
auto RankOf(const AskedQuestion& asked) {
  const simulation::Question& q = asked.question;
  return std::tuple(q.period_end, -q.period_start, q.measure == simulation::Measure::kUnits);
}

absl::Status NoQuota(const PairedQuestions& asked) {
  return errors::Precondition("NO_QUOTA", convert::OrganizationName(asked.organization),
                              "there is no such quota to plan for");
}

// The one question that is planned for.
absl::StatusOr<AskedQuestion> ChooseQuestion(const PairedQuestions& asked,
                                             const std::string& team) {
  std::optional<AskedQuestion> chosen;
  for (const AskedQuestion& question :
       team.empty() ? asked.questions.reps : asked.questions.totals) {
    if (question.everyone) continue;
    // A team brings the totals of those below it along.
    if (!team.empty() && team != convert::FormatChildName(
                                     asked.organization, "teams",
                                     asked.company->history.teams[question.question.owner].id)) {
      continue;
    }
    if (!chosen || RankOf(question) < RankOf(*chosen)) chosen = question;
  }
  if (!chosen) return NoQuota(asked);
  return *chosen;
}

// One question for each rep.
absl::StatusOr<std::vector<AskedQuestion>> ChooseQuestions(const PairedQuestions& asked) {
  std::vector<AskedQuestion> chosen;
  for (const AskedQuestion& question : asked.questions.reps) {
    if (chosen.empty() || chosen.back().question.owner != question.question.owner) {
      chosen.push_back(question);
    } else if (RankOf(question) < RankOf(chosen.back())) {
      chosen.back() = question;
    }
  }
  if (chosen.empty()) return NoQuota(asked);
  return chosen;
}

template <typename Request>
simulation::PlanRequest ReadPlan(const Request& request, errors::FieldErrors& problems) {
  simulation::PlanRequest plan;
  plan.target_probability = request.target_probability();
  problems.Add(convert::CheckChance("target_probability", plan.target_probability));
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
  const bool found = effect.advance.found || effect.lost.found;
  return absl::StrCat(
      "In the week after one of the type ", name, " deals advanced ",
      Interval(effect.advance.ratio, 1), " times as often and were lost ",
      Interval(effect.lost.ratio, 1), " times as often, given stage, age and rep",
      absl::StrFormat(" (without regard to these %.2f and %.2f)", effect.advance.raw,
                      effect.lost.raw),
      found ? "." : ": no effect above its error, allowing for the number of comparisons made.");
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

// What is known before planning.
v1::PlanActivityResponse BeginPlan(const PairedQuestions& asked, const AskedQuestion& question,
                                   const simulation::PlanRequest& request) {
  v1::PlanActivityResponse response;
  const simulation::History& history = asked.company->history;
  const simulation::Question& q = question.question;
  if (q.owner_type == simulation::OwnerType::kTeam) {
    response.set_team(
        convert::FormatChildName(asked.organization, "teams", history.teams[q.owner].id));
  } else {
    response.set_rep(
        convert::FormatChildName(asked.organization, "reps", history.reps[q.owner].id));
  }
  SetSubject(q, response);
  response.set_target(ToUnits(q.measure, static_cast<double>(q.target)));
  *response.mutable_as_of() = convert::ToTimestamp(asked.selection.as_of_us);
  response.set_target_probability(request.target_probability);
  response.set_activity(request.lever == Lever::kCreations
                            ? "opportunity"
                            : kTypeNames[static_cast<size_t>(request.type)]);
  return response;
}

absl::Status MakePlan(const PairedQuestions& asked, const simulation::PairedRun& run,
                      const simulation::ActivityEffects& effects, size_t question,
                      simulation::PlanRequest request, bool is_lever_given,
                      v1::PlanActivityResponse& response) {
  const auto type = static_cast<size_t>(request.type);
  if (!is_lever_given && effects.kinds[type].method == EffectMethod::kNotRecorded &&
      effects.follow_ups[type].recorded) {
    request.lever = Lever::kFollowUps;
  }
  const auto plan = simulation::PlanActivity(run, effects, question, request);
  if (plan.status().code() == absl::StatusCode::kFailedPrecondition) {
    return errors::Precondition("NOT_RECORDED", convert::OrganizationName(asked.organization),
                                plan.status().message());
  }
  if (!plan.ok()) return plan.status();
  FillPlan(*plan, response);
  if (request.lever == Lever::kCreations) return absl::OkStatus();
  response.set_evidence(request.lever == Lever::kFollowUps
                            ? FollowUpEvidence(effects, request, response.activity())
                            : ProspectingEvidence(effects, request, response.activity()));
  response.set_caveat(kActivityCaveat);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::PlanActivityResponse> PlanActivity(const Context& context, Engine& engine,
                                                      ModelCache& models,
                                                      const v1::PlanActivityRequest& request) {
  errors::FieldErrors problems;
  const simulation::PlanRequest plan = ReadPlan(request, problems);
  const bool is_lever_given = request.lever() != v1::PLAN_LEVER_UNSPECIFIED;
  if (request.owner_case() == v1::PlanActivityRequest::OWNER_NOT_SET) {
    problems.Add("rep", "must be given, or team");
  }
  if (!problems.empty()) return problems.ToStatus();
  auto asked = AskPaired(engine, models, request.parent(), SelectionOf(request));
  if (!asked.ok()) return asked.status();
  const auto question = ChooseQuestion(*asked, request.team());
  if (!question.ok()) return question.status();
  v1::PlanActivityResponse response = BeginPlan(*asked, *question, plan);
  const absl::Status status =
      RunPaired(context, engine, models, *asked, {*question},
                [&](const FittedCompany& company, const simulation::PairedRun& run) {
                  return MakePlan(*asked, run, company.effects(run.options().thread_count), 0, plan,
                                  is_lever_given, response);
                });
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::PlanRepsResponse> PlanReps(const Context& context, Engine& engine,
                                              ModelCache& models,
                                              const v1::PlanRepsRequest& request) {
  errors::FieldErrors problems;
  const simulation::PlanRequest plan = ReadPlan(request, problems);
  const bool is_lever_given = request.lever() != v1::PLAN_LEVER_UNSPECIFIED;
  if (!problems.empty()) return problems.ToStatus();
  auto asked = AskPaired(engine, models, request.parent(), request.selection());
  if (!asked.ok()) return asked.status();
  const auto questions = ChooseQuestions(*asked);
  if (!questions.ok()) return questions.status();
  std::vector<v1::PlanActivityResponse> plans;
  for (const AskedQuestion& question : *questions) {
    plans.push_back(BeginPlan(*asked, question, plan));
  }
  const absl::Status status = RunPaired(
      context, engine, models, *asked, *questions,
      [&](const FittedCompany& company, const simulation::PairedRun& run) -> absl::Status {
        std::vector<absl::Status> statuses(plans.size());
        const simulation::ActivityEffects& effects = company.effects(run.options().thread_count);
        simulation::ParallelFor(asked->options.thread_count, plans.size(), [&](int, size_t i) {
          statuses[i] = MakePlan(*asked, run, effects, i, plan, is_lever_given, plans[i]);
        });
        for (const absl::Status& each : statuses) {
          if (!each.ok()) return each;
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  v1::PlanRepsResponse response;
  for (v1::PlanActivityResponse& made : plans) *response.add_plans() = std::move(made);
  return response;
}

}  // namespace quotacast::handlers
