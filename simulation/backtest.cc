#include "simulation/backtest.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "simulation/baselines.h"
#include "simulation/bookings.h"

namespace quotacast::simulation {
namespace {

constexpr int64_t kMicros = 1'000'000;
constexpr size_t kForecasterCount = 1 + kBaselines.size();

// A question asked at an origin of its period, and in the end its answers.
struct Asked {
  Question question;
  int origin = 0;
  int64_t actual = 0;
  BacktestRow row = {};  // Of the model; only where the question is about one rep.
  std::array<ForecastScore, kForecasterCount> scores = {};
  bool is_total() const { return !question.reps.empty(); }
};

using Instants = std::map<int64_t, std::vector<Asked>>;

absl::Status Validate(const BacktestOptions& options) {
  if (options.origins.empty()) return absl::InvalidArgumentError("origins must not be empty");
  for (const double origin : options.origins) {
    if (!(origin >= 0 && origin < 1)) {
      return absl::InvalidArgumentError(absl::StrCat("origins must be >= 0 and < 1; got ", origin));
    }
  }
  if (options.from >= options.to) {
    return absl::InvalidArgumentError("from must be before to");
  }
  if (options.forecast.thread_count < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("thread_count must be >= 1; got ", options.forecast.thread_count));
  }
  return absl::OkStatus();
}

// The questions of each period, reps by index and then their total.
std::map<std::pair<Day, Day>, std::vector<Question>> QuestionsByPeriod(
    const History& history, const BacktestOptions& options) {
  std::map<std::pair<Day, Day>, std::map<int32_t, int64_t>> targets;
  for (const Quota& quota : history.quotas) {
    const Period period{quota.period_start, quota.period_end};
    if (quota.owner_type != OwnerType::kRep || quota.measure != options.measure ||
        period.start < options.from || period.start >= options.to ||
        (options.period_kind != PeriodKind::kAny && KindOf(period) != options.period_kind) ||
        StartOfDayUs(period.end, history.time_zone) > options.complete_until_us) {
      continue;
    }
    targets[{period.start, period.end}][quota.owner] = quota.target;
  }
  std::map<std::pair<Day, Day>, std::vector<Question>> questions;
  for (const auto& [period, by_rep] : targets) {
    Question total{.owner_type = OwnerType::kTeam,
                   .measure = options.measure,
                   .period_start = period.first,
                   .period_end = period.second};
    for (const auto& [rep, target] : by_rep) {
      questions[period].push_back({.owner = rep,
                                   .measure = options.measure,
                                   .period_start = period.first,
                                   .period_end = period.second,
                                   .target = target});
      total.reps.push_back(rep);
      total.target += target;
    }
    questions[period].push_back(std::move(total));
  }
  return questions;
}

Instants Plan(const History& history, const BacktestOptions& options, int64_t& skipped_count) {
  int64_t first_event_us = INT64_MAX;
  for (const StageEvent& event : history.events) {
    first_event_us = std::min(first_event_us, event.time_us);
  }
  Instants instants;
  for (const auto& [period, questions] : QuestionsByPeriod(history, options)) {
    const int64_t start_us = StartOfDayUs(period.first, history.time_zone);
    const int64_t end_us = StartOfDayUs(period.second, history.time_zone);
    const std::vector<int64_t> actual = BookedByRep(BookingsAsOf(history, end_us), options.measure,
                                                    start_us, end_us, history.reps.size());
    for (size_t origin = 0; origin < options.origins.size(); ++origin) {
      const int64_t as_of_us =
          OriginUs({period.first, period.second}, options.origins[origin], history.time_zone);
      if (as_of_us <= first_event_us) {
        skipped_count += static_cast<int64_t>(questions.size());
        continue;
      }
      for (const Question& question : questions) {
        Asked asked{.question = question, .origin = static_cast<int>(origin)};
        for (const int32_t rep : RepsOf(history, question)) asked.actual += actual[rep];
        instants[as_of_us].push_back(std::move(asked));
      }
    }
  }
  return instants;
}

BacktestRow RowOf(const Asked& asked, const Forecast& forecast, int64_t as_of_us) {
  const double unit = asked.question.measure == Measure::kAmount ? kMicros : 1;
  BacktestRow row{.rep = asked.question.owner,
                  .measure = asked.question.measure,
                  .period = {asked.question.period_start, asked.question.period_end},
                  .as_of_us = as_of_us,
                  .target = static_cast<double>(asked.question.target) / unit,
                  .booked = static_cast<double>(forecast.booked) / unit,
                  .attainment_probability = forecast.attainment_probability,
                  .mean = forecast.mean / unit,
                  .actual = static_cast<double>(asked.actual) / unit};
  for (size_t i = 0; i < kRowLevels.size(); ++i) {
    for (const Quantile& quantile : forecast.quantiles) {
      if (quantile.level == kRowLevels[i]) row.quantiles[i] = quantile.value / unit;
    }
  }
  return row;
}

// Asks model and baselines everything of one instant.
absl::Status Answer(const History& history, const BacktestOptions& options, int64_t as_of_us,
                    std::vector<Asked>& all_asked) {
  std::vector<Question> questions;
  for (const Asked& asked : all_asked) questions.push_back(asked.question);
  ForecastOptions forecast_options = options.forecast;
  forecast_options.keep_samples = true;
  forecast_options.thread_count = 1;
  const auto forecasts = ForecastAttainment(history, as_of_us, questions, forecast_options);
  if (!forecasts.ok()) return forecasts.status();
  const uint64_t seed = options.forecast.seed;
  const auto score = [&](Asked& asked, size_t forecaster, absl::Span<const int64_t> sorted,
                         double probability) {
    const double uniform =
        UniformOf(seed, {asked.question.owner, asked.is_total(), asked.question.period_start,
                         asked.question.period_end, as_of_us});
    asked.scores[forecaster] = ScoreForecast(sorted, probability, asked.question.target,
                                             asked.actual, asked.question.period_start, uniform);
  };
  for (size_t i = 0; i < all_asked.size(); ++i) {
    const Forecast& forecast = (*forecasts)[i];
    score(all_asked[i], 0, forecast.samples, forecast.attainment_probability);
    if (!all_asked[i].is_total()) all_asked[i].row = RowOf(all_asked[i], forecast, as_of_us);
  }
  if (!options.baselines) return absl::OkStatus();
  const BaselineForecaster forecaster(history, as_of_us, options.measure);
  for (size_t b = 0; b < kBaselines.size(); ++b) {
    const auto predictions = forecaster.Predict(kBaselines[b], questions, seed);
    for (size_t i = 0; i < all_asked.size(); ++i) {
      const double target = static_cast<double>(all_asked[i].question.target);
      score(all_asked[i], 1 + b, predictions[i], ShareAtLeast(predictions[i], target));
    }
  }
  return absl::OkStatus();
}

absl::Status AnswerAll(const History& history, const BacktestOptions& options, Instants& instants) {
  std::vector<std::pair<int64_t, std::vector<Asked>*>> work;
  for (auto& [as_of_us, asked] : instants) work.emplace_back(as_of_us, &asked);
  std::atomic<size_t> next{0};
  std::mutex mutex;
  absl::Status status;
  int64_t done = 0;
  const auto worker = [&] {
    for (size_t i = next++; i < work.size(); i = next++) {
      const absl::Status answered = Answer(history, options, work[i].first, *work[i].second);
      const std::lock_guard<std::mutex> lock(mutex);
      status.Update(answered);
      if (!status.ok()) return;
      ++done;
      if (options.progress) options.progress(done, static_cast<int64_t>(work.size()));
    }
  };
  std::vector<std::thread> threads;
  const size_t thread_count =
      std::min(static_cast<size_t>(options.forecast.thread_count), work.size());
  for (size_t t = 1; t < thread_count; ++t) threads.emplace_back(worker);
  worker();
  for (std::thread& thread : threads) thread.join();
  return status;
}

std::string OriginName(double origin) {
  return origin == 0
             ? "at the start of the period"
             : absl::StrCat("after ", static_cast<int>(100 * origin + 0.5), " % of the period");
}

void SummarizeAll(const BacktestOptions& options, const Instants& instants,
                  BacktestResult& result) {
  const int origin_count = static_cast<int>(options.origins.size());
  const size_t forecaster_count = options.baselines ? kForecasterCount : 1;
  for (const bool total : {false, true}) {
    for (int origin = kAllOrigins; origin < origin_count; ++origin) {
      for (size_t f = 0; f < forecaster_count; ++f) {
        std::vector<ForecastScore> scores;
        for (const auto& [as_of_us, all_asked] : instants) {
          for (const Asked& asked : all_asked) {
            if (asked.is_total() != total) continue;
            if (origin == kAllOrigins || asked.origin == origin) scores.push_back(asked.scores[f]);
          }
        }
        const absl::string_view name = f == 0 ? kModelName : NameOf(kBaselines[f - 1]);
        result.summaries.push_back({std::string(name), origin, total, Summarize(scores)});
        if (f != 0 || origin == kAllOrigins) continue;
        for (std::string& finding : Findings(result.summaries.back().scores,
                                             absl::StrCat(total ? "Company total, " : "Reps, ",
                                                          OriginName(options.origins[origin])))) {
          result.findings.push_back(std::move(finding));
        }
      }
    }
  }
}

}  // namespace

absl::StatusOr<BacktestResult> RunBacktest(const History& history, const BacktestOptions& options) {
  if (absl::Status status = Validate(options); !status.ok()) return status;
  BacktestResult result;
  Instants instants = Plan(history, options, result.skipped_count);
  if (instants.empty()) {
    if (result.skipped_count == 0) {
      return absl::NotFoundError("no quota of a rep has such a period that starts in [from, to)");
    }
    return absl::FailedPreconditionError("nothing was recorded before any of the instants");
  }
  if (absl::Status status = AnswerAll(history, options, instants); !status.ok()) return status;
  for (const auto& [as_of_us, all_asked] : instants) {
    for (const Asked& asked : all_asked) {
      if (!asked.is_total()) result.rows.push_back(asked.row);
    }
  }
  std::sort(result.rows.begin(), result.rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.period.start, a.period.end, a.rep, a.as_of_us) <
           std::tie(b.period.start, b.period.end, b.rep, b.as_of_us);
  });
  SummarizeAll(options, instants, result);
  return result;
}

}  // namespace quotacast::simulation
