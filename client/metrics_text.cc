#include "client/metrics_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "client/metric_words.h"
#include "client/metrics_card.h"

namespace quotacast::client {
namespace {

constexpr int kLeastNameWidth = 14;

template <typename Metrics>
const char* SubjectType(const Metrics& metrics) {
  return metrics.has_rep() ? "rep" : metrics.has_team() ? "team" : "organization";
}

std::string PeriodText(const std::string& start, const std::string& end) {
  return absl::StrCat("From ", start, " to before ", end);
}

// "call 56, meeting 2".
std::string BeforeText(const v1::ActivityFigures& figures) {
  std::string text;
  for (const v1::ActivityTypeCount& of_type : figures.before_creation_types()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", Words(v1::Activity::Type_Name(of_type.type())),
                    " ", Thousands(of_type.count()));
  }
  return text;
}

// What follows on the lines of activity: every figure of the one that more is told of.
std::string ActivityDetails(const v1::ReportActivityResponse& response, const MetricsView& view) {
  const v1::ActivityMetrics& metrics = FocusOf(response, view);
  std::string text =
      absl::StrCat("\n", Styled(SubjectName(metrics, view), Style::kBold, view.color), "\n",
                   ActivityCard(response, view));
  const std::string before = BeforeText(metrics.current());
  if (!before.empty()) {
    absl::StrAppend(&text, "What came before its new opportunities: ", before, ".\n");
  }
  return absl::StrCat(text,
                      Styled(absl::StrFormat("In brackets the 90 %% interval, then the count "
                                             "behind it; of follow-ups mean / median, then how\n"
                                             "many. Given up: of those lost after a follow-up, "
                                             "those with just one (published: %s, Dartnell).\n"
                                             "Won after five follow-ups or more (published: %s, "
                                             "Marketing Wizdom). To leave: follow-ups of\n"
                                             "each move forward. Times after: how many times as "
                                             "often as on other days opportunities\n"
                                             "advanced in the seven days after one. It went "
                                             "together, which does not say what causes what.\n",
                                             Percent(response.published_given_up_after_one()),
                                             Percent(response.published_won_after_five())),
                             Style::kDim, view.color));
}

// What is open in each stage, and what becomes of what comes there; for a rep or a team beside the
// organization.
std::string StagesText(const v1::PipelineMetrics& metrics, const v1::PipelineMetrics& all,
                       const MetricsView& view) {
  const bool beside = &metrics != &all;
  std::vector<Column> columns = {{"stage", false, kLeastNameWidth},
                                 {"open", true},
                                 {"amount", true, 0, 3},
                                 {"get on", true},
                                 {"before", true, 0, 2}};
  if (beside) columns.push_back({"all get on", true, 0, 1});
  columns.push_back({"win rate", true});
  columns.push_back({"before", true, 0, 4});
  if (beside) columns.push_back({"all", true, 0, 5});
  Table table(std::move(columns));
  for (int i = 0; i < metrics.stages_size(); ++i) {
    const v1::StageMetrics& stage = metrics.stages(i);
    std::vector<Cell> row = {{stage.stage_id()},
                             {Thousands(stage.open_count())},
                             {Compact(stage.open_amount())},
                             {IntervalText(stage.conversion().advance_rate())},
                             {RateText(stage.previous_conversion().advance_rate())}};
    if (beside) row.push_back({RateText(all.stages(i).conversion().advance_rate())});
    row.push_back({RateText(stage.win_rate())});
    row.push_back({RateText(stage.previous_win_rate())});
    if (beside) row.push_back({RateText(all.stages(i).win_rate())});
    table.AddRow(std::move(row));
  }
  return absl::StrCat(
      "\n", Styled(absl::StrCat("Stages: ", SubjectName(metrics, view)), Style::kBold, view.color),
      "\n", table.Render(view.width, view.color));
}

// "9/12/30, 181": median, mean, 90th percentile, how many.
std::string DaysText(const v1::DurationSummary& days) {
  if (days.count() == 0) return "-";
  return absl::StrFormat("%.0f/%.0f/%.0f, %s", days.median(), days.mean(), days.p90(),
                         Compact(static_cast<double>(days.count())));
}

std::string DaysInStagesText(const v1::PipelineMetrics& metrics, const v1::PipelineMetrics& all,
                             const MetricsView& view) {
  const bool beside = &metrics != &all;
  std::vector<Column> columns = {{"days in", false, kLeastNameWidth},
                                 {"open now", true},
                                 {"if won", true},
                                 {"before", true, 0, 4}};
  if (beside) columns.push_back({"all won", true, 0, 3});
  columns.push_back({"if lost", true, 0, 1});
  columns.push_back({"before", true, 0, 6});
  columns.push_back({"lost here", true, 0, 2});
  columns.push_back({"before", true, 0, 5});
  Table table(std::move(columns));
  for (int i = 0; i < metrics.stages_size(); ++i) {
    const v1::StageMetrics& stage = metrics.stages(i);
    std::vector<Cell> row = {{stage.stage_id()},
                             {DaysText(stage.days_open())},
                             {DaysText(stage.days_won())},
                             {DaysText(stage.previous_days_won())}};
    if (beside) row.push_back({DaysText(all.stages(i).days_won())});
    row.push_back({DaysText(stage.days_lost())});
    row.push_back({DaysText(stage.previous_days_lost())});
    row.push_back(
        {absl::StrCat(Thousands(stage.lost_count()), ": ", Compact(stage.lost_amount()))});
    row.push_back({absl::StrCat(Thousands(stage.previous_lost_count()), ": ",
                                Compact(stage.previous_lost_amount()))});
    table.AddRow(std::move(row));
  }
  return absl::StrCat("\n", table.Render(view.width, view.color));
}

// How many reps have how many open: "0-9: 2, 10-19: 5".
std::string LoadText(const v1::OpenLoad& load) {
  std::string text = absl::StrFormat("\nOpen a rep: %.0f on average, median %.0f, of %d reps:\n",
                                     load.mean(), load.median(), load.rep_count());
  int64_t most = 1;
  for (const int64_t count : load.bins()) most = std::max(most, count);
  for (int i = 0; i < load.bins_size(); ++i) {
    const int64_t first = i * load.bin_width();
    absl::StrAppendFormat(
        &text, "  %9s  %4d  %s\n",
        load.bin_width() == 1 ? absl::StrCat(first)
                              : absl::StrCat(first, "-", first + load.bin_width() - 1),
        load.bins(i), Bar(static_cast<double>(load.bins(i)) / static_cast<double>(most), 20));
  }
  return text;
}

std::string LateText(const v1::LateStages& late, bool has_target) {
  std::string text = absl::StrFormat(
      "\nThe last two stages hold %s (%s open), by past win rates worth %s", Compact(late.value()),
      Thousands(late.open_count()), Compact(late.weighted_value()));
  if (!has_target) return absl::StrCat(text, ";\nthere is no quota of this period.\n");
  if (late.missing() <= 0) return absl::StrCat(text, ";\nnothing is missing from the target.\n");
  const char* const verdict = late.weighted_value() >= late.missing() ? "enough by past win rates"
                              : late.value() >= late.missing()
                                  ? "enough only if more is won than usual"
                                  : "not enough even if all were won";
  return absl::StrCat(text, ";\n", Compact(late.missing()), " is missing: ", verdict, ".\n");
}

std::string LossText(const v1::PipelineMetrics& metrics) {
  if (metrics.loss_reasons().empty()) return "";
  int64_t given = 0;
  for (const v1::LossReason& reason : metrics.loss_reasons()) given += reason.count();
  std::string text = absl::StrFormat("\nWhy lost, where said (%d of %d lost):\n", given,
                                     metrics.current().lost_count());
  Table table(
      {{"reason", false, kLeastNameWidth}, {"lost", true}, {"before", true}, {"amount", true}});
  for (const v1::LossReason& reason : metrics.loss_reasons()) {
    table.AddRow({{reason.reason()},
                  {Thousands(reason.count())},
                  {Thousands(reason.previous_count())},
                  {Compact(reason.amount())}});
  }
  return absl::StrCat(text, table.Render(80, false));
}

std::string BandText(const v1::PipelineMetrics& metrics,
                     const v1::ReportPipelineResponse& response) {
  std::string text;
  const v1::LoadBand& band = response.load_band();
  if (band.known()) {
    absl::StrAppendFormat(&text,
                          "\nReps who made their quota used to begin with %.0f to %.0f open "
                          "opportunities. Quotas made\n"
                          "from below that: %s, within: %s, above: %s.\n",
                          band.low(), band.high(), RateText(band.made_below()),
                          RateText(band.made_within()), RateText(band.made_above()));
  }
  if (!metrics.past_attainments().empty()) {
    text += metrics.has_rep() ? "\nMade the quota:\n" : "\nReps who made their quota:\n";
  }
  for (const v1::PastAttainment& past : metrics.past_attainments()) {
    absl::StrAppend(&text, "  ", past.period_start(), " to before ", past.period_end(), ": ");
    if (metrics.has_rep()) {
      absl::StrAppend(&text, past.made_count() > 0 ? "yes" : "no", "\n");
    } else {
      absl::StrAppend(&text, past.made_count(), " of ", past.rep_count(), "\n");
    }
  }
  return text;
}

std::string PipelineDetails(const v1::ReportPipelineResponse& response, const MetricsView& view) {
  const v1::PipelineMetrics &metrics = FocusOf(response, view), &all = response.metrics(0);
  std::string text =
      absl::StrCat("\n", Styled(SubjectName(metrics, view), Style::kBold, view.color), "\n",
                   PipelineCard(response, view), StagesText(metrics, all, view),
                   DaysInStagesText(metrics, all, view),
                   LateText(metrics.late_stages(), metrics.current().target() > 0));
  if (metrics.has_open_load()) absl::StrAppend(&text, LoadText(metrics.open_load()));
  return absl::StrCat(text, BandText(metrics, response), LossText(metrics));
}

// A part of a rate, empty where nothing was counted.
std::string RateNumber(const v1::Rate& rate, double part) {
  return rate.total() > 0 ? Number(part) : "";
}

}  // namespace

std::string ActivityText(const v1::ReportActivityResponse& response, const MetricsView& view) {
  if (response.metrics().empty()) return "";
  Table table(
      {{"who", false, kLeastNameWidth},
       {"calls", true},
       {"a day", true},
       {"before", true, 0, 2},
       {"connected", true},
       {"e-mails", true, 0, 4},
       {"replies", true, 0, 4},
       {"meetings", true, 0, 3},
       {"follow-ups", true},
       {"new", true, 0, 5},
       {response.calls_linked() ? "contacts per 1,000 calls" : "new per 1,000 calls", true, 0, 1}});
  for (const v1::ActivityMetrics& metrics : response.metrics()) {
    if (IsAllAgain(response, metrics)) continue;
    const v1::ActivityFigures& now = metrics.current();
    const auto& calls = OfType(now, v1::Activity::CALL);
    const auto& emails = OfType(now, v1::Activity::EMAIL);
    const v1::Rate& contact = now.contact_rate();
    table.AddRow(
        {{SubjectName(metrics, view), metrics.has_rep() ? Style::kPlain : Style::kBold},
         {Thousands(calls.count())},
         {absl::StrFormat("%.1f", calls.per_working_day())},
         {absl::StrFormat("%.1f",
                          OfType(metrics.previous(), v1::Activity::CALL).per_working_day())},
         {RateText(calls.connect_rate())},
         {Thousands(emails.count())},
         {RateText(emails.connect_rate())},
         {Thousands(OfType(now, v1::Activity::MEETING).count())},
         {Thousands(OfType(now, v1::Activity::FOLLOW_UP).count())},
         {Thousands(now.opportunity_count())},
         {contact.total() <= 0 ? "-"
                               : absl::StrFormat("%.0f (%.0f to %.0f)", 1'000 * contact.value(),
                                                 1'000 * contact.low(), 1'000 * contact.high())}});
  }
  const v1::ActivityFigures& first = response.metrics(0).current();
  return absl::StrCat(
      Styled(PeriodText(first.period_start(), first.period_end()), Style::kBold, view.color), "\n",
      table.Render(view.width, view.color), ActivityDetails(response, view),
      Styled(absl::StrFormat(
                 "\nA day: a working day; before: the same in the period before; new: "
                 "opportunities created.\n%s\nRates are shrunk towards the other reps' as "
                 "far as reps are alike; ranges are 90 %% intervals.\nPublished average: "
                 "%.0f per 1,000 calls (Bridge Group, AG Salesworks).\n",
                 response.calls_linked() ? "Contacts: opportunities that came of a call."
                                         : "No calls are recorded before opportunities: all count.",
                 response.published_contacts_per_thousand_calls()),
             Style::kDim, view.color));
}

std::string PipelineText(const v1::ReportPipelineResponse& response, const MetricsView& view) {
  if (response.metrics().empty()) return "";
  Table table({{"who", false, kLeastNameWidth},
               {"open", true},
               {"amount", true},
               {"attended", true, 0, 3},
               {"weighted", true, 0, 2},
               {"coverage", true},
               {"won", true},
               {"win rate", true},
               {"deal", true, 0, 4},
               {"days", true, 0, 5},
               {"target", true},
               {"booked", true},
               {"a day", true, 0, 6}});
  for (const v1::PipelineMetrics& metrics : response.metrics()) {
    if (IsAllAgain(response, metrics)) continue;
    const v1::PipelineFigures& now = metrics.current();
    table.AddRow({{SubjectName(metrics, view), metrics.has_rep() ? Style::kPlain : Style::kBold},
                  {Thousands(metrics.open_count())},
                  {Compact(metrics.open_amount())},
                  {RateText(metrics.attended())},
                  {Compact(metrics.weighted_amount())},
                  {metrics.coverage() > 0 ? absl::StrFormat("%.1f", metrics.coverage()) : "-"},
                  {Thousands(now.won_count())},
                  {RateText(now.win_rate())},
                  {Compact(now.average_deal_size())},
                  {absl::StrFormat("%.0f", now.cycle_days())},
                  {now.target() > 0 ? Compact(now.target()) : "-"},
                  {Compact(now.booked())},
                  {Compact(metrics.velocity_per_day())}});
  }
  const v1::PipelineFigures& first = response.metrics(0).current();
  return absl::StrCat(
      Styled(absl::StrCat(PeriodText(first.period_start(), first.period_end()), "; amounts in ",
                          response.currency_code()),
             Style::kBold, view.color),
      "\n", table.Render(view.width, view.color), PipelineDetails(response, view),
      Styled(
          "\nAttended: with an activity or a move in 14 days. Weighted: open amounts times the "
          "share won\n"
          "from their stage. Coverage: what is open over what is missing. Deal, days: of wins. A "
          "day:\n"
          "sales velocity. Get on: the share that advances within as many days as the period has\n"
          "lasted, those still open not counted as failures. Days: median / mean / 90th "
          "percentile.\n"
          "Rates are shrunk towards the other reps' as far as reps are alike; in brackets the 90 "
          "%\n"
          "interval, then what it was counted from. Before: the period before, whole; of what is "
          "open:\n"
          "at the same point of it.\n",
          Style::kDim, view.color));
}

std::string ActivityCsv(const v1::ReportActivityResponse& response) {
  std::string text =
      "subject_type,subject_id,period_start,period_end,working_days,calls,calls_connected,emails,"
      "email_replies,meetings,follow_ups,talk_seconds,opportunities,prospecting_calls,contact_rate,"
      "contact_rate_low,contact_rate_high\n";
  for (const v1::ActivityMetrics& metrics : response.metrics()) {
    const v1::ActivityFigures& now = metrics.current();
    const auto& calls = OfType(now, v1::Activity::CALL);
    const auto& emails = OfType(now, v1::Activity::EMAIL);
    text += CsvLine({SubjectType(metrics), IdOf(SubjectOf(metrics)), now.period_start(),
                     now.period_end(), Number(now.working_days()), absl::StrCat(calls.count()),
                     Number(calls.connect_rate().count()), absl::StrCat(emails.count()),
                     Number(emails.connect_rate().count()),
                     absl::StrCat(OfType(now, v1::Activity::MEETING).count()),
                     absl::StrCat(OfType(now, v1::Activity::FOLLOW_UP).count()),
                     absl::StrCat(now.talk_seconds()), absl::StrCat(now.opportunity_count()),
                     absl::StrCat(now.prospecting_call_count()), Number(now.contact_rate().value()),
                     Number(now.contact_rate().low()), Number(now.contact_rate().high())});
  }
  return text;
}

std::string PipelineCsv(const v1::ReportPipelineResponse& response) {
  std::string text =
      "subject_type,subject_id,period_start,period_end,open_count,open_amount,weighted_amount,"
      "coverage,velocity_per_day,won_count,lost_count,won_amount,lost_amount,win_rate,win_rate_low,"
      "win_rate_high,average_deal_size,cycle_days,target,booked,attended,attended_low,"
      "attended_high,previous_open_count,previous_open_amount,previous_weighted_amount,"
      "previous_coverage,previous_attended\n";
  for (const v1::PipelineMetrics& metrics : response.metrics()) {
    const v1::PipelineFigures& now = metrics.current();
    const v1::OpenPipeline& before = metrics.previous_open();
    text += CsvLine({SubjectType(metrics),
                     IdOf(SubjectOf(metrics)),
                     now.period_start(),
                     now.period_end(),
                     absl::StrCat(metrics.open_count()),
                     Number(metrics.open_amount()),
                     Number(metrics.weighted_amount()),
                     Number(metrics.coverage()),
                     Number(metrics.velocity_per_day()),
                     absl::StrCat(now.won_count()),
                     absl::StrCat(now.lost_count()),
                     Number(now.won_amount()),
                     Number(now.lost_amount()),
                     Number(now.win_rate().value()),
                     Number(now.win_rate().low()),
                     Number(now.win_rate().high()),
                     Number(now.average_deal_size()),
                     Number(now.cycle_days()),
                     Number(now.target()),
                     Number(now.booked()),
                     RateNumber(metrics.attended(), metrics.attended().value()),
                     RateNumber(metrics.attended(), metrics.attended().low()),
                     RateNumber(metrics.attended(), metrics.attended().high()),
                     absl::StrCat(before.open_count()),
                     Number(before.open_amount()),
                     Number(before.weighted_amount()),
                     Number(before.coverage()),
                     RateNumber(before.attended(), before.attended().value())});
  }
  return text;
}

}  // namespace quotacast::client
