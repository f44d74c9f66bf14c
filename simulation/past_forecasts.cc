#include "simulation/past_forecasts.h"

#include <iterator>
#include <utility>

namespace quotacast::simulation {
namespace {

constexpr int64_t kTrialCount = 2'048;
constexpr uint64_t kSeed = 1;

}  // namespace

PastForecast Remember(const History& history, int64_t as_of_us, const ReplayQuestion& asked,
                      const Forecast& forecast) {
  const Question& question = asked.question;
  PastForecast past;
  past.period = {question.period_start, question.period_end};
  past.period_end_us = StartOfDayUs(question.period_end, history.time_zone);
  past.as_of_us = as_of_us;
  past.elapsed_share = ElapsedShare(past.period, as_of_us, history.time_zone);
  past.several_reps = !question.reps.empty();
  past.booked = forecast.booked;
  past.actual = asked.actual;
  past.values = Remembered(forecast.samples);
  return past;
}

absl::StatusOr<std::vector<PastForecast>> ReplayPast(
    const History& history, Measure measure, int64_t until_us, const ForecastOptions& options,
    const std::function<void(int64_t, int64_t)>& progress) {
  ReplayOptions replay;
  replay.measure = measure;
  replay.complete_until_us = until_us;
  ForecastOptions asked = options;
  asked.trial_count = kTrialCount;
  asked.precision_pp = 0;
  asked.seed = kSeed;
  asked.keep_samples = true;
  asked.thread_count = 1;
  const ReplayPlan plan = PlanReplay(history, replay);
  std::vector<std::vector<PastForecast>> by_instant(plan.instants.size());
  const auto answer = [&](int64_t i) -> absl::Status {
    const auto& [as_of_us, questions] = *std::next(plan.instants.begin(), i);
    std::vector<Question> questions_only;
    for (const ReplayQuestion& question : questions) questions_only.push_back(question.question);
    const auto forecasts = ForecastAttainment(history, as_of_us, questions_only, asked);
    if (!forecasts.ok()) return forecasts.status();
    for (size_t q = 0; q < questions.size(); ++q) {
      by_instant[i].push_back(Remember(history, as_of_us, questions[q], (*forecasts)[q]));
    }
    return absl::OkStatus();
  };
  if (absl::Status status = ForEachOf(static_cast<int64_t>(plan.instants.size()),
                                      options.thread_count, answer, progress);
      !status.ok()) {
    return status;
  }
  std::vector<PastForecast> past;
  for (std::vector<PastForecast>& forecasts : by_instant) {
    std::move(forecasts.begin(), forecasts.end(), std::back_inserter(past));
  }
  return past;
}

}  // namespace quotacast::simulation
