#include "client/floor_text.h"

#include <algorithm>
#include <vector>

namespace quotacast::client {
namespace {

constexpr int kLeastNameWidth = 14;

std::string StandingText(v1::OpportunityOutlook::Standing standing) {
  return standing == v1::OpportunityOutlook::STANDING_UNSPECIFIED
             ? ""
             : Words(v1::OpportunityOutlook::Standing_Name(standing));
}

std::string FindingsText(const v1::StageUse& stage) {
  std::string text;
  for (const int finding : stage.findings()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ",
                    Words(v1::StageUse::Finding_Name(static_cast<v1::StageUse::Finding>(finding))));
  }
  return text;
}

const char* MisfitText(v1::ProcessMisfit::Kind kind) {
  switch (kind) {
    case v1::ProcessMisfit::STARTED_CLOSED:
      return "began won or lost";
    case v1::ProcessMisfit::MOVED_BACK:
      return "went back to an earlier stage";
    case v1::ProcessMisfit::REOPENED:
      return "went on after they were won or lost";
    case v1::ProcessMisfit::CLOSED_EARLY:
      return "were won straight from the first stage";
    default:
      return "do not fit";
  }
}

const char* RemarkOn(const v1::ActivityGuideline& line) {
  if (!line.attainable()) return "no level reaches it";
  if (line.required_per_week() == 0) return "no more is needed";
  return line.extrapolated() ? "more than anyone kept up" : "";
}

}  // namespace

std::string RankingText(const v1::RankOpportunitiesResponse& response, const MetricsView& view) {
  if (response.opportunities().empty()) return "nothing is open\n";
  Table table({{"opportunity", false, kLeastNameWidth},
               {"rep", false, kLeastNameWidth, 2},
               {"stage", false, kLeastNameWidth},
               {"amount", true},
               {"chance", true},
               {"days here", true},
               {"median if won", true, 0, 3},
               {"won after as long", true, 0, 1},
               {"", false}});
  for (const v1::OpportunityOutlook& outlook : response.opportunities()) {
    const v1::Rate& stayed = outlook.won_stayed_as_long();
    const bool known = stayed.total() > 0;
    const bool empty = outlook.standing() == v1::OpportunityOutlook::EMPTY;
    const Style style = empty                                                     ? Style::kYellow
                        : outlook.standing() == v1::OpportunityOutlook::PROMISING ? Style::kGreen
                                                                                  : Style::kPlain;
    table.AddRow({{std::string(IdOf(outlook.opportunity()))},
                  {outlook.rep().empty() ? "-" : DisplayName(view, outlook.rep())},
                  {outlook.stage_id()},
                  {Compact(outlook.amount())},
                  {Percent(outlook.win_probability())},
                  {absl::StrFormat("%.0f", outlook.age_days())},
                  {known ? absl::StrFormat("%.0f", outlook.won_median_days()) : "-"},
                  {known ? absl::StrFormat("%.0f of %.0f", stayed.count(), stayed.total()) : "-"},
                  {StandingText(outlook.standing()), style}});
  }
  return absl::StrCat(
      Styled(absl::StrCat("To be won from now to before ", response.period_end(), "; amounts in ",
                          response.currency_code()),
             Style::kBold, view.color),
      "\n", table.Render(view.width, view.color),
      absl::StrFormat("\nAll %s open: %s. By the share won from their stages, whenever: %s. "
                      "Simulated, in this period: %s.\n",
                      Thousands(response.open_count()), Compact(response.open_amount()),
                      Compact(response.weighted_amount()), Compact(response.simulated_amount())),
      Styled("Won after as long: of those won from the stage in the year before, the ones that "
             "stayed in it at\nleast as long. Empty: at most one in twenty. Promising: twice the "
             "average chance, and not empty.\n",
             Style::kDim, view.color));
}

std::string GuidelinesText(const v1::ReportGuidelinesResponse& response, const MetricsView& view) {
  if (response.guidelines().empty()) return "nobody asked about has a quota of this period\n";
  Table table({{"rep", false, kLeastNameWidth},
               {"done", true},
               {"of", true},
               {"so far", true},
               {"a week now", true},
               {"asked a week", true},
               {"chance now", true, 0, 2},
               {"then", true, 0, 3},
               {"", false, 0, 1}});
  for (const v1::ActivityGuideline& line : response.guidelines()) {
    const bool ok = line.attainable();
    const double total = line.period_total();
    table.AddRow({{DisplayName(view, line.rep())},
                  {Thousands(line.done_count())},
                  {ok ? absl::StrFormat("%.0f", total) : "-"},
                  {ok && total > 0 ? Percent(static_cast<double>(line.done_count()) / total) : "-"},
                  {absl::StrFormat("%.1f", line.current_per_week())},
                  {ok ? absl::StrFormat("%.0f", line.required_per_week()) : "-"},
                  {Percent(line.current_probability())},
                  {ok ? Percent(line.attainment_probability()) : "-"},
                  {RemarkOn(line)}});
  }
  return absl::StrCat(
      Styled(absl::StrFormat("From %s to before %s: each %s about no opportunity yet, for a chance "
                             "of %s",
                             response.period_start(), response.period_end(),
                             Words(v1::Activity::Type_Name(response.activity())),
                             Percent(response.target_probability())),
             Style::kBold, view.color),
      "\n", table.Render(view.width, view.color),
      Styled(
          "Of: done, and what the plan asks of the rest of the period; no level reaches the chance "
          "where a deal\ntakes longer than is left, or not enough comes of the activity. It rests "
          "on what went together with\nactivity in the records, which does not say what causes "
          "what.\n",
          Style::kDim, view.color));
}

std::string ProcessText(const v1::CheckProcessResponse& response, const MetricsView& view) {
  Table table({{"stage", false, kLeastNameWidth},
               {"entered", true},
               {"passed by", true},
               {"left", true},
               {"", false}});
  for (const v1::StageUse& stage : response.stages()) {
    table.AddRow({{stage.stage_id()},
                  {Thousands(stage.entered_count())},
                  {Thousands(stage.skipped_count())},
                  {Thousands(stage.left_count())},
                  {FindingsText(stage), Style::kYellow}});
  }
  std::string text =
      absl::StrCat(Styled(absl::StrCat("Opportunities created in the 365 days before: ",
                                       Thousands(response.opportunity_count())),
                          Style::kBold, view.color),
                   "\n", table.Render(view.width, view.color));
  if (response.opportunity_count() == 0) {
    return absl::StrCat(text, "\nThere is nothing to check: choose another time by --as-of.\n");
  }
  bool fits = true;
  for (const v1::ProcessMisfit& misfit : response.misfits()) {
    if (misfit.count() == 0) continue;
    fits = false;
    absl::StrAppend(&text, "\n", Thousands(misfit.count()), " ", MisfitText(misfit.kind()), ": ");
    const int shown = std::min(misfit.opportunities_size(), 5);
    for (int i = 0; i < shown; ++i) {
      absl::StrAppend(&text, i > 0 ? ", " : "", IdOf(misfit.opportunities(i)));
    }
    if (misfit.count() > shown) {
      absl::StrAppend(&text, " and ", Thousands(misfit.count() - shown), " more");
    }
  }
  return absl::StrCat(text, fits ? "\nEvery history fits the process.\n" : "\n");
}

std::string RankingCsv(const v1::RankOpportunitiesResponse& response) {
  std::string text =
      "opportunity_id,rep_id,stage_id,amount,win_probability,age_days,won_median_days,"
      "won_stayed_as_long,won_count,standing\n";
  for (const v1::OpportunityOutlook& outlook : response.opportunities()) {
    text +=
        CsvLine({std::string(IdOf(outlook.opportunity())), std::string(IdOf(outlook.rep())),
                 outlook.stage_id(), Number(outlook.amount()), Number(outlook.win_probability()),
                 Number(outlook.age_days()), Number(outlook.won_median_days()),
                 Number(outlook.won_stayed_as_long().count()),
                 Number(outlook.won_stayed_as_long().total()), StandingText(outlook.standing())});
  }
  return text;
}

std::string GuidelinesCsv(const v1::ReportGuidelinesResponse& response) {
  std::string text =
      "rep_id,period_start,period_end,done_count,current_per_week,required_per_week,period_total,"
      "attainable,current_probability,attainment_probability,extrapolated\n";
  for (const v1::ActivityGuideline& line : response.guidelines()) {
    text +=
        CsvLine({std::string(IdOf(line.rep())), response.period_start(), response.period_end(),
                 absl::StrCat(line.done_count()), Number(line.current_per_week()),
                 Number(line.required_per_week()), Number(line.period_total()),
                 line.attainable() ? "true" : "false", Number(line.current_probability()),
                 Number(line.attainment_probability()), line.extrapolated() ? "true" : "false"});
  }
  return text;
}

std::string ProcessCsv(const v1::CheckProcessResponse& response) {
  std::string text = "pipeline_id,stage_id,entered_count,skipped_count,left_count,findings\n";
  for (const v1::StageUse& stage : response.stages()) {
    text += CsvLine({std::string(IdOf(stage.pipeline())), stage.stage_id(),
                     absl::StrCat(stage.entered_count()), absl::StrCat(stage.skipped_count()),
                     absl::StrCat(stage.left_count()), FindingsText(stage)});
  }
  return text;
}

}  // namespace quotacast::client
