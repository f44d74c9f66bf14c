#include "simulation/scenario/activity_effects.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/time/civil_time.h"
#include "simulation/calendar.h"
#include "simulation/parallel.h"
#include "simulation/portable_math.h"
#include "simulation/scenario/follow_up_effect.h"

namespace quotacast::simulation {
namespace {

constexpr double kHalfLifeDays = 45;
constexpr double kCredibilityOpportunities = 20;
constexpr int64_t kLeastCredited = 20;
constexpr int64_t kLeastForSlope = 100;
constexpr int kBlockDays = 28;
constexpr double kNormal95 = 1.6448536269514722;
constexpr double kFoundErrors = 2.3263478740408408;  // One-sided 1 %; there are five kinds.
constexpr double kConnectPrior = 2;  // Weight of the company's share, in activities.

// Weights of the days up to that of the instant, each computed once: exponentials would take most
// of the time.
class DayWeights {
 public:
  DayWeights(Day first_day, Day as_of_day) : as_of_day_(as_of_day) {
    constexpr double kLog2 = 0.6931471805599453;
    for (Day age = 0; age <= as_of_day - first_day; ++age) {
      by_age_.push_back(Exp(-kLog2 * age / kHalfLifeDays));
      up_to_age_.push_back(up_to_age_.back() + by_age_.back());
    }
  }
  double Of(Day day) const { return by_age_[AgeOf(day)]; }
  double SumOf(Day begin, Day end) const {
    return end <= begin ? 0 : up_to_age_[AgeOf(begin) + 1] - up_to_age_[AgeOf(end) + 1];
  }

 private:
  size_t AgeOf(Day day) const { return static_cast<size_t>(as_of_day_ - day); }

  Day as_of_day_;
  std::vector<double> by_age_;
  std::vector<double> up_to_age_ = {0};  // By age, exclusive.
};

// What is counted of a rep, and weighed.
struct RepWeighed {
  double made = 0, connected = 0, answered = 0, credited = 0, credited_squares = 0;
  int64_t made_count = 0, credited_count = 0;
};

RepWeighed Weigh(absl::Span<const ProspectingDay> days, const DayWeights& weights) {
  double made = 0, connected = 0, answered = 0, credited = 0, credited_squares = 0;
  int64_t made_count = 0, credited_count = 0;
  for (const ProspectingDay& day : days) {
    const double weight = weights.Of(day.day);
    made += weight * day.made;
    connected += weight * day.connected;
    answered += weight * day.answered;
    made_count += day.made;
    if (day.credited == 0) continue;
    credited += weight * day.credited;
    credited_squares += weight * weight * day.credited;
    credited_count += day.credited;
  }
  return {made, connected, answered, credited, credited_squares, made_count, credited_count};
}

// The same of all reps.
struct Weighed {
  void Add(const RepWeighed& rep) {
    made.push_back(rep.made);
    connected.push_back(rep.connected);
    answered.push_back(rep.answered);
    credited.push_back(rep.credited);
    credited_squares += rep.credited_squares;
    made_count += rep.made_count;
    credited_count += rep.credited_count;
  }

  Day first_day = INT32_MAX;
  std::vector<double> made, connected, answered, credited;  // By rep.
  double credited_squares = 0;
  int64_t made_count = 0, credited_count = 0;
};

// Days and how often something was done on them, as ranges and slopes read it.
int32_t CountOf(const ProspectingDay& day) { return day.made; }
int32_t CountOf(const CreationDay& day) { return day.count; }

// What reps kept up over whole blocks of days before the end of their time at work.
class RangeFinder {
 public:
  template <typename DayCount>
  void Add(absl::Span<const DayCount> days, Day begin, Day end) {
    const int blocks = std::max(0, end - begin) / kBlockDays;
    counts_.assign(static_cast<size_t>(blocks), 0);
    for (const DayCount& day : days) {
      if (day.day < begin || day.day >= end) continue;
      const int block = (end - 1 - day.day) / kBlockDays;
      if (block < blocks) counts_[static_cast<size_t>(block)] += CountOf(day);
    }
    for (const int64_t count : counts_) {
      least_ = std::min(least_, count);
      most_ = std::max(most_, count);
    }
  }

  WeeklyRange Range() const {
    if (least_ > most_) return {};
    constexpr double kWeeks = kBlockDays / 7.0;
    return {static_cast<double>(least_) / kWeeks, static_cast<double>(most_) / kWeeks};
  }

 private:
  std::vector<int64_t> counts_;  // By block, of the rep at hand.
  int64_t least_ = INT64_MAX, most_ = -1;
};

class Learner {
 public:
  Learner(const ProspectingCounts& counts, const FittedModel& model)
      : counts_(counts), model_(model), weights_(FirstDay(), model.as_of_day) {}

  ActivityEffects Learn(int thread_count) {
    AddCreationRates();
    ParallelFor(thread_count, kActivityTypeCount + 1, [&](int, size_t k) {
      if (k < kActivityTypeCount) {
        Learn(static_cast<ActivityType>(k), effects_.kinds[k]);
      } else {
        AddCreationsRange();
      }
    });
    return std::move(effects_);
  }

 private:
  // Of any prospecting, or that of the instant.
  Day FirstDay() const {
    Day first = model_.as_of_day;
    for (int k = 0; k < kActivityTypeCount; ++k) {
      first = std::min(first, FirstDayOf(static_cast<ActivityType>(k)));
    }
    return first;
  }

  Day FirstDayOf(ActivityType type) const {
    Day first = INT32_MAX;
    for (size_t r = 0; r < counts_.rep_count(); ++r) {
      const absl::Span<const ProspectingDay> days = counts_.days(type, r);
      if (!days.empty()) first = std::min(first, days.front().day);
    }
    return first;
  }

  void AddCreationRates() {
    effects_.creations_weekly.assign(model_.reps.size(), 0);
    for (const FittedPipeline& pipeline : model_.pipelines) {
      const double days = WeekdaySum(pipeline.arrivals);
      for (size_t r = 0; r < model_.reps.size(); ++r) {
        const GammaPosterior& rate = pipeline.arrivals.reps[r];
        if (rate.shape > 0) effects_.creations_weekly[r] += days * rate.shape / rate.rate;
      }
    }
  }

  void AddCreationsRange() {
    RangeFinder range;
    for (size_t r = 0; r < counts_.rep_count(); ++r) {
      const auto [begin, end] = AtWork(model_.first_day, r);
      range.Add(counts_.created(r), begin, end);
    }
    effects_.creations_range = range.Range();
  }

  // Days at work since the kind was first recorded.
  std::pair<Day, Day> AtWork(Day first_day, size_t rep) const {
    return {std::max(first_day, model_.reps[rep].start_day),
            std::min(model_.as_of_day, model_.reps[rep].end_day)};
  }

  void Learn(ActivityType type, ActivityOfKind& kind) const {
    const size_t reps = counts_.rep_count();
    kind.count = counts_.made_count(type);
    kind.weekly.assign(reps, 0);
    kind.per_activity.assign(reps, 0);
    kind.connect_odds.assign(reps, {});
    Weighed weighed;
    weighed.first_day = FirstDayOf(type);
    if (weighed.first_day == INT32_MAX) return;
    RangeFinder range;
    for (size_t r = 0; r < reps; ++r) {
      const absl::Span<const ProspectingDay> days = counts_.days(type, r);
      weighed.Add(Weigh(days, weights_));
      const auto [begin, end] = AtWork(weighed.first_day, r);
      const double weight = weights_.SumOf(begin, end);
      if (weight > 0) kind.weekly[r] = 7 * weighed.made[r] / weight;
      range.Add(days, begin, end);
    }
    kind.range = range.Range();
    AddConnectOdds(weighed, kind);
    if (weighed.credited_count >= kLeastCredited) {
      AddLinked(weighed, kind);
    } else {
      AddSlope(type, weighed, kind);
    }
  }

  void AddConnectOdds(const Weighed& weighed, ActivityOfKind& kind) const {
    double connected = 0, answered = 0;
    for (size_t r = 0; r < weighed.answered.size(); ++r) {
      connected += weighed.connected[r];
      answered += weighed.answered[r];
    }
    if (answered <= 0) return;
    const double share = connected / answered;
    for (size_t r = 0; r < weighed.answered.size(); ++r) {
      kind.connect_odds[r] = {
          kConnectPrior * share + weighed.connected[r],
          kConnectPrior * (1 - share) + weighed.answered[r] - weighed.connected[r]};
    }
  }

  void AddLinked(const Weighed& weighed, ActivityOfKind& kind) const {
    double credited = 0, made = 0;
    for (size_t r = 0; r < weighed.credited.size(); ++r) {
      credited += weighed.credited[r];
      made += weighed.made[r];
    }
    const double rate = credited / made;
    const double spread = Exp(kNormal95 * std::sqrt(weighed.credited_squares) / credited);
    kind.method = EffectMethod::kLinked;
    kind.company_per_activity = {rate, rate / spread, rate * spread};
    kind.found = true;
    for (size_t r = 0; r < weighed.credited.size(); ++r) {
      const double expected = rate * weighed.made[r];
      kind.per_activity[r] = rate * (kCredibilityOpportunities + weighed.credited[r]) /
                             (kCredibilityOpportunities + expected);
    }
  }

  void AddSlope(ActivityType type, const Weighed& weighed, ActivityOfKind& kind) const;
  template <typename Visit>
  void ForEachWeek(ActivityType type, Day first_day, const Visit& visit) const;

  const ProspectingCounts& counts_;
  const FittedModel& model_;
  const DayWeights weights_;
  ActivityEffects effects_;
};

int WeekdayIndex(Day day) { return WeekdayOf(day, FiscalCalendar()); }

// The first Monday from `day` on.
Day MondayFrom(Day day) { return day + (7 - WeekdayIndex(day)) % 7; }

using Week = std::array<double, 7>;  // By weekday, from Monday.

// What a rep did and created in a week.
struct RepWeek {
  Week done{}, created{};
};

// The weeks from Monday to Sunday, from a day on, that lie in one calendar month.
class Calendar {
 public:
  Calendar(Day begin, Day end) : first_(MondayFrom(begin)) {
    for (Day monday = first_; monday + 7 <= end; monday += 7) {
      const absl::CivilDay first = absl::CivilDay(1970, 1, 1) + monday;
      in_one_month_.push_back(absl::CivilMonth(first) == absl::CivilMonth(first + 6));
    }
  }
  bool IsInOneMonth(Day monday) const {
    return in_one_month_[static_cast<size_t>(monday - first_) / 7];
  }

 private:
  Day first_;
  std::vector<bool> in_one_month_;
};

// The whole weeks of [begin, end).
std::vector<RepWeek> WeeksOf(absl::Span<const ProspectingDay> done,
                             absl::Span<const CreationDay> created, Day begin, Day end) {
  const Day monday = MondayFrom(begin);
  std::vector<RepWeek> weeks(static_cast<size_t>(std::max(0, end - monday) / 7));
  const auto add = [&](const auto& days, Week RepWeek::*member) {
    for (const auto& day : days) {
      const Day since = day.day - monday;
      if (since < 0 || since >= static_cast<Day>(7 * weeks.size())) continue;
      (weeks[static_cast<size_t>(since / 7)].*member)[static_cast<size_t>(since % 7)] +=
          CountOf(day);
    }
  };
  add(done, &RepWeek::done);
  add(created, &RepWeek::created);
  return weeks;
}

// Calls visit(week) for the weeks at work, each in one calendar month, of the reps who do the kind.
template <typename Visit>
void Learner::ForEachWeek(ActivityType type, Day first_day, const Visit& visit) const {
  const Calendar calendar(first_day, model_.as_of_day);
  for (size_t r = 0; r < counts_.rep_count(); ++r) {
    if (counts_.days(type, r).empty()) continue;
    const auto [begin, end] = AtWork(first_day, r);
    Day monday = MondayFrom(begin);
    for (const RepWeek& week : WeeksOf(counts_.days(type, r), counts_.created(r), begin, end)) {
      if (calendar.IsInOneMonth(monday)) visit(week);
      monday += 7;
    }
  }
}

// Counts of a week less what its total makes of each weekday, of which `shares` come on average.
Week Deviations(const Week& week, const Week& shares) {
  const double total = std::accumulate(week.begin(), week.end(), 0.0);
  Week deviations = week;
  for (size_t d = 0; d < 7; ++d) deviations[d] -= total * shares[d];
  return deviations;
}

Week SharesOf(const Week& counts) {
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  Week shares{};
  for (size_t d = 0; d < 7 && all > 0; ++d) shares[d] = counts[d] / all;
  return shares;
}

void Learner::AddSlope(ActivityType type, const Weighed& weighed, ActivityOfKind& kind) const {
  kind.method = EffectMethod::kWithinRep;
  if (weighed.made_count < kLeastForSlope) return;
  RepWeek all;
  ForEachWeek(type, weighed.first_day, [&](const RepWeek& week) {
    for (size_t d = 0; d < 7; ++d) {
      all.done[d] += week.done[d];
      all.created[d] += week.created[d];
    }
  });
  const Week done = SharesOf(all.done), created = SharesOf(all.created);
  std::vector<std::pair<double, double>> clusters;
  ForEachWeek(type, weighed.first_day, [&](const RepWeek& week) {
    const Week x = Deviations(week.done, done), y = Deviations(week.created, created);
    const double own_xx = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
    const double own_xy = std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
    clusters.push_back({own_xx, own_xy});
  });
  double xx = 0, xy = 0;
  for (const auto& [own_xx, own_xy] : clusters) {
    xx += own_xx;
    xy += own_xy;
  }
  if (xx <= 0) return;
  const double slope = xy / xx;
  double squares = 0;
  for (const auto& [own_xx, own_xy] : clusters) {
    squares += (own_xy - slope * own_xx) * (own_xy - slope * own_xx);
  }
  const double error = std::sqrt(squares) / xx;
  kind.company_per_activity = {slope, slope - kNormal95 * error, slope + kNormal95 * error};
  kind.found = slope > kFoundErrors * error;
  if (kind.found) std::fill(kind.per_activity.begin(), kind.per_activity.end(), slope);
}

}  // namespace

double WeekdaySum(const Arrivals& arrivals) {
  double sum = 0;
  for (int w = 0; w < kWeekdayCount; ++w) {
    sum += Exp(arrivals.weekday.mean_log[w] + arrivals.weekday.variance_log[w] / 2);
  }
  return sum;
}

double ActivityOfKind::ShareOf(int32_t rep, double creations_weekly) const {
  if (creations_weekly <= 0 || weekly.empty()) return 0;
  return std::min(1.0, per_activity[rep] * weekly[rep] / creations_weekly);
}

ActivityEffects LearnActivityEffects(const History& history, const FittedModel& model,
                                     int64_t as_of_us, int thread_count) {
  ActivityEffects effects = LearnProspectingEffects(history, model, as_of_us, thread_count);
  effects.follow_ups = LearnFollowUpEffects(history, model, as_of_us);
  return effects;
}

ActivityEffects LearnProspectingEffects(const History& history, const FittedModel& model,
                                        int64_t as_of_us, int thread_count) {
  return LearnProspectingEffects(ProspectingCounts(history, as_of_us), model, thread_count);
}

ActivityEffects LearnProspectingEffects(const ProspectingCounts& counts, const FittedModel& model,
                                        int thread_count) {
  return Learner(counts, model).Learn(thread_count);
}

}  // namespace quotacast::simulation
