#include "server/handlers/forecast_corrections.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace quotacast::handlers {
namespace {

using simulation::PeriodKind;

std::string SubjectOf(simulation::Measure measure, PeriodKind period, bool several_reps) {
  return absl::StrCat(measure == simulation::Measure::kAmount ? "amounts" : "units", " of ",
                      several_reps ? "teams" : "reps", ", ",
                      period == PeriodKind::kWeek      ? "weeks"
                      : period == PeriodKind::kMonth   ? "months"
                      : period == PeriodKind::kQuarter ? "quarters"
                                                       : "other periods");
}

}  // namespace

absl::StatusOr<ForecastCorrections> ForecastCorrections::Learn(
    const FittedCompany& company, simulation::CorrectionMode mode,
    absl::Span<const simulation::Question> questions, int thread_count,
    const std::function<bool()>& cancelled) {
  ForecastCorrections corrections;
  if (mode == simulation::CorrectionMode::kOff) return corrections;
  const simulation::History& history = company.company().history;
  const int64_t as_of_us = company.as_of_us();
  for (const simulation::Question& question : questions) {
    const auto learnt = company.Corrections(question.measure, thread_count, cancelled);
    if (!learnt.ok()) return learnt.status();
    const simulation::Period period{question.period_start, question.period_end};
    Kind kind;
    kind.measure = question.measure;
    kind.period = simulation::KindOf(period);
    kind.several_reps =
        !question.reps.empty() || question.owner_type == simulation::OwnerType::kTeam;
    kind.correction =
        (*learnt)->Choose(mode, as_of_us, kind.period, kind.several_reps,
                          simulation::ElapsedShare(period, as_of_us, history.time_zone));
    kind.record = (*learnt)->RecordAt(as_of_us, kind.period, kind.several_reps);
    corrections.by_question_.push_back(kind.correction);
    const auto same = [&](const Kind& other) {
      return other.measure == kind.measure && other.period == kind.period &&
             other.several_reps == kind.several_reps &&
             other.correction.bias == kind.correction.bias &&
             other.correction.width == kind.correction.width;
    };
    if (std::none_of(corrections.kinds_.begin(), corrections.kinds_.end(), same)) {
      corrections.kinds_.push_back(kind);
    }
  }
  return corrections;
}

simulation::Forecast ForecastCorrections::Apply(size_t question,
                                                simulation::Forecast forecast) const {
  if (question < by_question_.size()) {
    simulation::CorrectForecast(by_question_[question], forecast);
  }
  return forecast;
}

void ForecastCorrections::Describe(v1::ForecastAttainmentResponse& response) const {
  for (const Kind& kind : kinds_) {
    const std::string subject = SubjectOf(kind.measure, kind.period, kind.several_reps);
    const std::string record =
        kind.record.crps > 0
            ? absl::StrFormat(
                  "over %d past periods correcting changed the CRPS by %+.1f %% (standard error "
                  "%.1f)",
                  kind.record.period_count,
                  100 * (kind.record.corrected_crps / kind.record.crps - 1),
                  100 * kind.record.standard_error / kind.record.crps)
            : "there is no past forecast to judge by";
    if (kind.correction.period_count == 0) {
      v1::ForecastWarning* warning = response.add_warnings();
      warning->set_code("NOT_CORRECTED");
      warning->set_message(absl::StrCat(subject, ": not corrected; ", record));
      continue;
    }
    const auto add = [&](const char* code, double value, const char* what) {
      v1::ForecastCorrection* correction = response.add_corrections();
      correction->set_code(code);
      correction->set_value(value);
      correction->set_description(absl::StrFormat("%s: %s times %.2f, learnt from %d periods; %s",
                                                  subject, what, value,
                                                  kind.correction.period_count, record));
    };
    add("BIAS", kind.correction.bias, "the mean of what is still to come");
    add("WIDTH", kind.correction.width, "its spread about the mean");
  }
}

}  // namespace quotacast::handlers
