#include "client/backtest_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/session.h"
#include "client/table.h"

namespace quotacast::client {
namespace {

constexpr absl::string_view kModel = "model";
constexpr double kLevels[] = {.05, .1, .25, .5, .75, .9, .95};
// Ranges of chances in the sentences; the server's bins are twice as fine.
constexpr double kRangeWidth = .2;

struct Range {
  int64_t count = 0;
  double forecast_sum = 0;
  double observed_sum = 0;
};

std::string Number(double number) { return absl::StrFormat("%.10g", number); }

std::string Points(double share) { return absl::StrFormat("%.0f", 100 * share); }

std::string OriginText(const v1::BacktestResult& result, int origin) {
  const double share = result.origins(origin);
  return share == 0 ? "at its start" : absl::StrCat("after ", Points(share), " %");
}

// Eight heights of a bar for each count, the highest full.
std::string Sparkline(const google::protobuf::RepeatedField<int64_t>& counts) {
  constexpr const char* kHeights[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const int64_t most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  std::string text;
  for (const int64_t count : counts) {
    text +=
        kHeights[most == 0
                     ? 0
                     : std::lround(8. * static_cast<double>(count) / static_cast<double>(most))];
  }
  return text;
}

// " (58 to 71)": the 90 % interval, in points, of a share observed in `count` independent cases
// (E. B. Wilson, JASA 22, 1927).
std::string IntervalText(double share, double count) {
  constexpr double kZ = 1.6449;
  const double z2 = kZ * kZ / count;
  const double middle = (share + z2 / 2) / (1 + z2);
  const double half = std::sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2);
  return absl::StrCat(" (", Points(std::max(0.0, middle - half)), " to ",
                      Points(std::min(1.0, middle + half)), ")");
}

std::vector<Range> Ranges(const google::protobuf::RepeatedPtrField<v1::ReliabilityBin>& bins) {
  std::vector<Range> ranges(static_cast<size_t>(std::lround(1 / kRangeWidth)));
  for (const v1::ReliabilityBin& bin : bins) {
    const auto index = static_cast<size_t>((bin.low() + 1e-9) / kRangeWidth);
    Range& range = ranges[std::min(index, ranges.size() - 1)];
    const auto count = static_cast<double>(bin.count());
    range.count += bin.count();
    range.forecast_sum += count * bin.mean_forecast();
    range.observed_sum += count * bin.observed_share();
  }
  return ranges;
}

std::string ReliabilityText(const v1::BacktestScores& scores) {
  std::string text;
  const std::vector<Range> ranges = Ranges(scores.reliability());
  for (size_t i = ranges.size(); i-- > 0;) {
    const Range& range = ranges[i];
    if (range.count == 0) continue;
    const auto count = static_cast<double>(range.count);
    absl::StrAppend(&text, "  Of ", Thousands(range.count),
                    range.count == 1 ? " forecast between " : " forecasts between ",
                    Points(kRangeWidth * static_cast<double>(i)), " and ",
                    Points(kRangeWidth * static_cast<double>(i + 1)), " %, ",
                    Points(range.observed_sum / count), " % came in",
                    IntervalText(range.observed_sum / count, count), "; ",
                    Points(range.forecast_sum / count), " % were to be expected.\n");
  }
  return text;
}

std::string CoverageText(const v1::BacktestScores& scores) {
  const auto count = static_cast<double>(scores.count());
  const auto inside = [count](double share) {
    return absl::StrCat(Points(share), " %", IntervalText(share, count));
  };
  return absl::StrCat("  Of ", Thousands(scores.count()), " outcomes, ",
                      inside(scores.coverage_50()), " were inside the 50 % interval, ",
                      inside(scores.coverage_80()), "\n  inside that of 80 %, ",
                      inside(scores.coverage_95()), " inside that of 95 %.\n");
}

Table ScoresTable(const char* first, const char* last) {
  return Table({{first, false, 17},
                {"forecasts", true, 0, 2},
                {"Brier", true},
                {"log loss", true, 0, 3},
                {"CRPS", true},
                {"in 50 %", true},
                {"in 80 %", true},
                {"in 95 %", true},
                {"gap", true},
                {"bias", true, 0, 1},
                {last, false, 12, 4}});
}

void AddScores(const std::string& label, const v1::BacktestScores& scores, const std::string& last,
               Table& table) {
  const Style style = label == kModel ? Style::kBold : Style::kPlain;
  const auto three = [style](double number) {
    return Cell{absl::StrFormat("%.3f", number), style};
  };
  const auto percent = [style](double share) { return Cell{Points(share), style}; };
  table.AddRow({{label, style},
                {Thousands(scores.count()), style},
                three(scores.brier_score()),
                three(scores.log_loss()),
                three(scores.crps()),
                percent(scores.coverage_50()),
                percent(scores.coverage_80()),
                percent(scores.coverage_95()),
                {absl::StrFormat("%.1f", 100 * scores.calibration_error()), style},
                {absl::StrFormat("%+.3f", scores.bias()), style},
                {last, style}});
}

// The scores of one subject at an origin (-1: all together), the model's first.
std::vector<const v1::BacktestScores*> Select(const v1::BacktestResult& result, bool total,
                                              int origin) {
  std::vector<const v1::BacktestScores*> selected;
  for (const v1::BacktestScores& scores : result.scores()) {
    if (scores.organization_total() != total || scores.origin_index() != origin ||
        scores.count() == 0) {
      continue;
    }
    const bool model = scores.forecaster() == kModel;
    selected.insert(model ? selected.begin() : selected.end(), &scores);
  }
  return selected;
}

// The baseline with the lowest CRPS, and that.
std::string BestBaseline(const std::vector<const v1::BacktestScores*>& all) {
  const v1::BacktestScores* best = nullptr;
  for (const v1::BacktestScores* scores : all) {
    if (absl::StrContains(scores->forecaster(), kModel)) continue;
    if (best == nullptr || scores->crps() < best->crps()) best = scores;
  }
  return best == nullptr ? "" : absl::StrFormat("%.3f %s", best->crps(), best->forecaster());
}

std::string SubjectText(const v1::BacktestResult& result, bool total, int width, bool color) {
  const auto all = Select(result, total, -1);
  if (all.empty()) return "";
  const absl::string_view subject =
      total ? "All reps together, against the sum of their quotas" : "Each rep";
  std::string text = absl::StrCat(Styled(subject, Style::kBold, color), "\n");
  if (all.front()->forecaster() == kModel) {
    absl::StrAppend(&text, ReliabilityText(*all.front()), CoverageText(*all.front()),
                    "  Outcomes from the low to the high end of their forecast (best if level): |",
                    Sparkline(all.front()->pit_histogram()), "|\n");
  }
  Table forecasters = ScoresTable("forecaster", "");
  for (const auto* scores : all) AddScores(scores->forecaster(), *scores, "", forecasters);
  absl::StrAppend(&text, "\n", forecasters.Render(width, color));
  Table origins = ScoresTable("in the period", "best baseline's CRPS");
  for (int origin = 0; origin < result.origins_size(); ++origin) {
    const auto at_origin = Select(result, total, origin);
    if (at_origin.empty() || at_origin.front()->forecaster() != kModel) continue;
    AddScores(OriginText(result, origin), *at_origin.front(), BestBaseline(at_origin), origins);
  }
  if (!origins.empty()) absl::StrAppend(&text, "\n", origins.Render(width, color));
  return text + "\n";
}

}  // namespace

std::string BacktestText(const v1::BacktestResult& result, v1::CorrectionMode organization_mode,
                         int width, bool color) {
  std::string text =
      SubjectText(result, false, width, color) + SubjectText(result, true, width, color);
  for (const std::string& finding : result.findings()) absl::StrAppend(&text, finding, "\n");
  if (result.correction_better() && organization_mode == v1::OFF) {
    absl::StrAppend(&text,
                    "To have forecasts corrected where that was better:\n"
                    "  quotacast org update --correction where-better\n");
  }
  if (result.skipped_count() > 0) {
    absl::StrAppend(&text, Thousands(result.skipped_count()),
                    " forecasts were left out: nothing was recorded before their instant.\n");
  }
  absl::StrAppend(
      &text,
      Styled(
          "Brier, log loss: of the chances, lower is better. CRPS: of the bookings over quota,\n"
          "lower is better. In 50, 80, 95 %: the share of outcomes inside that central interval.\n"
          "Gap: mean distance in points between chances and what came in. Bias: bookings beyond\n"
          "the forecast mean, over quota. In parentheses: where the true share lies with 90 %, if\n"
          "forecasts are independent; those of one period are not quite, so take it for wider.\n",
          Style::kDim, color));
  return text;
}

std::string BacktestRowsHeader() {
  return "rep_id,measure,period_start,period_end,as_of,target,booked,attainment_probability,mean,"
         "q05,q10,q25,q50,q75,q90,q95,actual\n";
}

std::string BacktestRowText(const v1::BacktestRow& row, absl::TimeZone zone) {
  std::vector<std::string> fields = {
      IdOf(row.rep()), absl::AsciiStrToLower(v1::Measure_Name(row.measure())), row.period_start(),
      row.period_end(),
      absl::FormatTime(absl::RFC3339_full, absl::FromUnixSeconds(row.as_of().seconds()), zone)};
  for (const double number :
       {row.target(), row.booked(), row.attainment_probability(), row.distribution().mean()}) {
    fields.push_back(Number(number));
  }
  for (const double level : kLevels) {
    std::string value;
    for (const v1::Quantile& quantile : row.distribution().quantiles()) {
      if (std::abs(quantile.level() - level) < 1e-9) value = Number(quantile.value());
    }
    fields.push_back(std::move(value));
  }
  fields.push_back(Number(row.actual()));
  return CsvLine(fields);
}

std::string BacktestCsv(const v1::BacktestResult& result) {
  std::string text =
      "forecaster,origin,organization_total,count,brier_score,log_loss,crps,coverage_50,"
      "coverage_80,coverage_95,calibration_error,bias,bias_standard_error,width,"
      "width_standard_error\n";
  for (const v1::BacktestScores& scores : result.scores()) {
    const int origin = scores.origin_index();
    std::vector<std::string> fields = {
        scores.forecaster(),
        origin >= 0 && origin < result.origins_size() ? Number(result.origins(origin)) : "all",
        scores.organization_total() ? "true" : "false", absl::StrCat(scores.count())};
    for (const double number :
         {scores.brier_score(), scores.log_loss(), scores.crps(), scores.coverage_50(),
          scores.coverage_80(), scores.coverage_95(), scores.calibration_error(), scores.bias(),
          scores.bias_standard_error(), scores.width(), scores.width_standard_error()}) {
      fields.push_back(Number(number));
    }
    text += CsvLine(fields);
  }
  return text;
}

}  // namespace quotacast::client
