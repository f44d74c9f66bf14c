#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/handlers/paired_questions.h"
#include "server/handlers/scenario.h"
#include "server/limits.h"
#include "simulation/fit.h"
#include "simulation/scenario/quota_setting.h"

namespace quotacast::handlers {
namespace {

using simulation::Measure;

// Who is given a quota, for what, and what quota they have.
struct Wanted {
  std::vector<simulation::Question> questions;  // Of each rep, then of all together.
  std::vector<int64_t> current;                 // Of each rep; 0: none.
  Measure measure = Measure::kAmount;
  size_t rep_count() const { return current.size(); }
};

absl::StatusOr<std::vector<bool>> SelectedReps(const PairedQuestions& asked) {
  const simulation::History& history = asked.company->history;
  const Selection& selection = asked.selection;
  std::vector<bool> selected(history.reps.size(),
                             selection.reps.empty() && selection.teams.empty());
  for (const std::string& id : selection.reps) {
    const auto found = std::find_if(history.reps.begin(), history.reps.end(),
                                    [&](const simulation::Rep& rep) { return rep.id == id; });
    if (found == history.reps.end()) {
      return errors::NotFound("quotacast/Rep",
                              convert::FormatChildName(asked.organization, "reps", id));
    }
    selected[static_cast<size_t>(found - history.reps.begin())] = true;
  }
  for (const std::string& id : selection.teams) {
    const auto found = std::find_if(history.teams.begin(), history.teams.end(),
                                    [&](const simulation::Team& team) { return team.id == id; });
    if (found == history.teams.end()) {
      return errors::NotFound("quotacast/Team",
                              convert::FormatChildName(asked.organization, "teams", id));
    }
    const auto team = static_cast<int32_t>(found - history.teams.begin());
    for (size_t r = 0; r < history.reps.size(); ++r) {
      int32_t above = history.reps[r].team;
      while (above != simulation::kNone && above != team) above = history.teams[above].parent;
      if (above == team) selected[r] = true;
    }
  }
  return selected;
}

absl::StatusOr<Wanted> SelectWanted(const PairedQuestions& asked) {
  const auto selected = SelectedReps(asked);
  if (!selected.ok()) return selected.status();
  Wanted wanted;
  wanted.measure = asked.selection.measure.value_or(Measure::kAmount);
  const simulation::History& history = asked.company->history;
  const simulation::Period period = *asked.selection.period;
  const std::vector<simulation::Quota> quotas = asked.company->QuotasAsOf(asked.selection.as_of_us);
  simulation::Question all;
  for (size_t r = 0; r < history.reps.size(); ++r) {
    const simulation::Rep& rep = history.reps[r];
    const bool at_work = rep.start_day < period.end && rep.end_day > period.start;
    if (!(*selected)[r] || !at_work) continue;
    const auto index = static_cast<int32_t>(r);
    wanted.questions.push_back({.owner = index,
                                .measure = wanted.measure,
                                .period_start = period.start,
                                .period_end = period.end,
                                .target = 1});
    all.reps.push_back(index);
    const auto quota = std::find_if(quotas.begin(), quotas.end(), [&](const simulation::Quota& q) {
      return q.owner_type == simulation::OwnerType::kRep && q.owner == index &&
             q.measure == wanted.measure && q.period_start == period.start &&
             q.period_end == period.end;
    });
    wanted.current.push_back(quota == quotas.end() ? 0 : quota->target);
  }
  if (wanted.current.empty()) {
    return errors::Precondition("NO_REPS", convert::OrganizationName(asked.organization),
                                "none of the selected reps is at work in the period");
  }
  simulation::Question together = wanted.questions.front();
  together.reps = std::move(all.reps);
  wanted.questions.push_back(std::move(together));
  return wanted;
}

absl::StatusOr<std::vector<simulation::Forecast>> Answer(
    const Context& context, Engine& engine, ModelCache& models, PairedQuestions& asked,
    const std::vector<simulation::Question>& questions, bool keep_samples) {
  asked.options.cancelled = context.cancelled;
  asked.options.keep_samples = keep_samples;
  absl::StatusOr<std::vector<simulation::Forecast>> forecasts = absl::UnknownError("not run");
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    asked.options.thread_count = thread_count;
    const auto fitted = models.Get(asked.company, asked.selection.as_of_us, thread_count);
    if (!fitted.ok()) {
      forecasts = errors::Precondition("NO_HISTORY", convert::OrganizationName(asked.organization),
                                       fitted.status().message());
      return;
    }
    forecasts = simulation::ForecastAttainment((*fitted)->model(), questions, asked.options);
  });
  if (!admitted.ok()) return admitted;
  return forecasts;
}

absl::StatusOr<simulation::QuotaSplit> Split(
    const PairedQuestions& asked, Measure measure, double total,
    const std::vector<absl::Span<const int64_t>>& samples) {
  const double scale = measure == Measure::kAmount ? 1e6 : 1;
  auto split = simulation::SplitQuota(std::llround(total * scale), samples);
  if (split.ok()) return split;
  double least = 0, most = 0;
  for (const auto& trials : samples) {
    least += static_cast<double>(trials.front()) / scale;
    most += static_cast<double>(trials.back()) / scale;
  }
  return errors::Precondition(
      "NO_EQUAL_SPLIT", convert::OrganizationName(asked.organization),
      absl::StrFormat("total must lie between what the reps are sure to book and the most that "
                      "each may, %.0f to %.0f; got %.0f",
                      least, most, total));
}

// `at` are the forecasts of the suggested targets.
void FillQuotas(const PairedQuestions& asked, const Wanted& wanted,
                const std::vector<simulation::Forecast>& forecasts,
                const std::vector<int64_t>& targets, const std::vector<simulation::Forecast>& at,
                v1::SuggestQuotasResponse& response) {
  int64_t total = 0;
  for (size_t r = 0; r < wanted.rep_count(); ++r) {
    const simulation::Forecast& forecast = forecasts[r];
    v1::SuggestedQuota* quota = response.add_quotas();
    quota->set_rep(convert::FormatChildName(
        asked.organization, "reps", asked.company->history.reps[wanted.questions[r].owner].id));
    // Nothing is always reached.
    const double chance = targets[r] > 0 ? at[r].attainment_probability : 1;
    quota->set_target(ToUnits(wanted.measure, static_cast<double>(targets[r])));
    quota->set_attainment_probability(chance);
    quota->set_standard_error(targets[r] > 0 ? at[r].standard_error : 0);
    quota->set_booked(ToUnits(wanted.measure, static_cast<double>(forecast.booked)));
    quota->set_mean(ToUnits(wanted.measure, forecast.mean));
    quota->set_current_target(ToUnits(wanted.measure, static_cast<double>(wanted.current[r])));
    if (wanted.current[r] > 0) {
      quota->set_current_probability(
          simulation::ChanceOfQuota(forecast.samples, wanted.current[r]));
    }
    total += targets[r];
    response.set_expected_attaining(response.expected_attaining() + chance);
  }
  response.set_total(ToUnits(wanted.measure, static_cast<double>(total)));
  response.set_total_probability(at.back().attainment_probability);
}

// The questions with these targets, and their sum for all together.
std::vector<simulation::Question> WithTargets(std::vector<simulation::Question> questions,
                                              const std::vector<int64_t>& targets) {
  int64_t total = 0;
  for (size_t r = 0; r < targets.size(); ++r) {
    questions[r].target = std::max<int64_t>(1, targets[r]);
    total += targets[r];
  }
  questions.back().target = std::max<int64_t>(1, total);
  return questions;
}

absl::Status CheckGoal(const v1::SuggestQuotasRequest& request) {
  errors::FieldErrors problems;
  if (request.selection().period().empty()) problems.Add("selection.period", "must be given");
  switch (request.goal_case()) {
    case v1::SuggestQuotasRequest::kTotal:
      if (!(request.total() > 0 && request.total() <= 1e12)) {
        problems.Add("total", absl::StrCat("must be > 0 and at most 1e12; got ", request.total()));
      }
      break;
    case v1::SuggestQuotasRequest::kAttainmentProbability:
      problems.Add(
          convert::CheckChance("attainment_probability", request.attainment_probability()));
      break;
    case v1::SuggestQuotasRequest::GOAL_NOT_SET:
      problems.Add("total", "must be given, or attainment_probability");
  }
  return problems.empty() ? absl::OkStatus() : problems.ToStatus();
}

}  // namespace

absl::StatusOr<v1::SuggestQuotasResponse> SuggestQuotas(const Context& context, Engine& engine,
                                                        ModelCache& models,
                                                        const v1::SuggestQuotasRequest& request) {
  if (absl::Status status = CheckGoal(request); !status.ok()) return status;
  auto asked = ReadSelection(engine, models, request.parent(), request.selection());
  if (!asked.ok()) return asked.status();
  const simulation::Day today =
      simulation::DayOf(asked->selection.as_of_us, asked->company->history.time_zone);
  if (asked->selection.period->end <= today) {
    return errors::Precondition(
        "PERIOD_OVER", convert::OrganizationName(asked->organization),
        absl::StrCat("period ", request.selection().period(), " is over at the as-of time"));
  }
  const auto wanted = SelectWanted(*asked);
  if (!wanted.ok()) return wanted.status();
  const auto forecasts =
      Answer(context, engine, models, *asked, wanted->questions, /*keep_samples=*/true);
  if (!forecasts.ok()) return forecasts.status();
  std::vector<absl::Span<const int64_t>> samples;
  for (size_t r = 0; r < wanted->rep_count(); ++r) samples.push_back((*forecasts)[r].samples);
  v1::SuggestQuotasResponse response;
  *response.mutable_as_of() = convert::ToTimestamp(asked->selection.as_of_us);
  SetSubject(wanted->questions.front(), response);
  response.set_currency_code(asked->company->organization.currency);
  std::vector<int64_t> targets;
  double chance = request.attainment_probability();
  if (request.goal_case() == v1::SuggestQuotasRequest::kTotal) {
    auto split = Split(*asked, wanted->measure, request.total(), samples);
    if (!split.ok()) return split.status();
    targets = std::move(split->targets);
    chance = split->chance;
  } else {
    for (const auto& trials : samples) targets.push_back(simulation::QuotaAtChance(trials, chance));
  }
  response.set_attainment_probability(chance);
  const auto at = Answer(context, engine, models, *asked, WithTargets(wanted->questions, targets),
                         /*keep_samples=*/false);
  if (!at.ok()) return at.status();
  FillQuotas(*asked, *wanted, *forecasts, targets, *at, response);
  return response;
}

}  // namespace quotacast::handlers
