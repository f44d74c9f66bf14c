#include "server/handlers/forecast.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/convert/correction_mode.h"
#include "server/convert/forecast.h"
#include "server/convert/forecast_options.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/handlers/forecast_corrections.h"
#include "server/handlers/forecast_selection.h"
#include "server/period.h"
#include "simulation/forecast.h"

namespace quotacast::handlers {
namespace {

constexpr double kPrecisionMin = 0.05;
constexpr double kPrecisionMax = 10;

simulation::ForecastOptions ParseOptions(const v1::ForecastAttainmentRequest& request,
                                         errors::FieldErrors& problems) {
  simulation::ForecastOptions options = convert::ParseForecastOptions(request, problems);
  options.precision_pp = request.precision_pp();
  // Written so that NaN is refused.
  if (options.precision_pp != 0 &&
      !(options.precision_pp >= kPrecisionMin && options.precision_pp <= kPrecisionMax)) {
    problems.Add("precision_pp", absl::StrCat("must be ", kPrecisionMin, " to ", kPrecisionMax,
                                              "; got ", options.precision_pp));
  }
  if (options.precision_pp != 0 && request.trial_count() != 0) {
    problems.Add("trial_count", "must not be given together with precision_pp");
  }
  return options;
}

// All of a request that can be read without its organization, but for the period.
Selection ParseSelection(const v1::ForecastAttainmentRequest& request,
                         const std::string& organization, errors::FieldErrors& problems) {
  Selection selection;
  selection.reps = ParseIds("reps", organization, "reps", request.reps(), problems);
  selection.teams = ParseIds("teams", organization, "teams", request.teams(), problems);
  if (!v1::Measure_IsValid(request.measure())) {
    problems.Add("measure",
                 absl::StrCat("must be AMOUNT, UNITS or nothing; got ", request.measure()));
  } else if (request.measure() != v1::MEASURE_UNSPECIFIED) {
    selection.measure = request.measure() == v1::AMOUNT ? simulation::Measure::kAmount
                                                        : simulation::Measure::kUnits;
  }
  selection.as_of_us = absl::ToUnixMicros(absl::Now());
  if (request.has_as_of()) {
    const auto as_of = convert::FromTimestamp("as_of", request.as_of());
    problems.Add(as_of.status());
    if (as_of.ok()) selection.as_of_us = *as_of;
  }
  return selection;
}

// What is asked, and the history that answers it.
struct Asked {
  std::shared_ptr<const CompanyHistory> company;
  Questions questions;
  ForecastCorrections corrections = {};

  // The questions of reps, then the totals.
  const AskedQuestion& At(size_t i) const {
    const size_t reps = questions.reps.size();
    return i < reps ? questions.reps[i] : questions.totals[i - reps];
  }
};

// With `now` the instant of `selection` is that of the call, or a little before it.
absl::StatusOr<Asked> Ask(Engine& engine, ModelCache& models, const std::string& organization,
                          const std::string& period, bool now, Selection& selection) {
  auto company = engine.histories.Get(organization);
  if (!company.ok()) {
    return errors::Describe(company.status(), "quotacast/Organization",
                            convert::OrganizationName(organization));
  }
  if (now) {
    selection.as_of_us =
        models.RecentInstant(**company, selection.as_of_us, /*activities_matter=*/false);
  }
  if (!period.empty()) {
    const auto parsed =
        ParsePeriod("period", period, (*company)->organization.fiscal_year_start_month);
    if (!parsed.ok()) return parsed.status();
    selection.period = *parsed;
  }
  auto questions = SelectQuestions(organization, (*company)->history,
                                   (*company)->QuotasAsOf(selection.as_of_us), selection);
  if (!questions.ok()) return questions.status();
  return Asked{*std::move(company), *std::move(questions)};
}

v1::Forecast ToProto(const Asked& asked, size_t index, simulation::Forecast forecast) {
  const AskedQuestion& question = asked.At(index);
  v1::Forecast proto = convert::ToProto(asked.corrections.Apply(index, std::move(forecast)));
  const std::string& organization = asked.company->organization.id;
  if (question.everyone) {
    proto.set_organization(convert::OrganizationName(organization));
  } else if (question.question.owner_type == simulation::OwnerType::kTeam) {
    const auto& team = asked.company->history.teams[question.question.owner];
    proto.set_team(convert::FormatChildName(organization, "teams", team.id));
  } else {
    const auto& rep = asked.company->history.reps[question.question.owner];
    proto.set_rep(convert::FormatChildName(organization, "reps", rep.id));
  }
  proto.set_rep_count(question.rep_count);
  proto.set_target_is_sum(question.target_is_sum);
  return proto;
}

void AddWarnings(const Asked& asked, v1::ForecastAttainmentResponse& response) {
  for (const std::string& rep : asked.questions.reps_without_quota) {
    v1::ForecastWarning* warning = response.add_warnings();
    warning->set_code("REP_WITHOUT_QUOTA");
    warning->set_message(
        absl::StrCat(convert::FormatChildName(asked.company->organization.id, "reps", rep),
                     " has no quota for the period and measure asked for"));
  }
}

// Sends what has been answered so far, now and then.
class Streaming final : public simulation::ForecastObserver {
 public:
  Streaming(const Asked& asked, const ForecastSink& send) : asked_(asked), send_(send) {}

  void OnProgress(double share_done) override {
    share_done_ = share_done;
    if (absl::Now() >= next_) Send();
  }

  void OnAnswer(size_t question, bool final,
                const std::function<simulation::Forecast()>& forecast) override {
    const bool due = absl::Now() >= next_;
    if (!final && !due) return;
    *message_.add_improved_forecasts() = ToProto(asked_, question, forecast());
    if (due) Send();
  }

 private:
  void Send() {
    const absl::Time now = absl::Now();
    next_ = now + kInterval;
    message_.set_progress(share_done_);
    if (share_done_ > 0) {
      absl::Duration left = (now - start_) * ((1 - share_done_) / share_done_);
      message_.mutable_time_left()->set_seconds(absl::IDivDuration(left, absl::Seconds(1), &left));
      message_.mutable_time_left()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(left)));
    }
    send_(message_);
    message_.Clear();
  }

  static constexpr absl::Duration kInterval = absl::Milliseconds(200);

  const Asked& asked_;
  const ForecastSink& send_;
  const absl::Time start_ = absl::Now();
  absl::Time next_ = start_ + kInterval / 2;
  double share_done_ = 0;
  v1::StreamForecastAttainmentResponse message_;
};

// With `send`, answers are sent as they come.
absl::StatusOr<v1::ForecastAttainmentResponse> Answer(const Context& context, Engine& engine,
                                                      ModelCache& models,
                                                      const v1::ForecastAttainmentRequest& request,
                                                      const ForecastSink* send) {
  const auto organization = convert::ParseOrganizationName("parent", request.parent());
  if (!organization.ok()) return organization.status();
  errors::FieldErrors problems;
  Selection selection = ParseSelection(request, *organization, problems);
  simulation::ForecastOptions options = ParseOptions(request, problems);
  const auto given_mode =
      convert::FromProto("correction_mode", request.correction_mode(), problems);
  if (!problems.empty()) return problems.ToStatus();
  auto asked =
      Ask(engine, models, *organization, request.period(), !request.has_as_of(), selection);
  if (!asked.ok()) return asked.status();

  std::vector<simulation::Question> questions;
  for (const AskedQuestion& rep : asked->questions.reps) questions.push_back(rep.question);
  for (const AskedQuestion& total : asked->questions.totals) questions.push_back(total.question);
  options.cancelled = context.cancelled;
  const simulation::CorrectionMode correction_mode =
      given_mode.value_or(asked->company->organization.correction_mode);
  options.keep_samples = correction_mode != simulation::CorrectionMode::kOff;
  absl::StatusOr<std::vector<simulation::Forecast>> forecasts;
  const absl::Status admitted = engine.pool.Run(context.cancelled, [&](int thread_count) {
    options.thread_count = thread_count;
    const auto fitted = models.Get(asked->company, selection.as_of_us, thread_count);
    if (!fitted.ok()) {
      forecasts = fitted.status();
      return;
    }
    auto corrections = ForecastCorrections::Learn(**fitted, correction_mode, questions,
                                                  thread_count, context.cancelled);
    if (!corrections.ok()) {
      forecasts = corrections.status();
      return;
    }
    asked->corrections = *std::move(corrections);
    std::unique_ptr<Streaming> streaming;
    if (send != nullptr) streaming = std::make_unique<Streaming>(*asked, *send);
    options.observer = streaming.get();
    forecasts = simulation::ForecastAttainment((*fitted)->model(), questions, options);
  });
  if (!admitted.ok()) return admitted;
  if (!forecasts.ok()) return forecasts.status();

  v1::ForecastAttainmentResponse response;
  *response.mutable_as_of() = convert::ToTimestamp(selection.as_of_us);
  const size_t rep_count = asked->questions.reps.size();
  for (size_t i = 0; i < forecasts->size(); ++i) {
    v1::Forecast* proto = i < rep_count ? response.add_forecasts() : response.add_totals();
    *proto = ToProto(*asked, i, std::move((*forecasts)[i]));
  }
  response.set_currency_code(asked->company->organization.currency);
  response.set_seed(options.seed);
  response.set_run_rate_share(options.run_rate_share);
  response.set_correction_mode(convert::ToProto(correction_mode));
  AddWarnings(*asked, response);
  asked->corrections.Describe(response);
  return response;
}

}  // namespace

absl::StatusOr<v1::ForecastAttainmentResponse> ForecastAttainment(
    const Context& context, Engine& engine, ModelCache& models,
    const v1::ForecastAttainmentRequest& request) {
  return Answer(context, engine, models, request, nullptr);
}

absl::Status StreamForecastAttainment(const Context& context, Engine& engine, ModelCache& models,
                                      const v1::StreamForecastAttainmentRequest& request,
                                      const ForecastSink& send) {
  auto response = Answer(context, engine, models, request.request(), &send);
  if (!response.ok()) return response.status();
  v1::StreamForecastAttainmentResponse message;
  message.set_progress(1);
  *message.mutable_response() = *std::move(response);
  send(message);
  return absl::OkStatus();
}

}  // namespace quotacast::handlers
