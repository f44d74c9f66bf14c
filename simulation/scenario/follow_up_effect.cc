#include "simulation/scenario/follow_up_effect.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "simulation/observation.h"
#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

constexpr double kNormal95 = 1.6448536269514722;
// Two-sided 0.5 %: ten ratios are looked at (two for each kind), together 5 %.
constexpr double kFoundErrors = 2.807033768343811;
constexpr int64_t kLeastExits = 20;  // On either side, for the interval to hold.
constexpr Day kLevelDays = 91;       // Back from the instant, in which a rep's level is counted.
constexpr double kLeastDealDays = 90;
constexpr size_t kAges = 400;  // Ages of as many days or more are one stratum.

// Days of deals after a follow-up and others, and the exits on them.
struct Stratum {
  double days_after = 0, days_other = 0;
};

struct Exit {
  size_t stratum = 0;
  Day day = 0;
  int kind = 0;  // 0: forward, 1: lost.
  bool after = false;
};

// Mantel and Haenszel's sums over strata.
class RatioSums {
 public:
  void AddDays(const Stratum& stratum) {
    days_after_ += stratum.days_after;
    days_other_ += stratum.days_other;
  }
  void Add(const Stratum& stratum, const Exit& exit) {
    const double t = stratum.days_after, u = stratum.days_other, all = t + u;
    auto& [r, s] = by_day_[exit.day];
    (exit.after ? r : s) += (exit.after ? u : t) / all;
    variance_ += t * u / (all * all);
    ++(exit.after ? after_ : other_);
  }
  RateRatio Finish() const {
    RateRatio ratio;
    ratio.events_after = after_;
    ratio.events_other = other_;
    if (other_ > 0 && days_after_ > 0) {
      ratio.raw =
          static_cast<double>(after_) * days_other_ / (static_cast<double>(other_) * days_after_);
    }
    double r = 0, s = 0, squares = 0;
    for (const auto& [day, sums] : by_day_) {
      r += sums.first;
      s += sums.second;
    }
    if (r <= 0 || s <= 0) return ratio;
    const double value = r / s;
    for (const auto& [day, sums] : by_day_) {
      const double excess = sums.first - value * sums.second;
      squares += excess * excess;
    }
    const double log = Log(value);
    const double error = std::sqrt(std::max(variance_ / (r * s), squares / (r * r)));
    ratio.ratio = {value, Exp(log - kNormal95 * error), Exp(log + kNormal95 * error)};
    ratio.found = std::min(after_, other_) >= kLeastExits && std::abs(log) > kFoundErrors * error;
    return ratio;
  }

 private:
  std::map<Day, std::pair<double, double>> by_day_;  // Numerator and denominator.
  double variance_ = 0, days_after_ = 0, days_other_ = 0;
  int64_t after_ = 0, other_ = 0;
};

// Deal days and follow-ups of a rep's last weeks.
struct Level {
  double days = 0, recent = 0, count = 0;
};

class Learner {
 public:
  Learner(const FittedModel& model, const Observation& observation)
      : model_(model), observation_(observation) {
    for (const FittedPipeline& pipeline : model.pipelines) {
      cell_of_.push_back(pipeline.cell_of_stage);
    }
    by_rep_.resize(observation.visits.size());
    std::iota(by_rep_.begin(), by_rep_.end(), size_t{0});
    std::stable_sort(by_rep_.begin(), by_rep_.end(), [&](size_t a, size_t b) {
      return observation.visits[a].rep < observation.visits[b].rep;
    });
  }

  FollowUpEffect Learn(const std::vector<std::vector<Day>>& days_of_deal) {
    FollowUpEffect effect;
    effect.recorded = true;
    effect.weekly_per_deal.assign(model_.reps.size(), 0);
    effect.recent_share.assign(model_.reps.size(), 0);
    std::array<RatioSums, 2> sums;
    std::vector<Stratum> strata;
    bool any = false;
    for (size_t i = 0; i < by_rep_.size();) {
      const int32_t rep = observation_.visits[by_rep_[i]].rep;
      strata.assign(model_.cells.size() * kAges, {});
      exits_.clear();
      Level level;
      for (; i < by_rep_.size() && observation_.visits[by_rep_[i]].rep == rep; ++i) {
        const Visit& visit = observation_.visits[by_rep_[i]];
        AddVisit(visit, days_of_deal[visit.opportunity], strata, level);
      }
      for (const Stratum& stratum : strata) {
        for (RatioSums& sum : sums) sum.AddDays(stratum);
      }
      for (const Exit& exit : exits_) {
        sums[static_cast<size_t>(exit.kind)].Add(strata[exit.stratum], exit);
      }
      if (rep == kNone || level.days <= 0) continue;
      effect.weekly_per_deal[rep] = 7 * level.count / level.days;
      effect.recent_share[rep] = level.recent / level.days;
      if (level.days < kLeastDealDays) continue;
      const double weekly = effect.weekly_per_deal[rep];
      effect.range.least = any ? std::min(effect.range.least, weekly) : weekly;
      effect.range.most = any ? std::max(effect.range.most, weekly) : weekly;
      any = true;
    }
    effect.advance = sums[0].Finish();
    effect.lost = sums[1].Finish();
    return effect;
  }

 private:
  void AddVisit(const Visit& visit, const std::vector<Day>& follow_ups,
                std::vector<Stratum>& strata, Level& level) {
    const int32_t cell = cell_of_[visit.pipeline][visit.stage];
    if (cell == kNone) return;
    const Day observed_from = model_.cells[cell].observed_from;
    auto next =
        std::lower_bound(follow_ups.begin(), follow_ups.end(), visit.first_day - kFollowUpDays);
    Day last = INT32_MIN / 2;  // Of follow-ups before the day.
    for (Day day = visit.first_day; day <= visit.last_day; ++day) {
      while (next != follow_ups.end() && *next < day) last = *next++;
      const auto today = static_cast<double>(std::upper_bound(next, follow_ups.end(), day) - next);
      const bool is_last = day == visit.last_day;
      if (is_last && visit.next_stage == kNone) break;
      const bool recent = day - last <= kFollowUpDays;
      const double exposure = is_last ? 0.5 : 1;
      if (day >= model_.as_of_day - kLevelDays) {
        level.days += exposure;
        level.recent += recent ? exposure : 0;
        level.count += today;
      }
      if (day < observed_from) continue;
      const auto age = std::min(static_cast<size_t>(day - visit.entry_day), kAges - 1);
      const size_t stratum = static_cast<size_t>(cell) * kAges + age;
      (recent ? strata[stratum].days_after : strata[stratum].days_other) += exposure;
      if (!is_last) continue;
      const int kind = KindOfExit(visit);
      if (kind >= 0) exits_.push_back({stratum, day, kind, recent});
    }
  }

  // 0: forward, 1: lost, -1: backward.
  int KindOfExit(const Visit& visit) const {
    const StageKind kind = model_.pipelines[visit.pipeline].stage_kinds[visit.next_stage];
    if (kind == StageKind::kLost) return 1;
    return kind == StageKind::kWon || visit.next_stage > visit.stage ? 0 : -1;
  }

  const FittedModel& model_;
  const Observation& observation_;
  std::vector<std::vector<int32_t>> cell_of_;
  std::vector<size_t> by_rep_;
  std::vector<Exit> exits_;  // Of one rep.
};

}  // namespace

std::array<FollowUpEffect, kActivityTypeCount> LearnFollowUpEffects(const History& history,
                                                                    const FittedModel& model,
                                                                    int64_t as_of_us) {
  std::array<FollowUpEffect, kActivityTypeCount> effects;
  std::array<std::vector<std::vector<Day>>, kActivityTypeCount> days;
  DayReader reader(history.time_zone);
  for (const Activity& activity : history.activities) {
    if (activity.time_us >= as_of_us) break;
    if (activity.opportunity == kNone) continue;
    if (activity.time_us <= history.opportunities[activity.opportunity].create_time_us) continue;
    auto& of_kind = days[static_cast<size_t>(activity.type)];
    of_kind.resize(history.opportunities.size());
    of_kind[activity.opportunity].push_back(reader.Of(activity.time_us));
  }
  if (std::all_of(days.begin(), days.end(), [](const auto& d) { return d.empty(); })) {
    return effects;
  }
  const Observation observation = Observe(history, as_of_us);
  Learner learner(model, observation);
  for (size_t k = 0; k < days.size(); ++k) {
    if (!days[k].empty()) effects[k] = learner.Learn(days[k]);
  }
  return effects;
}

double RecentShare(const FollowUpEffect& effect, int32_t rep, double weekly) {
  const double now = effect.weekly_per_deal[rep], share = effect.recent_share[rep];
  // Follow-ups that come at random leave exp(-weekly) of the days without one in the week before.
  if (now <= 0 || share <= 0 || share >= 1) return 1 - Exp(-weekly);
  return 1 - Pow(1 - share, weekly / now);
}

double FollowUpFactor(const FollowUpEffect& effect, const RateRatio& ratio, int32_t rep,
                      double weekly) {
  if (!effect.recorded || !ratio.found || weekly == effect.weekly_per_deal[rep]) return 1;
  const double excess = ratio.ratio.value - 1;
  return (1 + RecentShare(effect, rep, weekly) * excess) /
         (1 + RecentShare(effect, rep, effect.weekly_per_deal[rep]) * excess);
}

}  // namespace quotacast::simulation
