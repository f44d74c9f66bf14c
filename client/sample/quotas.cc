#include "client/sample/quotas.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace quotacast::sample {
namespace {

constexpr double kMonthDays = 30.4;
constexpr double kPriorMonths = 4;

int32_t DayOf(absl::CivilMonth month) {
  return static_cast<int32_t>(absl::CivilDay(month) - absl::CivilDay(1970, 1, 1));
}

}  // namespace

QuotaWriter::QuotaWriter(const Process& process, const Company& company, int32_t start_day,
                         int32_t end_day, CsvFile& file)
    : process_(process), company_(company), start_day_(start_day), end_day_(end_day), file_(file) {
  const absl::CivilMonth first(absl::CivilDay(1970, 1, 1) + start_day);
  const absl::CivilMonth last(absl::CivilDay(1970, 1, 1) + end_day);
  for (absl::CivilMonth month = first - 2; month <= last; ++month) {
    periods_.push_back({DayOf(month), DayOf(month + 1)});
    if (month.month() % 3 == 1) periods_.push_back({DayOf(month), DayOf(month + 3)});
  }
  // A period counts where all of it, or its running end, was lived through.
  std::erase_if(periods_, [&](const Period& period) {
    return period.start_day < start_day && period.end_day <= end_day;
  });
}

void QuotaWriter::WriteRep(int rep_index, const std::vector<int32_t>& win_days) {
  const Rep& rep = company_.reps[static_cast<size_t>(rep_index)];
  const std::vector<double>& expected = ExpectedWins(rep.start_day);
  const auto expected_between = [&](int32_t from, int32_t to) {
    double sum = 0;
    for (int32_t day = std::max(from, rep.start_day); day < to; ++day) {
      sum += expected[static_cast<size_t>(day - rep.start_day)];
    }
    return sum;
  };
  // A company from its first day has its usual pace in its last month.
  const std::vector<double>& company = ExpectedWins(start_day_);
  double usual_per_month = 0;
  for (size_t i = company.size() - std::min<size_t>(company.size(), 91); i < company.size(); ++i) {
    usual_per_month += company[i] / std::min<double>(91, static_cast<double>(company.size()));
  }
  usual_per_month *= kMonthDays;
  for (size_t i = 0; i < periods_.size(); ++i) {
    const Period& period = periods_[i];
    const bool running = period.start_day <= end_day_ && period.end_day > end_day_;
    if (period.end_day > rep.end_day || (period.start_day < rep.start_day && !running)) continue;
    const double wins = expected_between(period.start_day, period.end_day);
    const double usual = usual_per_month * (period.end_day - period.start_day) / kMonthDays;
    if (wins < .25 * usual && !running) continue;
    const auto won = static_cast<double>(std::count_if(
        win_days.begin(), win_days.end(), [&](int32_t day) { return day < period.start_day; }));
    const double prior = kPriorMonths * usual_per_month;
    const double level =
        (won + prior) / (expected_between(rep.start_day, period.start_day) + prior);
    const double target_wins = kStretch * level * wins;
    Target target;
    target.amount = std::max<int64_t>(
        1'000,
        std::llround(target_wins * MeanAmount(process_) * process_.won_ratio_mean / 1'000) * 1'000);
    target.units =
        std::max<int64_t>(1, std::llround(target_wins * (1 + process_.extra_units_mean)));
    WriteRows("rep", rep.id, period, target);
    for (int team = rep.team; team >= 0; team = company_.teams[static_cast<size_t>(team)].parent) {
      Target& sum = team_targets_[{team, i}];
      sum.amount += target.amount;
      sum.units += target.units;
    }
  }
}

void QuotaWriter::WriteTeams() {
  for (const auto& [key, target] : team_targets_) {
    const auto& [team, period] = key;
    WriteRows("team", company_.teams[static_cast<size_t>(team)].id, periods_[period], target);
  }
}

// Expected wins of an average rep on each day from `start_day` to the end of the running periods.
const std::vector<double>& QuotaWriter::ExpectedWins(int32_t start_day) {
  const auto [found, inserted] = expected_.try_emplace(start_day);
  if (inserted) {
    int32_t end_day = end_day_;
    for (const Period& period : periods_) end_day = std::max(end_day, period.end_day);
    found->second = Expect(process_, start_day, end_day).wins_by_day;
  }
  return found->second;
}

void QuotaWriter::WriteRows(const char* owner_type, const std::string& owner, const Period& period,
                            const Target& target) {
  for (const bool is_amount : {true, false}) {
    std::string& text = file_.text();
    absl::StrAppend(&text, owner_type, ",", owner, ",");
    AppendDay(period.start_day, text);
    text.push_back(',');
    AppendDay(period.end_day, text);
    if (is_amount) {
      absl::StrAppend(&text, ",amount,", target.amount, ",EUR\n");
    } else {
      absl::StrAppend(&text, ",units,", target.units, ",\n");
    }
    file_.CommitRow();
  }
}

}  // namespace quotacast::sample
