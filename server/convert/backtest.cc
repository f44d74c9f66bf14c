#include "server/convert/backtest.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "server/convert/correction_mode.h"
#include "server/convert/forecast_options.h"
#include "server/convert/names.h"
#include "server/convert/resources.h"
#include "server/convert/scalars.h"

namespace quotacast::convert {
namespace {

constexpr int kOriginsMax = 20;

void TakeDay(absl::string_view field, const std::string& text, simulation::Day& day,
             errors::FieldErrors& problems) {
  if (text.empty()) return;
  const auto parsed = ParseDay(field, text);
  problems.Add(parsed.status());
  if (parsed.ok()) day = *parsed;
}

void TakeOrigins(const v1::RunBacktestRequest& request, std::vector<double>& origins,
                 errors::FieldErrors& problems) {
  if (request.origins().empty()) return;
  origins.assign(request.origins().begin(), request.origins().end());
  if (request.origins_size() > kOriginsMax) {
    problems.Add("origins",
                 absl::StrCat("must be at most ", kOriginsMax, "; got ", request.origins_size()));
  }
  for (const double origin : origins) {
    if (!(origin >= 0 && origin < 1)) {
      problems.Add("origins", absl::StrCat("must be at least 0 and less than 1; got ", origin));
    }
  }
}

std::optional<simulation::PeriodKind> KindOf(v1::RunBacktestRequest::PeriodKind kind) {
  switch (kind) {
    case v1::RunBacktestRequest::PERIOD_KIND_UNSPECIFIED:
      return simulation::PeriodKind::kAny;
    case v1::RunBacktestRequest::WEEK:
      return simulation::PeriodKind::kWeek;
    case v1::RunBacktestRequest::MONTH:
      return simulation::PeriodKind::kMonth;
    case v1::RunBacktestRequest::QUARTER:
      return simulation::PeriodKind::kQuarter;
    default:
      return std::nullopt;
  }
}

template <typename Given, typename Taken>
void TakeEnum(absl::string_view field, Given given, const std::optional<Taken>& taken, Taken& to,
              errors::FieldErrors& problems) {
  if (taken) {
    to = *taken;
  } else {
    problems.Add(field, absl::StrCat("must be one of the values defined; got ", given));
  }
}

v1::ReliabilityBin ToProto(const simulation::ReliabilityBin& bin) {
  v1::ReliabilityBin proto;
  proto.set_low(bin.low);
  proto.set_high(bin.high);
  proto.set_count(bin.count);
  proto.set_mean_forecast(bin.mean_forecast);
  proto.set_observed_share(bin.observed_share);
  return proto;
}

v1::BacktestScores ToProto(const simulation::BacktestSummary& summary) {
  const simulation::ScoreSummary& scores = summary.scores;
  v1::BacktestScores proto;
  proto.set_forecaster(summary.forecaster);
  proto.set_origin_index(summary.origin);
  proto.set_organization_total(summary.company_total);
  proto.set_count(scores.count);
  proto.set_brier_score(scores.brier);
  proto.set_log_loss(scores.log_loss);
  proto.set_crps(scores.crps);
  proto.set_coverage_50(scores.coverage_50);
  proto.set_coverage_80(scores.coverage_80);
  proto.set_coverage_95(scores.coverage_95);
  for (const int64_t count : scores.pit_histogram) proto.add_pit_histogram(count);
  for (const auto& bin : scores.reliability) *proto.add_reliability() = ToProto(bin);
  for (const auto& bin : scores.reliability_scaled) *proto.add_reliability_scaled() = ToProto(bin);
  proto.set_calibration_error(scores.calibration_error);
  proto.set_bias(scores.bias.value);
  proto.set_bias_standard_error(scores.bias.standard_error);
  proto.set_width(scores.width.value);
  proto.set_width_standard_error(scores.width.standard_error);
  return proto;
}

}  // namespace

simulation::BacktestOptions FromProto(const v1::RunBacktestRequest& request,
                                      errors::FieldErrors& problems) {
  simulation::BacktestOptions options;
  options.forecast = ParseForecastOptions(request, problems);
  TakeDay("from_date", request.from_date(), options.replay.from, problems);
  TakeDay("to_date", request.to_date(), options.replay.to, problems);
  if (options.replay.to <= options.replay.from) {
    problems.Add("to_date", absl::StrCat("must be later than from_date ", request.from_date(),
                                         "; got ", request.to_date()));
  }
  TakeOrigins(request, options.replay.origins, problems);
  TakeEnum("period_kind", request.period_kind(), KindOf(request.period_kind()),
           options.replay.period_kind, problems);
  options.correction = FromProto("correction_mode", request.correction_mode(), problems)
                           .value_or(simulation::CorrectionMode::kOff);
  if (!v1::Measure_IsValid(request.measure())) {
    problems.Add("measure",
                 absl::StrCat("must be AMOUNT, UNITS or nothing; got ", request.measure()));
  }
  options.replay.measure =
      request.measure() == v1::UNITS ? simulation::Measure::kUnits : simulation::Measure::kAmount;
  options.baselines = !request.skip_baselines();
  return options;
}

v1::BacktestRow ToProto(absl::string_view organization, const simulation::History& history,
                        const simulation::BacktestRow& row) {
  v1::BacktestRow proto;
  proto.set_rep(FormatChildName(organization, "reps", history.reps[row.rep].id));
  proto.set_measure(ToProto(row.measure));
  proto.set_period_start(FormatDay(row.period.start));
  proto.set_period_end(FormatDay(row.period.end));
  *proto.mutable_as_of() = ToTimestamp(row.as_of_us);
  proto.set_target(row.target);
  proto.set_booked(row.booked);
  proto.set_attainment_probability(row.attainment_probability);
  proto.mutable_distribution()->set_mean(row.mean);
  for (size_t i = 0; i < row.quantiles.size(); ++i) {
    v1::Quantile* quantile = proto.mutable_distribution()->add_quantiles();
    quantile->set_level(simulation::kRowLevels[i]);
    quantile->set_value(row.quantiles[i]);
  }
  proto.set_actual(row.actual);
  return proto;
}

v1::BacktestResult ToProto(const simulation::BacktestResult& result,
                           const simulation::BacktestOptions& options) {
  v1::BacktestResult proto;
  for (const auto& summary : result.summaries) *proto.add_scores() = ToProto(summary);
  for (const std::string& finding : result.findings) proto.add_findings(finding);
  proto.set_skipped_count(result.skipped_count);
  const std::vector<double>& origins = options.replay.origins;
  proto.mutable_origins()->Add(origins.begin(), origins.end());
  proto.set_correction_mode(ToProto(options.correction));
  proto.set_correction_better(result.correction_better);
  return proto;
}

}  // namespace quotacast::convert
