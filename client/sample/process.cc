#include "client/sample/process.h"

#include <algorithm>
#include <boost/random/gamma_distribution.hpp>
#include <cmath>

#include "absl/time/civil_time.h"

namespace quotacast::sample {
namespace {

// Ages beyond the last bucket's start behave alike, so the expectation keeps no more of them.
constexpr int kAges = kAgeBucketStarts.back() + 1;

constexpr std::array<int8_t, kAges> kBucketOfAge = [] {
  std::array<int8_t, kAges> buckets{};
  for (int age = 0, bucket = 0; age < kAges; ++age) {
    if (bucket + 1 < kAgeBucketCount && age >= kAgeBucketStarts[bucket + 1]) ++bucket;
    buckets[age] = static_cast<int8_t>(bucket);
  }
  return buckets;
}();

// Stages in which about 70, 75, 78, 80, 82 and 85 % go on, after a month or so: a win rate near one
// in five. Going on peaks after a week or two; being lost becomes likelier with age.
constexpr std::array<StageProcess, kOpenStageCount> kStages = {{
    {"prospecting",
     "Prospecting",
     {.010, .022, .034, .032, .020, .010, .006},
     {.002, .005, .008, .012, .016, .020, .024},
     0},
    {"qualification",
     "Qualification",
     {.012, .026, .038, .036, .024, .012, .007},
     {.002, .005, .008, .011, .014, .018, .022},
     .0006},
    {"discovery",
     "Discovery",
     {.010, .022, .034, .036, .026, .014, .008},
     {.001, .004, .006, .009, .012, .016, .020},
     .0008},
    {"proposal",
     "Proposal",
     {.014, .028, .040, .036, .024, .012, .007},
     {.001, .004, .006, .008, .011, .015, .020},
     .0012},
    {"negotiation",
     "Negotiation",
     {.020, .036, .048, .042, .028, .014, .008},
     {.001, .003, .006, .008, .010, .014, .018},
     .0012},
    {"contract",
     "Contract",
     {.030, .050, .062, .050, .030, .016, .008},
     {.001, .002, .005, .007, .010, .014, .018},
     .0010},
}};

double Gamma(double shape, Engine& engine) {
  return boost::random::gamma_distribution<double>(shape, 1 / shape)(engine);
}

absl::CivilDay CivilDayOf(int32_t day) { return absl::CivilDay(1970, 1, 1) + day; }

}  // namespace

int Weekday(int32_t day) { return ((day + 3) % 7 + 7) % 7; }  // 1970-01-01 was a Thursday.

int MonthOfQuarter(int32_t day) { return (CivilDayOf(day).month() - 1) % 3; }

Process MakeProcess(int32_t start_day, int32_t end_day, double open_per_rep, double contact_rate,
                    double follow_up_effect) {
  Process process{};
  process.stages = kStages;
  process.weekday = {1.30, 1.45, 1.40, 1.40, 1.20, .15, .10};
  process.month_of_quarter = {.90, .95, 1.15};
  process.skip_probability = .04;
  process.connect_rate = .28;
  process.contact_rate = contact_rate;
  process.emails_per_day = 1.0;
  process.reply_rate = .15;
  process.arrival_shape = 8;
  process.follow_up_per_day = .05;
  process.follow_up_effect = follow_up_effect;
  process.follow_up_effect_days = 7;
  process.unit_price_log_mean = 9.2;  // A median of about 9,900.
  process.unit_price_log_sd = .5;
  process.extra_units_mean = .6;
  process.won_ratio_mean = .93;
  process.won_ratio_sd = .05;
  process.revision_probability = .3;
  process.revision_log_sd = .15;
  process.activity_shape = 15;
  process.contact_shape = 20;
  process.advance_shape = 25;
  process.lost_shape = 25;
  process.follow_up_shape = 10;

  // Where calls lead to opportunities, they bring six in ten of them.
  process.inbound_per_day = 1;
  process.calls_per_day = 0;
  const double arrivals = open_per_rep / Expect(process, start_day, end_day).open;
  const double from_calls = contact_rate > 0 ? .6 : 0;
  process.inbound_per_day = arrivals * (1 - from_calls);
  process.calls_per_day = contact_rate > 0 ? arrivals * from_calls / contact_rate : 4;
  return process;
}

Skill DrawSkill(const Process& process, Engine& engine) {
  Skill skill;
  skill.activity = Gamma(process.activity_shape, engine);
  skill.contact = Gamma(process.contact_shape, engine);
  skill.advance = Gamma(process.advance_shape, engine);
  skill.lost = Gamma(process.lost_shape, engine);
  skill.follow_up = Gamma(process.follow_up_shape, engine);
  return skill;
}

double ArrivalsPerDay(const Process& process) {
  return process.inbound_per_day + process.calls_per_day * process.contact_rate;
}

double MeanAmount(const Process& process) {
  return (1 + process.extra_units_mean) *
         std::exp(process.unit_price_log_mean +
                  process.unit_price_log_sd * process.unit_price_log_sd / 2);
}

Hazards DailyHazards(const Process& process, const Skill& skill, int stage, int age, int32_t day) {
  const StageProcess& truth = process.stages[static_cast<size_t>(stage)];
  const size_t bucket =
      static_cast<size_t>(kBucketOfAge[static_cast<size_t>(std::min(age, kAges - 1))]);
  const double weekday = process.weekday[static_cast<size_t>(Weekday(day))];
  Hazards hazards{truth.advance[bucket] * weekday * skill.advance,
                  truth.lost[bucket] * weekday * skill.lost, truth.back * weekday};
  if (stage == kOpenStageCount - 1) {
    hazards.advance *= process.month_of_quarter[static_cast<size_t>(MonthOfQuarter(day))];
  }
  return hazards;
}

// Carries the expected number of open opportunities of each stage and age from day to day. Those
// that fall back count in the stage before from the next day on.
Expectation Expect(const Process& process, int32_t start_day, int32_t end_day) {
  std::array<std::array<double, kAges>, kOpenStageCount> open{};
  Expectation expectation;
  // The share of days that lie shortly after a follow-up.
  const double recent = 1 - std::exp(-process.follow_up_per_day * process.follow_up_effect_days);
  const Skill average{.advance = 1 + recent * (process.follow_up_effect - 1)};
  std::array<double, kOpenStageCount + 1> entering{};  // By stage; the last is kWon.
  for (int32_t day = start_day; day < end_day; ++day) {
    entering[0] += ArrivalsPerDay(process) * process.weekday[static_cast<size_t>(Weekday(day))];
    for (size_t stage = 0; stage < kOpenStageCount; ++stage) {
      auto& ages = open[stage];
      ages[kAges - 1] += ages[kAges - 2];
      std::copy_backward(ages.begin(), ages.end() - 2, ages.end() - 1);
      ages[0] = entering[stage];
      entering[stage] = 0;
      for (int age = 0; age < kAges; ++age) {
        const Hazards hazards = DailyHazards(process, average, static_cast<int>(stage), age, day);
        double& here = ages[static_cast<size_t>(age)];
        const double leave = here * -std::expm1(-hazards.Sum());
        const double advance = leave * hazards.advance / hazards.Sum();
        here -= leave;
        const bool can_skip = stage + 2 < kOpenStageCount;
        if (can_skip) entering[stage + 2] += advance * process.skip_probability;
        entering[stage + 1] += advance * (can_skip ? 1 - process.skip_probability : 1);
        if (stage > 0) entering[stage - 1] += leave * hazards.back / hazards.Sum();
      }
    }
    expectation.wins_by_day.push_back(entering[kWon]);
    entering[kWon] = 0;
  }
  for (const auto& ages : open) {
    for (double count : ages) expectation.open += count;
  }
  return expectation;
}

}  // namespace quotacast::sample
