#include "simulation/scenario/activity_effects.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
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

// Weights of the days from the first to that of the instant, each computed once: exponentials
// would take most of the time.
class DayWeights {
 public:
  DayWeights(Day first_day, Day as_of_day) : as_of_day_(as_of_day) {
    constexpr double kLog2 = 0.6931471805599453;
    for (Day age = 0; age <= as_of_day - first_day; ++age) {
      by_age_.push_back(Exp(-kLog2 * age / kHalfLifeDays));
    }
  }
  double Of(Day day) const { return by_age_[static_cast<size_t>(as_of_day_ - day)]; }

 private:
  Day as_of_day_;
  std::vector<double> by_age_;
};

// The days of instants in time order: many in a row fall on the same one.
class DayWalk {
 public:
  explicit DayWalk(absl::TimeZone zone) : zone_(zone) {}
  Day Of(int64_t time_us) {
    if (time_us >= end_us_) {
      day_ = DayOf(time_us, zone_);
      end_us_ = StartOfDayUs(day_ + 1, zone_);
    }
    return day_;
  }

 private:
  absl::TimeZone zone_;
  Day day_ = 0;
  int64_t end_us_ = INT64_MIN;
};

// The first day of any activity, or that of the instant.
Day FirstDay(const History& history, const FittedModel& model) {
  if (history.activities.empty()) return model.as_of_day;
  return std::min(model.as_of_day, DayOf(history.activities.begin()->time_us, history.time_zone));
}

// By opportunity. Activities ask for them in no order: together they fit into a cache.
std::vector<int64_t> CreationTimes(const History& history) {
  std::vector<int64_t> times;
  times.reserve(history.opportunities.size());
  for (const Opportunity& opportunity : history.opportunities) {
    times.push_back(opportunity.create_time_us);
  }
  return times;
}

// What is counted of one kind.
struct Counted {
  Day first_day = INT32_MAX;
  std::vector<double> weighted, connected, answered;  // By rep.
  std::vector<double> credited;                       // By rep, of prospecting.
  double credited_squares = 0;
  int64_t credited_count = 0;
  std::vector<std::vector<Day>> days;  // By rep, of prospecting, ascending.
};

// Days of creation by rep.
std::vector<std::vector<Day>> CreationDays(const History& history, int64_t as_of_us) {
  DayReader days(history.time_zone);
  std::vector<std::vector<Day>> created(history.reps.size());
  for (const Opportunity& opportunity : history.opportunities) {
    if (opportunity.rep == kNone || opportunity.create_time_us >= as_of_us) continue;
    created[opportunity.rep].push_back(days.Of(opportunity.create_time_us));
  }
  return created;
}

class Learner {
 public:
  Learner(const History& history, const FittedModel& model, int64_t as_of_us)
      : history_(history),
        model_(model),
        as_of_us_(as_of_us),
        weights_(FirstDay(history, model), model.as_of_day),
        creation_times_(CreationTimes(history)) {
    for (Counted& counted : counted_) {
      const size_t reps = model.reps.size();
      counted.weighted.resize(reps);
      counted.connected.resize(reps);
      counted.answered.resize(reps);
      counted.credited.resize(reps);
      counted.days.resize(reps);
    }
  }

  ActivityEffects Learn(int thread_count) {
    AddCreationRates();
    const std::array<std::function<void()>, 3> readings = {
        [this] { Count(); }, [this] { Credit(); },
        [this] { created_ = CreationDays(history_, as_of_us_); }};
    ParallelFor(thread_count, readings.size(), [&](int, size_t i) { readings[i](); });
    effects_.creations_range = RangeOf(created_, model_.first_day);
    ParallelFor(thread_count, kActivityTypeCount,
                [&](int, size_t k) { Finish(counted_[k], effects_.kinds[k]); });
    return std::move(effects_);
  }

 private:
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

  // What may lead to an opportunity is about none, or about one not yet created.
  bool IsProspecting(const Activity& activity) const {
    return activity.opportunity == kNone ||
           activity.time_us <= creation_times_[activity.opportunity];
  }

  void Count() {
    DayWalk days(history_.time_zone);
    for (const Activity& activity : history_.activities) {
      if (activity.time_us >= as_of_us_) break;
      const size_t kind = static_cast<size_t>(activity.type);
      ++effects_.kinds[kind].count;
      if (activity.rep == kNone || !IsProspecting(activity)) continue;
      Counted& counted = counted_[kind];
      const Day day = days.Of(activity.time_us);
      const double weight = weights_.Of(day);
      counted.first_day = std::min(counted.first_day, day);
      counted.weighted[activity.rep] += weight;
      counted.days[activity.rep].push_back(day);
      if (activity.outcome != ActivityOutcome::kUnknown) {
        counted.answered[activity.rep] += weight;
        if (activity.outcome == ActivityOutcome::kConnected) {
          counted.connected[activity.rep] += weight;
        }
      }
    }
  }

  // Credits opportunities to the first activity recorded for each.
  void Credit() {
    std::vector<char> is_credited(history_.opportunities.size(), 0);
    DayWalk days(history_.time_zone);
    for (const Activity& activity : history_.activities) {
      if (activity.time_us >= as_of_us_) break;
      if (activity.opportunity == kNone || activity.rep == kNone) continue;
      if (!IsProspecting(activity)) continue;
      if (is_credited[activity.opportunity] != 0) continue;
      if (creation_times_[activity.opportunity] >= as_of_us_) continue;
      is_credited[activity.opportunity] = 1;
      Counted& counted = counted_[static_cast<size_t>(activity.type)];
      const double weight = weights_.Of(days.Of(activity.time_us));
      counted.credited[activity.rep] += weight;
      counted.credited_squares += weight * weight;
      ++counted.credited_count;
    }
  }

  // Days at work since the kind was first recorded.
  std::pair<Day, Day> AtWork(Day first_day, size_t rep) const {
    return {std::max(first_day, model_.reps[rep].start_day),
            std::min(model_.as_of_day, model_.reps[rep].end_day)};
  }

  void Finish(const Counted& counted, ActivityOfKind& kind) {
    const size_t reps = model_.reps.size();
    kind.weekly.assign(reps, 0);
    kind.per_activity.assign(reps, 0);
    kind.connect_odds.assign(reps, {});
    if (counted.first_day == INT32_MAX) return;
    for (size_t r = 0; r < reps; ++r) {
      const auto [begin, end] = AtWork(counted.first_day, r);
      double days = 0;
      for (Day day = begin; day < end; ++day) days += weights_.Of(day);
      if (days > 0) kind.weekly[r] = 7 * counted.weighted[r] / days;
    }
    kind.range = RangeOf(counted.days, counted.first_day);
    AddConnectOdds(counted, kind);
    if (counted.credited_count >= kLeastCredited) {
      AddLinked(counted, kind);
    } else {
      AddSlope(counted, kind);
    }
  }

  WeeklyRange RangeOf(const std::vector<std::vector<Day>>& days, Day first_day) const {
    WeeklyRange range;
    bool any = false;
    for (size_t r = 0; r < days.size(); ++r) {
      const auto [begin, end] = AtWork(first_day, r);
      const int blocks = std::max(0, end - begin) / kBlockDays;
      std::vector<int> counts(static_cast<size_t>(blocks));
      for (const Day day : days[r]) {
        if (day < begin || day >= end) continue;
        const int block = (end - 1 - day) / kBlockDays;
        if (block < blocks) ++counts[static_cast<size_t>(block)];
      }
      for (const int count : counts) {
        const double weekly = count * 7.0 / kBlockDays;
        range.least = any ? std::min(range.least, weekly) : weekly;
        range.most = any ? std::max(range.most, weekly) : weekly;
        any = true;
      }
    }
    return range;
  }

  void AddConnectOdds(const Counted& counted, ActivityOfKind& kind) const {
    double connected = 0, answered = 0;
    for (size_t r = 0; r < counted.answered.size(); ++r) {
      connected += counted.connected[r];
      answered += counted.answered[r];
    }
    if (answered <= 0) return;
    const double share = connected / answered;
    for (size_t r = 0; r < counted.answered.size(); ++r) {
      kind.connect_odds[r] = {
          kConnectPrior * share + counted.connected[r],
          kConnectPrior * (1 - share) + counted.answered[r] - counted.connected[r]};
    }
  }

  void AddLinked(const Counted& counted, ActivityOfKind& kind) const {
    double credited = 0, activities = 0;
    for (size_t r = 0; r < counted.credited.size(); ++r) {
      credited += counted.credited[r];
      activities += counted.weighted[r];
    }
    const double rate = credited / activities;
    const double spread = Exp(kNormal95 * std::sqrt(counted.credited_squares) / credited);
    kind.method = EffectMethod::kLinked;
    kind.company_per_activity = {rate, rate / spread, rate * spread};
    kind.found = true;
    for (size_t r = 0; r < counted.credited.size(); ++r) {
      const double expected = rate * counted.weighted[r];
      kind.per_activity[r] = rate * (kCredibilityOpportunities + counted.credited[r]) /
                             (kCredibilityOpportunities + expected);
    }
  }

  void AddSlope(const Counted& counted, ActivityOfKind& kind);

  const History& history_;
  const FittedModel& model_;
  const int64_t as_of_us_;
  const DayWeights weights_;
  const std::vector<int64_t> creation_times_;
  std::vector<std::vector<Day>> created_;  // Days of creation by rep, in no order.
  std::array<Counted, kActivityTypeCount> counted_;
  ActivityEffects effects_;
};

// Counts of days, as deviations from what a week's total makes of each weekday.
class WeekdayDeviations {
 public:
  void Add(int weekday, double count) { by_weekday_[static_cast<size_t>(weekday)] += count; }
  std::array<double, 7> Of(const std::array<double, 7>& week) const {
    const double all = std::accumulate(by_weekday_.begin(), by_weekday_.end(), 0.0);
    const double total = std::accumulate(week.begin(), week.end(), 0.0);
    std::array<double, 7> deviations = week;
    for (size_t d = 0; d < 7 && all > 0; ++d) deviations[d] -= total * by_weekday_[d] / all;
    return deviations;
  }

 private:
  std::array<double, 7> by_weekday_{};
};

// What a rep did and created in a week.
struct RepWeek {
  std::array<double, 7> done{}, created{};
};

int WeekdayIndex(Day day) { return WeekdayOf(day, FiscalCalendar()); }

// The weeks from Monday to Sunday of [begin, end) that lie in one calendar month.
std::map<Day, RepWeek> WeeksOf(const std::vector<Day>& done, const std::vector<Day>& created,
                               Day begin, Day end) {
  std::map<Day, RepWeek> weeks;
  for (Day monday = begin + (7 - WeekdayIndex(begin)) % 7; monday + 7 <= end; monday += 7) {
    const absl::CivilDay first = absl::CivilDay(1970, 1, 1) + monday;
    if (absl::CivilMonth(first) == absl::CivilMonth(first + 6)) weeks[monday] = {};
  }
  for (const auto& [days, member] :
       {std::pair(&done, &RepWeek::done), std::pair(&created, &RepWeek::created)}) {
    for (const Day day : *days) {
      const auto week = weeks.find(day - WeekdayIndex(day));
      if (week != weeks.end()) ++(week->second.*member)[static_cast<size_t>(WeekdayIndex(day))];
    }
  }
  return weeks;
}

void Learner::AddSlope(const Counted& counted, ActivityOfKind& kind) {
  kind.method = EffectMethod::kWithinRep;
  std::vector<RepWeek> weeks;
  WeekdayDeviations done, created;
  int64_t count = 0;
  for (size_t r = 0; r < counted.days.size(); ++r) {
    const auto [begin, end] = AtWork(counted.first_day, r);
    count += static_cast<int64_t>(counted.days[r].size());
    if (counted.days[r].empty()) continue;
    for (const auto& [monday, week] : WeeksOf(counted.days[r], created_[r], begin, end)) {
      weeks.push_back(week);
      for (int d = 0; d < 7; ++d) {
        done.Add(d, week.done[static_cast<size_t>(d)]);
        created.Add(d, week.created[static_cast<size_t>(d)]);
      }
    }
  }
  if (count < kLeastForSlope) return;
  double xx = 0, xy = 0;
  std::vector<std::pair<double, double>> clusters;
  for (const RepWeek& week : weeks) {
    const std::array<double, 7> x = done.Of(week.done), y = created.Of(week.created);
    const double own_xx = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
    const double own_xy = std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
    xx += own_xx;
    xy += own_xy;
    clusters.push_back({own_xx, own_xy});
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
  return Learner(history, model, as_of_us).Learn(thread_count);
}

}  // namespace quotacast::simulation
