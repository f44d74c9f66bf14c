#include "tests/server/metrics/alike_company.h"

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/uniform_01.hpp>

#include "absl/strings/str_cat.h"

namespace quotacast::metrics {
namespace {

using simulation::ActivityOutcome;
using simulation::ActivityType;
using simulation::StageKind;

constexpr int kOpenStages = 3;
constexpr int kTeamCount = 3;
constexpr double kCallsPerDay = 20;
constexpr double kContactRate = .032;
constexpr double kFollowUpsPerDay = .2;  // Of an open opportunity.
constexpr double kLeavePerDay[kOpenStages] = {.15, .1, .1};
constexpr double kAdvanceShare[kOpenStages] = {.6, .65, .6};
constexpr double kDeadLossPerDay = .002;
constexpr int64_t kDayMicros = 86'400'000'000;
constexpr int64_t kTarget = 25'000'000'000;

class Generator {
 public:
  Generator(const AlikeOptions& options, uint64_t seed) : options_(options), random_(seed) {}

  simulation::History Make() {
    history_.pipelines = {{"sales",
                           {{"new", StageKind::kOpen},
                            {"demo", StageKind::kOpen},
                            {"offer", StageKind::kOpen},
                            {"won", StageKind::kWon},
                            {"lost", StageKind::kLost}}}};
    history_.teams = {{"company", simulation::kNone}, {"east", 0}, {"west", 0}};
    for (int rep = 0; rep < options_.reps; ++rep) {
      history_.reps.push_back({absl::StrCat("rep", rep), 1 + rep % (kTeamCount - 1)});
      for (int day = 0; day < options_.days; ++day) {
        if (IsWorkingDay(day)) Work(rep, day);
      }
      for (int start = 0; start < options_.days; start += kAlikePeriodDays) {
        history_.quotas.push_back({simulation::OwnerType::kRep, rep, simulation::Measure::kAmount,
                                   kAlikeFirstDay + start,
                                   kAlikeFirstDay + start + kAlikePeriodDays, kTarget});
      }
    }
    std::stable_sort(history_.activities.begin(), history_.activities.end(),
                     [](const auto& a, const auto& b) { return a.time_us < b.time_us; });
    simulation::IndexEvents(history_);
    return std::move(history_);
  }

 private:
  static bool IsWorkingDay(int day) { return day % 7 < 5; }
  double Uniform() { return boost::random::uniform_01<double>()(random_); }
  RepConduct Conduct(int rep, int day) const {
    RepConduct conduct;
    if (options_.plant) options_.plant(rep, day, conduct);
    return conduct;
  }
  int64_t TimeOf(int day) {
    return (kAlikeFirstDay + day) * kDayMicros +
           static_cast<int64_t>((8 + 10 * Uniform()) * 3'600'000'000);
  }
  void AddActivity(int64_t time_us, int rep, int32_t opportunity, ActivityType type) {
    const auto outcome = Uniform() < .3 ? ActivityOutcome::kConnected : ActivityOutcome::kNoAnswer;
    history_.activities.push_back({time_us, rep, opportunity, simulation::kNone, type, outcome});
  }

  void Work(int rep, int day) {
    const RepConduct conduct = Conduct(rep, day);
    if (conduct.calls <= 0) return;
    for (int i = boost::random::poisson_distribution<int>(kCallsPerDay * conduct.calls)(random_);
         i > 0; --i) {
      const int64_t time_us = TimeOf(day);
      const bool found = Uniform() < kContactRate * conduct.contact_rate;
      const auto next = static_cast<int32_t>(history_.opportunities.size());
      AddActivity(time_us, rep, found ? next : simulation::kNone, ActivityType::kCall);
      if (found) Live(rep, day, time_us);
    }
  }

  void Live(int rep, int first_day, int64_t time_us) {
    const auto index = static_cast<int32_t>(history_.opportunities.size());
    simulation::Opportunity& opportunity = history_.opportunities.emplace_back();
    opportunity.id = absl::StrCat("o", index);
    opportunity.rep = rep;
    opportunity.amount_micros = static_cast<int64_t>((2 + 8 * Uniform()) * 1e9);
    opportunity.create_time_us = time_us;
    history_.events.push_back({time_us, index, 0});
    int16_t stage = 0;
    int entry_day = first_day;
    for (int day = first_day + 1; day < options_.days; ++day) {
      if (!IsWorkingDay(day)) continue;
      const RepConduct conduct = Conduct(rep, day);
      if (conduct.calls <= 0) continue;
      if (Uniform() < kFollowUpsPerDay * conduct.follow_ups) {
        AddActivity(TimeOf(day), rep, index, ActivityType::kFollowUp);
      }
      const bool dead = day - entry_day > options_.dead_after_days;
      if (Uniform() >= (dead ? kDeadLossPerDay : kLeavePerDay[stage] * conduct.leave)) continue;
      const double share = dead ? 0 : kAdvanceShare[stage] * conduct.advance_share[stage];
      stage = Uniform() < share ? static_cast<int16_t>(stage + 1) : kOpenStages + 1;
      entry_day = day;
      history_.events.push_back({TimeOf(day), index, stage});
      if (stage >= kOpenStages) return;
    }
  }

  const AlikeOptions& options_;
  boost::random::mt19937_64 random_;
  simulation::History history_;
};

}  // namespace

simulation::History MakeAlikeCompany(const AlikeOptions& options, uint64_t seed) {
  return Generator(options, seed).Make();
}

}  // namespace quotacast::metrics
