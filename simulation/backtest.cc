#include "simulation/backtest.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "simulation/baselines.h"
#include "simulation/past_forecasts.h"

namespace quotacast::simulation {
namespace {

constexpr int64_t kMicros = 1'000'000;
constexpr size_t kModel = 0, kCorrected = 1, kFirstBaseline = 2;
constexpr size_t kForecasterCount = kFirstBaseline + kBaselines.size();

// A question of the replay with its answers.
struct Answered {
  int64_t as_of_us = 0;
  ReplayQuestion asked;
  double uniform = 0;  // Settles ties.
  BacktestRow row;     // Only where the question is about one rep.
  PastForecast past;
  std::array<ForecastScore, kForecasterCount> scores;

  bool is_total() const { return !asked.question.reps.empty(); }
  void Score(size_t forecaster, absl::Span<const int64_t> sorted, double probability) {
    scores[forecaster] = ScoreForecast(sorted, probability, asked.question.target, asked.actual,
                                       asked.question.period_start, uniform);
  }
  void Score(size_t forecaster, absl::Span<const int64_t> sorted) {
    Score(forecaster, sorted, ShareAtLeast(sorted, static_cast<double>(asked.question.target)));
  }
};

BacktestRow RowOf(const Answered& answered, const Forecast& forecast) {
  const Question& question = answered.asked.question;
  const double unit = question.measure == Measure::kAmount ? kMicros : 1;
  BacktestRow row{.rep = question.owner,
                  .measure = question.measure,
                  .period = {question.period_start, question.period_end},
                  .as_of_us = answered.as_of_us,
                  .target = static_cast<double>(question.target) / unit,
                  .booked = static_cast<double>(forecast.booked) / unit,
                  .attainment_probability = forecast.attainment_probability,
                  .mean = forecast.mean / unit,
                  .actual = static_cast<double>(answered.asked.actual) / unit};
  for (size_t i = 0; i < kRowLevels.size(); ++i) {
    for (const Quantile& quantile : forecast.quantiles) {
      if (quantile.level == kRowLevels[i]) row.quantiles[i] = quantile.value / unit;
    }
  }
  return row;
}

class Backtest {
 public:
  Backtest(const History& history, const BacktestOptions& options)
      : history_(history), options_(options) {}

  absl::StatusOr<BacktestResult> Run() {
    const ReplayPlan plan = PlanReplay(history_, options_.replay);
    if (plan.instants.empty()) return NothingToReplay(plan);
    if (absl::Status status = LearnFirst(plan.instants.rbegin()->first); !status.ok()) {
      return status;
    }
    if (absl::Status status = AnswerAll(plan); !status.ok()) return status;
    if (!learnt_.has_value()) LearnAfterwards();
    BacktestResult result;
    result.skipped_count = plan.skipped_count;
    for (const std::vector<Answered>& instant : answered_) {
      for (const Answered& answered : instant) {
        if (!answered.is_total()) result.rows.push_back(answered.row);
      }
    }
    std::sort(result.rows.begin(), result.rows.end(), [](const auto& a, const auto& b) {
      return std::tie(a.period.start, a.period.end, a.rep, a.as_of_us) <
             std::tie(b.period.start, b.period.end, b.rep, b.as_of_us);
    });
    for (const bool total : {false, true}) SummarizeAll(total, result);
    return result;
  }

 private:
  static absl::Status NothingToReplay(const ReplayPlan& plan) {
    if (plan.skipped_count == 0) {
      return absl::NotFoundError("no quota of a rep has such a period that starts in [from, to)");
    }
    return absl::FailedPreconditionError("nothing was recorded before any of the instants");
  }

  absl::Status LearnFirst(int64_t until_us) {
    if (options_.correction == CorrectionMode::kOff) return absl::OkStatus();
    auto past = ReplayPast(history_, options_.replay.measure, until_us, options_.forecast);
    if (!past.ok()) return past.status();
    learnt_.emplace(*std::move(past));
    return absl::OkStatus();
  }

  absl::Status AnswerAll(const ReplayPlan& plan) {
    for (const auto& [as_of_us, questions] : plan.instants) {
      std::vector<Answered>& instant = answered_.emplace_back();
      for (const ReplayQuestion& asked : questions) {
        Answered answered;
        answered.as_of_us = as_of_us;
        answered.asked = asked;
        const Question& question = asked.question;
        answered.uniform = UniformOf(options_.forecast.seed,
                                     {question.owner, answered.is_total(), question.period_start,
                                      question.period_end, as_of_us});
        instant.push_back(std::move(answered));
      }
    }
    return ForEachOf(
        static_cast<int64_t>(answered_.size()), options_.forecast.thread_count,
        [this](int64_t i) { return Answer(answered_[i]); }, options_.progress);
  }

  // Asks model and baselines everything of one instant.
  absl::Status Answer(std::vector<Answered>& instant) const {
    const int64_t as_of_us = instant[0].as_of_us;
    std::vector<Question> questions;
    questions.reserve(instant.size());
    for (const Answered& answered : instant) questions.push_back(answered.asked.question);
    ForecastOptions forecast_options = options_.forecast;
    forecast_options.keep_samples = true;
    forecast_options.thread_count = 1;
    auto forecasts = ForecastAttainment(history_, as_of_us, questions, forecast_options);
    if (!forecasts.ok()) return forecasts.status();
    for (size_t i = 0; i < instant.size(); ++i) TakeForecast(instant[i], (*forecasts)[i]);
    if (!options_.baselines) return absl::OkStatus();
    const BaselineForecaster forecaster(history_, as_of_us, options_.replay.measure);
    for (size_t b = 0; b < kBaselines.size(); ++b) {
      const auto predictions = forecaster.Predict(kBaselines[b], questions, options_.forecast.seed);
      for (size_t i = 0; i < instant.size(); ++i) {
        instant[i].Score(kFirstBaseline + b, predictions[i]);
      }
    }
    return absl::OkStatus();
  }

  void TakeForecast(Answered& answered, Forecast& forecast) const {
    answered.Score(kModel, forecast.samples, forecast.attainment_probability);
    answered.past = Remember(history_, answered.as_of_us, answered.asked, forecast);
    if (learnt_.has_value()) {
      const PastForecast& past = answered.past;
      CorrectForecast(learnt_->Choose(options_.correction, past.as_of_us, KindOf(past.period),
                                      past.several_reps, past.elapsed_share),
                      forecast);
      answered.Score(kCorrected, forecast.samples, forecast.attainment_probability);
    }
    if (!answered.is_total()) answered.row = RowOf(answered, forecast);
  }

  void LearnAfterwards() {
    std::vector<PastForecast> all;
    for (const std::vector<Answered>& instant : answered_) {
      for (const Answered& answered : instant) all.push_back(answered.past);
    }
    learnt_.emplace(std::move(all));
    for (std::vector<Answered>& instant : answered_) {
      for (Answered& answered : instant) {
        const PastForecast& past = answered.past;
        const Correction correction =
            learnt_->At(past.as_of_us, KindOf(past.period), past.several_reps, past.elapsed_share);
        answered.Score(kCorrected, Corrected(past.values, past.booked, correction));
      }
    }
  }

  std::vector<ForecastScore> ScoresOf(size_t forecaster, int origin, bool total) const {
    std::vector<ForecastScore> scores;
    for (const std::vector<Answered>& instant : answered_) {
      for (const Answered& answered : instant) {
        if (answered.is_total() != total) continue;
        if (origin != kAllOrigins && answered.asked.origin != origin) continue;
        scores.push_back(answered.scores[forecaster]);
      }
    }
    return scores;
  }

  void SummarizeAll(bool total, BacktestResult& result) const {
    const std::string who = total ? "Company total" : "Reps";
    const size_t forecasters = options_.baselines ? kForecasterCount : kFirstBaseline;
    for (int origin = kAllOrigins; origin < static_cast<int>(options_.replay.origins.size());
         ++origin) {
      for (size_t f = 0; f < forecasters; ++f) {
        const std::string name(f == kModel       ? kModelName
                               : f == kCorrected ? kCorrectedModelName
                                                 : NameOf(kBaselines[f - kFirstBaseline]));
        result.summaries.push_back({name, origin, total, Summarize(ScoresOf(f, origin, total))});
        if (f != kModel || origin == kAllOrigins) continue;
        const std::string subject =
            absl::StrCat(who, ", ", OriginName(options_.replay.origins[origin]));
        for (std::string& finding : Findings(result.summaries.back().scores, subject)) {
          result.findings.push_back(std::move(finding));
        }
      }
    }
    ReportCorrection(who, total, result);
  }

  static std::string OriginName(double origin) {
    if (origin == 0) return "at the start of the period";
    return absl::StrFormat("after %.0f %% of the period", 100 * origin);
  }

  // One sentence for each kind of period that was replayed.
  void ReportCorrection(const std::string& who, bool total, BacktestResult& result) const {
    std::vector<PeriodKind> kinds;
    for (const std::vector<Answered>& instant : answered_) {
      for (const Answered& answered : instant) kinds.push_back(KindOf(answered.past.period));
    }
    std::sort(kinds.begin(), kinds.end());
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
    for (const PeriodKind kind : kinds) {
      const CorrectionRecord record = learnt_->RecordAt(INT64_MAX, kind, total);
      if (record.period_count < CorrectionRecord::kLeastPeriods || record.crps <= 0) continue;
      const double change = 100 * (record.corrected_crps / record.crps - 1);
      result.correction_better = result.correction_better || record.better();
      result.findings.push_back(absl::StrFormat(
          "%s: correcting each forecast by what earlier periods got wrong would have changed the "
          "CRPS of %d periods by %+.1f %% (standard error %.1f): %s.",
          who, record.period_count, change, 100 * record.standard_error / record.crps,
          record.better() ? "reliably better" : "not reliably better"));
    }
  }

  const History& history_;
  const BacktestOptions& options_;
  std::vector<std::vector<Answered>> answered_;  // By instant.
  std::optional<LearntCorrections> learnt_;
};

}  // namespace

absl::StatusOr<BacktestResult> RunBacktest(const History& history, const BacktestOptions& options) {
  if (absl::Status status = ValidateReplay(options.replay); !status.ok()) return status;
  if (options.forecast.thread_count < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("thread_count must be >= 1; got ", options.forecast.thread_count));
  }
  return Backtest(history, options).Run();
}

}  // namespace quotacast::simulation
