#include "server/handlers/scenario.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/convert/scenario.h"
#include "server/errors.h"
#include "server/handlers/paired_questions.h"
#include "simulation/scenario/leverage.h"
#include "simulation/scenario/scenario.h"
#include "simulation/scenario/team_outlook.h"

namespace quotacast::handlers {
namespace {

constexpr int kScenariosMax = 20;
constexpr int kChangesMax = 100;

// The status of the simulation, with details.
absl::Status DescribeChange(const absl::Status& status, const std::string& field,
                            const std::string& organization) {
  const std::string what = absl::StrCat(field, ".", std::string(status.message()));
  if (status.code() == absl::StatusCode::kInvalidArgument) {
    return errors::InvalidField(field, status.message());
  }
  if (status.code() != absl::StatusCode::kFailedPrecondition) return status;
  return errors::Precondition("CHANGE_NOT_POSSIBLE", convert::OrganizationName(organization), what);
}

// The subject of all questions, where they have but one.
std::optional<simulation::Measure> OnlyMeasure(const Questions& questions) {
  std::set<std::tuple<simulation::Day, simulation::Day, simulation::Measure>> subjects;
  for (const AskedQuestion& asked : questions.reps) {
    subjects.insert(
        {asked.question.period_start, asked.question.period_end, asked.question.measure});
  }
  if (subjects.size() != 1) return std::nullopt;
  return std::get<2>(*subjects.begin());
}

std::vector<int32_t> SelectedReps(const Questions& questions) {
  std::set<int32_t> reps;
  for (const AskedQuestion& asked : questions.reps) reps.insert(asked.question.owner);
  return {reps.begin(), reps.end()};
}

absl::StatusOr<simulation::Scenario> ReadScenario(const v1::Scenario& proto, int index,
                                                  const convert::ScenarioFrame& frame) {
  simulation::Scenario scenario;
  scenario.name = proto.name().empty() ? absl::StrCat("scenario ", index + 1) : proto.name();
  for (int c = 0; c < proto.changes_size(); ++c) {
    auto change = convert::FromProto(absl::StrCat("scenarios[", index, "].changes[", c, "]"), frame,
                                     proto.changes(c));
    if (!change.ok()) return change.status();
    scenario.changes.push_back(*std::move(change));
  }
  return scenario;
}

std::vector<int64_t> TargetsOf(const std::vector<AskedQuestion>& questions,
                               const simulation::Scenario& scenario) {
  std::vector<int64_t> targets;
  for (const AskedQuestion& asked : questions) targets.push_back(asked.question.target);
  for (const simulation::Change& change : scenario.changes) {
    const auto* quota = std::get_if<simulation::QuotaChange>(&change);
    if (quota == nullptr) continue;
    for (size_t q = 0; q < questions.size(); ++q) {
      const bool rep = !questions[q].everyone && questions[q].question.reps.empty() &&
                       questions[q].question.owner_type == simulation::OwnerType::kRep;
      if (rep) targets[q] = quota->target;
      if (!rep && questions[q].target_is_sum) targets[q] = quota->target * questions[q].rep_count;
    }
  }
  return targets;
}

void AddOutcomes(const PairedQuestions& asked, const std::vector<AskedQuestion>& questions,
                 const std::vector<simulation::Outcome>& baseline,
                 const std::vector<simulation::Outcome>& outcomes, v1::ScenarioResult& result) {
  for (size_t q = 0; q < questions.size(); ++q) {
    const bool rep = q < asked.questions.reps.size();
    *(rep ? result.add_forecasts() : result.add_totals()) =
        ToProto(asked, questions[q], outcomes[q].forecast);
    v1::ChanceDifference& difference =
        *(rep ? result.add_differences() : result.add_total_differences());
    SetOwner(asked, questions[q], difference);
    SetSubject(questions[q].question, difference);
    const auto value = simulation::Difference(baseline[q], outcomes[q]);
    difference.set_attainment_probability(value.value);
    difference.set_standard_error(value.standard_error);
  }
}

void FillBaseline(const PairedQuestions& asked, const std::vector<AskedQuestion>& questions,
                  const simulation::PairedRun& run, v1::ForecastAttainmentResponse& baseline) {
  *baseline.mutable_as_of() = convert::ToTimestamp(asked.selection.as_of_us);
  baseline.set_currency_code(asked.company->organization.currency);
  baseline.set_seed(asked.options.seed);
  baseline.set_run_rate_share(asked.options.run_rate_share);
  baseline.set_correction_mode(v1::OFF);
  for (size_t q = 0; q < questions.size(); ++q) {
    *(q < asked.questions.reps.size() ? baseline.add_forecasts() : baseline.add_totals()) =
        ToProto(asked, questions[q], run.baseline()[q].forecast);
  }
}

void AddWarning(const std::string& code, const std::string& message,
                v1::SimulateScenariosResponse& response) {
  for (const v1::ForecastWarning& given : response.warnings()) {
    if (given.code() == code && given.message() == message) return;
  }
  v1::ForecastWarning* warning = response.add_warnings();
  warning->set_code(code);
  warning->set_message(message);
}

void AddCorrectionWarning(const PairedQuestions& asked, v1::SimulateScenariosResponse& response) {
  if (asked.company->organization.correction_mode == simulation::CorrectionMode::kOff) return;
  AddWarning("NOT_CORRECTED",
             "scenarios are what the model says: corrections learnt from the past, which forecasts "
             "of this organization may carry, are not in them",
             response);
}

// What the records say of the activities that were changed.
void AddActivityWarnings(const simulation::Scenario& scenario,
                         const simulation::ActivityEffects& effects,
                         v1::SimulateScenariosResponse& response) {
  for (const simulation::Change& change : scenario.changes) {
    const auto* activity = std::get_if<simulation::ActivityChange>(&change);
    if (activity == nullptr) continue;
    const size_t type = static_cast<size_t>(activity->type);
    const simulation::ActivityOfKind& kind = effects.kinds[type];
    const simulation::FollowUpEffect& follow_up = effects.follow_ups[type];
    const bool prospecting = kind.method != simulation::EffectMethod::kNotRecorded;
    if (prospecting ? !kind.found : !(follow_up.advance.found || follow_up.lost.found)) {
      AddWarning("NO_EFFECT_FOUND",
                 absl::StrCat("the records show no effect of the activity above its error, so \"",
                              scenario.name, "\" changes nothing"),
                 response);
    }
    if (prospecting && !activity->is_factor &&
        (activity->value > kind.range.most || activity->value < kind.range.least)) {
      AddWarning("EXTRAPOLATED",
                 absl::StrCat("\"", scenario.name, "\" goes beyond what any rep has kept up: ",
                              kind.range.least, " to ", kind.range.most, " a week"),
                 response);
    }
    AddWarning("OBSERVATIONAL", kActivityCaveat, response);
  }
}

absl::Status RunScenario(const PairedQuestions& asked, const std::vector<AskedQuestion>& questions,
                         const FittedCompany& company, const simulation::PairedRun& run,
                         const simulation::Scenario& scenario, int index,
                         v1::SimulateScenariosResponse& response) {
  const bool needs_effects = simulation::NeedsActivityEffects(scenario);
  const auto variant = simulation::ApplyScenario(
      company.model(), needs_effects ? &company.effects(run.options().thread_count) : nullptr,
      SelectedReps(asked.questions), scenario);
  if (!variant.ok()) {
    return DescribeChange(variant.status(), absl::StrCat("scenarios[", index, "]"),
                          asked.organization);
  }
  for (const simulation::Joiner& joiner : variant->joiners) {
    const bool counts = std::any_of(
        run.questions().begin(), run.questions().end(), [&](const simulation::Question& question) {
          return simulation::CountsJoiner(variant->model, run.questions(), question, joiner);
        });
    if (counts) continue;
    return errors::Precondition(
        "CHANGE_NOT_POSSIBLE", convert::OrganizationName(asked.organization),
        absl::StrCat("scenarios[", index,
                     "] a joining rep counts in no total that is asked about; select all reps of "
                     "the team, or all"));
  }
  const auto outcomes = run.Run(*variant, TargetsOf(questions, scenario));
  if (!outcomes.ok()) return outcomes.status();
  v1::ScenarioResult* result = response.add_scenarios();
  result->set_name(scenario.name);
  AddOutcomes(asked, questions, run.baseline(), *outcomes, *result);
  if (needs_effects) {
    AddActivityWarnings(scenario, company.effects(run.options().thread_count), response);
  }
  return absl::OkStatus();
}

v1::DealLeverage ToProto(const PairedQuestions& asked, const FittedCompany& company,
                         const simulation::DealLeverage& deal) {
  const simulation::OpenOpportunity& open = company.model().open[deal.open];
  const simulation::Cell& cell = company.model().cells[open.cell];
  const simulation::History& history = asked.company->history;
  const simulation::Opportunity& opportunity = history.opportunities[open.opportunity];
  v1::DealLeverage proto;
  proto.set_opportunity(
      convert::FormatChildName(asked.organization, "opportunities", opportunity.id));
  if (opportunity.label != simulation::kNone) {
    proto.set_display_name(history.labels[opportunity.label]);
  }
  proto.set_stage(history.pipelines[cell.pipeline].stages[cell.stage].id);
  proto.set_amount(static_cast<double>(open.amount_micros) / 1e6);
  proto.set_win_probability(deal.win_chance);
  proto.set_probability_if_won(deal.chance_if_won);
  proto.set_probability_if_lost(deal.chance_if_lost);
  proto.set_difference(deal.difference.value);
  proto.set_standard_error(deal.difference.standard_error);
  return proto;
}

void AddCounts(const std::vector<AskedQuestion>& questions, const simulation::PairedRun& run,
               v1::AnalyzeDealsResponse& response) {
  std::map<std::tuple<simulation::Day, simulation::Day, simulation::Measure>, std::vector<size_t>>
      subjects;
  for (size_t q = 0; q < questions.size(); ++q) {
    const simulation::Question& question = questions[q].question;
    subjects[{question.period_end, question.period_start, question.measure}].push_back(q);
  }
  for (const auto& [subject, members] : subjects) {
    if (members.size() < 2) continue;
    const simulation::TeamOutlook outlook = simulation::CountAttained(run.baseline(), members);
    v1::AttainmentCount* count = response.add_counts();
    SetSubject(questions[members.front()].question, *count);
    count->set_rep_count(static_cast<int32_t>(members.size()));
    count->set_expected(outlook.expected);
    count->set_standard_error(outlook.standard_error);
    for (size_t k = 1; k <= members.size(); ++k) count->add_at_least(outlook.at_least[k]);
  }
}

}  // namespace

absl::StatusOr<v1::SimulateScenariosResponse> SimulateScenarios(
    const Context& context, Engine& engine, ModelCache& models,
    const v1::SimulateScenariosRequest& request) {
  if (request.scenarios_size() < 1 || request.scenarios_size() > kScenariosMax) {
    return errors::InvalidField("scenarios", absl::StrCat("must be 1 to ", kScenariosMax, "; got ",
                                                          request.scenarios_size()));
  }
  for (int s = 0; s < request.scenarios_size(); ++s) {
    if (request.scenarios(s).changes_size() <= kChangesMax) continue;
    return errors::InvalidField(absl::StrCat("scenarios[", s, "].changes"),
                                absl::StrCat("must be at most ", kChangesMax, "; got ",
                                             request.scenarios(s).changes_size()));
  }
  auto asked = AskPaired(engine, models, request.parent(), request.selection());
  if (!asked.ok()) return asked.status();
  const std::vector<AskedQuestion> questions = asked->All();
  v1::SimulateScenariosResponse response;
  const absl::Status status = RunPaired(
      context, engine, models, *asked, questions,
      [&](const FittedCompany& company, const simulation::PairedRun& run) -> absl::Status {
        const std::vector<int32_t> reps = SelectedReps(asked->questions);
        const convert::ScenarioFrame frame = {
            asked->organization, asked->company->history, company.model(),
            reps.size() == 1 ? std::optional<int32_t>(reps.front()) : std::nullopt,
            OnlyMeasure(asked->questions)};
        FillBaseline(*asked, questions, run, *response.mutable_baseline());
        AddCorrectionWarning(*asked, response);
        for (int s = 0; s < request.scenarios_size(); ++s) {
          const auto scenario = ReadScenario(request.scenarios(s), s, frame);
          if (!scenario.ok()) return scenario.status();
          const absl::Status done =
              RunScenario(*asked, questions, company, run, *scenario, s, response);
          if (!done.ok()) return done;
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::AnalyzeDealsResponse> AnalyzeDeals(const Context& context, Engine& engine,
                                                      ModelCache& models,
                                                      const v1::AnalyzeDealsRequest& request) {
  auto asked = AskPaired(engine, models, request.parent(), request.selection());
  if (!asked.ok()) return asked.status();
  v1::AnalyzeDealsResponse response;
  *response.mutable_as_of() = convert::ToTimestamp(asked->selection.as_of_us);
  response.set_currency_code(asked->company->organization.currency);
  const std::vector<AskedQuestion>& questions = asked->questions.reps;
  const absl::Status status = RunPaired(
      context, engine, models, *asked, questions,
      [&](const FittedCompany& company, const simulation::PairedRun& run) -> absl::Status {
        for (size_t q = 0; q < questions.size(); ++q) {
          const auto deals = simulation::Leverage(run, q);
          if (!deals.ok()) return deals.status();
          v1::QuotaDeals* quota = response.add_quotas();
          *quota->mutable_forecast() = ToProto(*asked, questions[q], run.baseline()[q].forecast);
          for (const auto& deal : *deals) *quota->add_deals() = ToProto(*asked, company, deal);
          std::stable_sort(quota->mutable_deals()->begin(), quota->mutable_deals()->end(),
                           [](const v1::DealLeverage& a, const v1::DealLeverage& b) {
                             return a.difference() > b.difference();
                           });
        }
        AddCounts(questions, run, response);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return response;
}

}  // namespace quotacast::handlers
