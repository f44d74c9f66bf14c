#include "client/signals_text.h"

#include <algorithm>

namespace quotacast::client {
namespace {

std::string HiddenText(const v1::ListSignalsResponse& response) {
  if (response.hidden_count() == 0) return "";
  return absl::StrCat(response.hidden_count(),
                      " acknowledged or put off; --show-reviewed lists them too\n");
}

}  // namespace

std::string ReviewText(const v1::SignalReview& review, absl::TimeZone zone) {
  std::string text = Words(v1::SignalReview::State_Name(review.state()));
  if (!review.reviewer().empty()) absl::StrAppend(&text, " by ", review.reviewer());
  if (review.has_hidden_until_time()) {
    const absl::Time until = absl::FromUnixSeconds(review.hidden_until_time().seconds());
    absl::StrAppend(&text, ", not listed before ", absl::FormatTime("%Y-%m-%d %H:%M", until, zone));
  }
  if (!review.note().empty()) absl::StrAppend(&text, ": ", review.note());
  return absl::StrCat(text, "\n");
}

std::string SignalsText(const v1::ListSignalsResponse& response, const SignalsView& view) {
  if (response.signals().empty()) {
    return absl::StrCat("nothing stands out\n", HiddenText(response));
  }
  std::string text;
  for (const v1::Signal& signal : response.signals()) {
    const std::string name = DisplayName(view, signal.rep());
    const Style style = signal.urgency() >= .5 ? Style::kRed : Style::kYellow;
    absl::StrAppend(
        &text, Styled(absl::StrCat(name, ": ", Words(v1::Signal::Kind_Name(signal.kind()))), style,
                      view.color));
    if (!signal.stage_id().empty()) absl::StrAppend(&text, " (", signal.stage_id(), ")");
    // What is simply recorded so needs no probability.
    if (signal.probability() < 1) {
      absl::StrAppend(&text, ", ", Percent(signal.probability()), " sure");
    }
    if (signal.has_quota_effect()) {
      const double points = -100 * signal.quota_effect();
      absl::StrAppend(&text, ", takes ",
                      points < .5 ? "less than a point" : absl::StrFormat("%.0f points", points),
                      " from the chance of the quota");
    }
    // Of a quota out of reach the description says it.
    if (signal.has_attainment_probability() && signal.kind() != v1::Signal::QUOTA_OUT_OF_REACH) {
      absl::StrAppend(&text, signal.has_quota_effect() ? ", which is " : "; chance of the quota ",
                      Percent(signal.attainment_probability()));
    }
    absl::StrAppend(&text, "\n  ", signal.description(), "\n");
    if (signal.opportunity_count() > 0) {
      absl::StrAppend(&text, "  ");
      const int shown = std::min(signal.opportunities_size(), 5);
      for (int i = 0; i < shown; ++i) {
        absl::StrAppend(&text, i > 0 ? ", " : "", IdOf(signal.opportunities(i)));
      }
      if (signal.opportunity_count() > shown) {
        absl::StrAppend(&text, " and ", Thousands(signal.opportunity_count() - shown), " more");
      }
      text += "\n";
    }
    if (signal.has_review()) absl::StrAppend(&text, "  ", ReviewText(signal.review(), view.zone));
    absl::StrAppend(&text,
                    Styled(absl::StrCat("  ", IdOf(signal.name()), "\n"), Style::kDim, view.color));
  }
  return absl::StrCat(text, HiddenText(response));
}

std::string SignalsCsv(const v1::ListSignalsResponse& response) {
  std::string text =
      "kind,rep_id,stage_id,probability,count,total,value,low,high,reference,quota_effect,urgency,"
      "amount,opportunity_count,description,signal_id,review_state,attainment_probability\n";
  for (const v1::Signal& signal : response.signals()) {
    const v1::Rate& rate = signal.evidence();
    text += CsvLine(
        {absl::AsciiStrToLower(v1::Signal::Kind_Name(signal.kind())), IdOf(signal.rep()),
         signal.stage_id(), Number(signal.probability()), Number(rate.count()),
         Number(rate.total()), Number(rate.value()), Number(rate.low()), Number(rate.high()),
         Number(signal.reference()), signal.has_quota_effect() ? Number(signal.quota_effect()) : "",
         Number(signal.urgency()), Number(signal.amount()),
         absl::StrCat(signal.opportunity_count()), signal.description(), IdOf(signal.name()),
         signal.has_review()
             ? absl::AsciiStrToLower(v1::SignalReview::State_Name(signal.review().state()))
             : "",
         signal.has_attainment_probability() ? Number(signal.attainment_probability()) : ""});
  }
  return text;
}

}  // namespace quotacast::client
