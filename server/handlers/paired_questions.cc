#include "server/handlers/paired_questions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/convert/forecast.h"
#include "server/convert/forecast_options.h"
#include "server/errors.h"
#include "server/period.h"

namespace quotacast::handlers {
std::vector<AskedQuestion> PairedQuestions::All() const {
  std::vector<AskedQuestion> all = questions.reps;
  all.insert(all.end(), questions.totals.begin(), questions.totals.end());
  return all;
}

absl::StatusOr<PairedQuestions> ReadSelection(Engine& engine, ModelCache& models,
                                              const std::string& parent,
                                              const v1::QuotaSelection& selection) {
  PairedQuestions asked;
  const auto organization = convert::ParseOrganizationName("parent", parent);
  if (!organization.ok()) return organization.status();
  asked.organization = *organization;
  errors::FieldErrors problems;
  asked.selection.reps =
      ParseIds("selection.reps", *organization, "reps", selection.reps(), problems);
  asked.selection.teams =
      ParseIds("selection.teams", *organization, "teams", selection.teams(), problems);
  if (!v1::Measure_IsValid(selection.measure())) {
    problems.Add("selection.measure",
                 absl::StrCat("must be AMOUNT, UNITS or nothing; got ", selection.measure()));
  } else if (selection.measure() != v1::MEASURE_UNSPECIFIED) {
    asked.selection.measure = selection.measure() == v1::AMOUNT ? simulation::Measure::kAmount
                                                                : simulation::Measure::kUnits;
  }
  if (selection.has_as_of()) {
    const auto as_of = convert::FromTimestamp("selection.as_of", selection.as_of());
    problems.Add(as_of.status());
    if (as_of.ok()) asked.selection.as_of_us = *as_of;
  }
  asked.options = convert::ParseForecastOptions(selection, problems);
  if (selection.trial_count() > simulation::kMostPairedTrials) {
    problems.Add("selection.trial_count",
                 absl::StrCat("must be 100 to 1,000,000; got ", selection.trial_count()));
  }
  if (!problems.empty()) return problems.ToStatus();
  auto company = engine.histories.Get(*organization);
  if (!company.ok()) {
    return errors::Describe(company.status(), "quotacast/Organization",
                            convert::OrganizationName(*organization));
  }
  asked.company = *std::move(company);
  if (!selection.has_as_of()) {
    asked.selection.as_of_us = models.RecentInstant(*asked.company, absl::ToUnixMicros(absl::Now()),
                                                    /*activities_matter=*/true);
  }
  if (!selection.period().empty()) {
    const auto parsed = ParsePeriod("selection.period", selection.period(),
                                    asked.company->organization.fiscal_year_start_month);
    if (!parsed.ok()) return parsed.status();
    asked.selection.period = *parsed;
  }
  return asked;
}

absl::StatusOr<PairedQuestions> AskPaired(Engine& engine, ModelCache& models,
                                          const std::string& parent,
                                          const v1::QuotaSelection& selection) {
  auto asked = ReadSelection(engine, models, parent, selection);
  if (!asked.ok()) return asked.status();
  auto questions =
      SelectQuestions(asked->organization, asked->company->history,
                      asked->company->QuotasAsOf(asked->selection.as_of_us), asked->selection);
  if (!questions.ok()) return questions.status();
  asked->questions = *std::move(questions);
  return asked;
}

absl::Status RunPaired(const Context& context, Engine& engine, ModelCache& models,
                       PairedQuestions& asked, const std::vector<AskedQuestion>& questions,
                       const PairedWork& work) {
  std::vector<simulation::Question> plain;
  for (const AskedQuestion& question : questions) plain.push_back(question.question);
  asked.options.cancelled = context.cancelled;
  absl::Status done;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    asked.options.thread_count = thread_count;
    const auto fitted = models.Get(asked.company, asked.selection.as_of_us, thread_count);
    if (!fitted.ok()) {
      done = fitted.status();
      return;
    }
    const auto run = simulation::PairedRun::Create((*fitted)->model(), plain, asked.options);
    done = run.ok() ? work(**fitted, *run) : run.status();
  });
  return admitted.ok() ? done : admitted;
}

double ToUnits(simulation::Measure measure, double value) {
  return measure == simulation::Measure::kAmount ? value / 1e6 : value;
}

v1::Forecast ToProto(const PairedQuestions& asked, const AskedQuestion& question,
                     const simulation::Forecast& forecast) {
  v1::Forecast proto = convert::ToProto(forecast);
  SetOwner(asked, question, proto);
  proto.set_rep_count(question.rep_count);
  proto.set_target_is_sum(question.target_is_sum);
  return proto;
}

}  // namespace quotacast::handlers
