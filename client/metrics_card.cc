#include "client/metrics_card.h"

#include <functional>
#include <utility>
#include <vector>

namespace quotacast::client {
namespace {

constexpr int kTitleWidth = 17;

// One column: the figures of somebody in a period.
template <typename Metrics, typename Figures>
struct CardColumn {
  std::string title;
  const Metrics* metrics = nullptr;
  const Figures* figures = nullptr;
  bool is_now = true;  // Of the period asked about, not the one before.
  int drop_order = 0;
};

int64_t SizeOf(const v1::ActivityMetrics& team) {
  return static_cast<int64_t>(1'000 * team.current().working_days());
}
int64_t SizeOf(const v1::PipelineMetrics& team) { return team.open_load().rep_count(); }

// The rep's own team is the smallest of those above.
template <typename Response>
auto TeamOf(const Response& response) -> decltype(&response.metrics(0)) {
  decltype(&response.metrics(0)) smallest = nullptr;
  for (const auto& line : response.metrics()) {
    if (!line.has_team()) continue;
    if (smallest == nullptr || SizeOf(line) <= SizeOf(*smallest)) smallest = &line;
  }
  return smallest;
}

template <typename Figures, typename Response>
auto ColumnsOf(const Response& response, const MetricsView& view) {
  using Metrics = std::decay_t<decltype(response.metrics(0))>;
  const Metrics& focus = FocusOf(response, view);
  std::vector<CardColumn<Metrics, Figures>> columns = {
      {SubjectName(focus, view), &focus, &focus.current()},
      {"before", &focus, &focus.previous(), false}};
  if (focus.has_organization() || IsAllAgain(response, focus)) return columns;
  const Metrics* const team = focus.has_rep() ? TeamOf(response) : nullptr;
  if (team != nullptr && !IsAllAgain(response, *team)) {
    columns.push_back({SubjectName(*team, view), team, &team->current(), true, 1});
  }
  columns.push_back({"All", &response.metrics(0), &response.metrics(0).current()});
  return columns;
}

// A table of one line a figure and one column each.
template <typename Column>
class Card {
 public:
  explicit Card(std::vector<Column> columns)
      : columns_(std::move(columns)), table_(Headers(columns_)) {}

  // Left out where it says nothing of anybody: all "-".
  void Add(const std::string& name, const std::function<std::string(const Column&)>& text) {
    std::vector<Cell> row = {{name}};
    bool known = false;
    for (const Column& column : columns_) {
      row.push_back({text(column)});
      known |= row.back().text != "-";
    }
    if (known) table_.AddRow(std::move(row));
  }
  std::string Render(const MetricsView& view) const {
    return table_.Render(view.width, view.color);
  }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  static std::vector<client::Column> Headers(const std::vector<Column>& columns) {
    std::vector<client::Column> headers = {{"", false}};
    for (const Column& column : columns) {
      headers.push_back({Shorten(column.title, kTitleWidth), true, 0, column.drop_order});
    }
    return headers;
  }
  std::vector<Column> columns_;
  Table table_;
};

using ActivityColumn = CardColumn<v1::ActivityMetrics, v1::ActivityFigures>;
using PipelineColumn = CardColumn<v1::PipelineMetrics, v1::PipelineFigures>;

// "6.1 / 5, 181": mean, median, how many.
std::string DistributionText(const v1::CountDistribution& distribution) {
  if (distribution.count() == 0) return "-";
  return absl::StrFormat("%.1f / %d, %s", distribution.mean(), distribution.median(),
                         Compact(static_cast<double>(distribution.count())));
}

// "63 (48-80), 221".
std::string PerThousandText(const v1::Rate& rate) {
  if (rate.total() <= 0) return "-";
  return absl::StrFormat("%.0f (%.0f-%.0f), %s", 1'000 * rate.value(), 1'000 * rate.low(),
                         1'000 * rate.high(), Compact(rate.total()));
}

std::string EffectText(const ActivityColumn& column, v1::Activity::Type type) {
  const auto& effects =
      column.is_now ? column.metrics->effects() : column.metrics->previous_effects();
  for (const v1::ActivityEffect& effect : effects) {
    if (effect.type() != type || effect.ratio() <= 0) continue;
    return absl::StrFormat("%.2f (%.2f-%.2f)", effect.ratio(), effect.low(), effect.high());
  }
  return "-";
}

std::string StageFollowUpText(const ActivityColumn& column, const v1::StageFollowUps& stage) {
  for (const v1::StageFollowUps& own : column.figures->stage_follow_ups()) {
    if (own.pipeline() == stage.pipeline() && own.stage_id() == stage.stage_id()) {
      return DistributionText(own.follow_ups());
    }
  }
  return "-";
}

void AddActivityCounts(Card<ActivityColumn>& card) {
  for (const auto& [name, type] :
       {std::pair("calls", v1::Activity::CALL), std::pair("e-mails", v1::Activity::EMAIL),
        std::pair("meetings", v1::Activity::MEETING),
        std::pair("follow-ups", v1::Activity::FOLLOW_UP),
        std::pair("other", v1::Activity::OTHER)}) {
    const v1::Activity::Type kind = type;
    card.Add(name, [kind](const ActivityColumn& column) -> std::string {
      const v1::ActivityTypeFigures& figures = OfType(*column.figures, kind);
      if (figures.count() == 0) return "-";
      return absl::StrFormat("%s, %.1f a day", Thousands(figures.count()),
                             figures.per_working_day());
    });
  }
  for (const auto& [name, type] : {std::pair("conversations a call", v1::Activity::CALL),
                                   std::pair("replies an e-mail", v1::Activity::EMAIL)}) {
    const v1::Activity::Type kind = type;
    card.Add(name, [kind](const ActivityColumn& column) {
      return IntervalText(OfType(*column.figures, kind).connect_rate());
    });
  }
}

// Whole numbers that may be 0.
template <typename Column, typename Number>
std::function<std::string(const Column&)> Count(const Number& number) {
  return [number](const Column& column) { return Thousands(number(column)); };
}

// What is open, beside what was at the same point of the period before.
void AddOpenNow(Card<PipelineColumn>& card) {
  const auto add = [&card](const char* name, const auto& text) {
    card.Add(name, [text](const PipelineColumn& column) -> std::string {
      return column.is_now ? text(*column.metrics) : text(column.metrics->previous_open());
    });
  };
  add("open", [](const auto& open) { return Thousands(open.open_count()); });
  add("amount open", [](const auto& open) { return Compact(open.open_amount()); });
  add("attended in 14 days", [](const auto& open) { return IntervalText(open.attended()); });
  add("weighted pipeline", [](const auto& open) { return Compact(open.weighted_amount()); });
  add("coverage", [](const auto& open) -> std::string {
    return open.coverage() > 0 ? absl::StrFormat("%.1f", open.coverage()) : "-";
  });
  card.Add("open when it began", Count<PipelineColumn>([](const PipelineColumn& column) {
             return column.figures->start_open_count();
           }));
}

std::string AttainmentText(const v1::PipelineFigures& figures) {
  if (figures.target() <= 0) return "-";
  return absl::StrCat(Percent(figures.booked() / figures.target()), " of ",
                      Compact(figures.target()));
}

}  // namespace

const v1::ActivityTypeFigures& OfType(const v1::ActivityFigures& figures, v1::Activity::Type type) {
  for (const v1::ActivityTypeFigures& of_type : figures.types()) {
    if (of_type.type() == type) return of_type;
  }
  return v1::ActivityTypeFigures::default_instance();
}

std::string IntervalText(const v1::Rate& rate) {
  if (rate.total() <= 0) return "-";
  return absl::StrFormat("%s (%.0f-%.0f), %s", Percent(rate.value()), 100 * rate.low(),
                         100 * rate.high(), Compact(std::round(rate.total())));
}

std::string ActivityCard(const v1::ReportActivityResponse& response, const MetricsView& view) {
  Card<ActivityColumn> card(ColumnsOf<v1::ActivityFigures>(response, view));
  AddActivityCounts(card);
  card.Add("prospecting calls", Count<ActivityColumn>([](const ActivityColumn& column) {
             return column.figures->prospecting_call_count();
           }));
  card.Add("new opportunities", Count<ActivityColumn>([](const ActivityColumn& column) {
             return column.figures->opportunity_count();
           }));
  card.Add(
      response.calls_linked() ? "contacts per 1,000 calls" : "new per 1,000 calls",
      [](const ActivityColumn& column) { return PerThousandText(column.figures->contact_rate()); });
  card.Add("activities before one", [](const ActivityColumn& column) {
    return DistributionText(column.figures->activities_before_creation());
  });
  card.Add("follow-ups of a win", [](const ActivityColumn& column) {
    return DistributionText(column.figures->follow_ups_won());
  });
  card.Add("follow-ups of a loss", [](const ActivityColumn& column) {
    return DistributionText(column.figures->follow_ups_lost());
  });
  card.Add("given up after one", [](const ActivityColumn& column) {
    return IntervalText(column.figures->given_up_after_one());
  });
  card.Add("won after five or more", [](const ActivityColumn& column) {
    return IntervalText(column.figures->won_after_five());
  });
  for (const v1::StageFollowUps& stage : response.metrics(0).current().stage_follow_ups()) {
    card.Add(absl::StrCat("to leave ", stage.stage_id()),
             [&stage](const ActivityColumn& column) { return StageFollowUpText(column, stage); });
  }
  for (const v1::ActivityEffect& effect : response.metrics(0).effects()) {
    card.Add(absl::StrCat("times after a ", Words(v1::Activity::Type_Name(effect.type()))),
             [&effect](const ActivityColumn& column) { return EffectText(column, effect.type()); });
  }
  return card.Render(view);
}

std::string PipelineCard(const v1::ReportPipelineResponse& response, const MetricsView& view) {
  Card<PipelineColumn> card(ColumnsOf<v1::PipelineFigures>(response, view));
  AddOpenNow(card);
  card.Add("won", [](const PipelineColumn& column) {
    return absl::StrCat(Thousands(column.figures->won_count()), ": ",
                        Compact(column.figures->won_amount()));
  });
  card.Add("lost", [](const PipelineColumn& column) {
    return absl::StrCat(Thousands(column.figures->lost_count()), ": ",
                        Compact(column.figures->lost_amount()));
  });
  card.Add("win rate",
           [](const PipelineColumn& column) { return IntervalText(column.figures->win_rate()); });
  const auto of_wins = [](double value, const std::string& text) {
    return value > 0 ? text : std::string("-");
  };
  card.Add("deal size, average", [&of_wins](const PipelineColumn& column) {
    const double size = column.figures->average_deal_size();
    return of_wins(size, Compact(size));
  });
  card.Add("days to win, average", [&of_wins](const PipelineColumn& column) {
    const double days = column.figures->cycle_days();
    return of_wins(days, absl::StrFormat("%.0f", days));
  });
  card.Add("sales velocity a day", [&of_wins](const PipelineColumn& column) {
    const double velocity = column.figures->velocity_per_day();
    return of_wins(velocity, Compact(velocity));
  });
  card.Add("attainment to date",
           [](const PipelineColumn& column) { return AttainmentText(*column.figures); });
  card.Add("reps who made it", [](const PipelineColumn& column) -> std::string {
    if (column.figures->rep_count() == 0) return "-";
    return absl::StrCat(Thousands(column.figures->made_count()), " of ",
                        Thousands(column.figures->rep_count()));
  });
  return card.Render(view);
}

}  // namespace quotacast::client
