#ifndef QUOTACAST_CLIENT_SAMPLE_PROCESS_H_
#define QUOTACAST_CLIENT_SAMPLE_PROCESS_H_

// The true process of a made-up company: what makes opportunities appear, move and close.
//
// Days are counted from 1970-01-01. An opportunity in stage s at age a (days since it entered; 0 on
// the day of entry) leaves it on a day with probability 1 - exp(-sum of hazards), by cause k with
// probability h_k / sum; the day's hazard is
//
//     h[k](s, a, day) = base[k][s][bucket(a)] * weekday[day] * skill[k]
//                       (* month_of_quarter[day] for advancing from the last open stage: the win)
//                       (* follow_up_effect for advancing, in the days after a follow-up)
//
// After a move on the same day the next stage may be left again. Nothing else acts on it.

#include <array>
#include <boost/random/mersenne_twister.hpp>
#include <cstdint>
#include <vector>

namespace quotacast::sample {

using Engine = boost::random::mt19937_64;

inline constexpr int kOpenStageCount = 6;
inline constexpr int kAgeBucketCount = 7;
inline constexpr std::array<int, kAgeBucketCount> kAgeBucketStarts = {0, 3, 7, 14, 30, 60, 90};
inline constexpr int kWon = kOpenStageCount;  // Stage numbers after the open ones.
inline constexpr int kLost = kOpenStageCount + 1;

struct StageProcess {
  const char* id;
  const char* name;
  std::array<double, kAgeBucketCount> advance;  // Daily hazards by age bucket.
  std::array<double, kAgeBucketCount> lost;
  double back;  // Of falling back to the stage before; 0 in the first.
};

struct Process {
  std::array<StageProcess, kOpenStageCount> stages;
  std::array<double, 7> weekday;           // Monday first; of hazards, calls and arrivals alike.
  std::array<double, 3> month_of_quarter;  // First, second, third calendar month.
  double skip_probability;                 // That an advance passes over the next stage.

  double calls_per_day;    // Outbound, of a rep with activity 1 on a day with weekday factor 1.
  double connect_rate;     // Share of calls that become a conversation.
  double contact_rate;     // Opportunities per outbound call; each comes from a conversation.
  double inbound_per_day;  // Opportunities that come by themselves.
  double emails_per_day;
  double reply_rate;
  // Calls, e-mails and inbound of a rep in a month share a Gamma(shape, 1/shape) factor, which
  // makes the month's counts negative binomial.
  double arrival_shape;

  double follow_up_per_day;  // Per open opportunity, on a day with weekday factor 1.
  double follow_up_effect;   // On the advance hazard; 1: none.
  int follow_up_effect_days;

  double unit_price_log_mean;  // List price a piece, log-normal.
  double unit_price_log_sd;
  double extra_units_mean;  // Pieces are 1 + Poisson(this).
  double won_ratio_mean;    // Price obtained / list price, normal cut to [0.6, 1].
  double won_ratio_sd;
  double revision_probability;  // That the amount is revised on entry into `proposal`,
  double revision_log_sd;       // by a log-normal factor.

  // Reps' multipliers are Gamma(shape, 1/shape).
  double activity_shape, contact_shape, advance_shape, lost_shape, follow_up_shape;
};

// A rep's true multipliers.
struct Skill {
  double activity = 1;  // Of calls, e-mails and inbound opportunities.
  double contact = 1;   // Of the contact rate.
  double advance = 1;   // Of the hazards.
  double lost = 1;
  double follow_up = 1;  // Of the follow-up rate.
};

// The default process. Arrivals are set so that an average rep has `open_per_rep` open
// opportunities at the end of [start_day, end_day).
Process MakeProcess(int32_t start_day, int32_t end_day, double open_per_rep, double contact_rate,
                    double follow_up_effect);

Skill DrawSkill(const Process& process, Engine& engine);

// Expected values of what comes of the arrivals of an average rep at work from
// `start_day` on: open opportunities at the end and wins on each day of [start_day, end_day).
struct Expectation {
  double open = 0;
  std::vector<double> wins_by_day;
};
Expectation Expect(const Process& process, int32_t start_day, int32_t end_day);

// Expected opportunities of an average rep on a day with weekday factor 1.
double ArrivalsPerDay(const Process& process);

// Expected list price of an opportunity.
double MeanAmount(const Process& process);

// A sum of hazards by cause.
struct Hazards {
  double advance = 0, lost = 0, back = 0;
  double Sum() const { return advance + lost + back; }
};
Hazards DailyHazards(const Process& process, const Skill& skill, int stage, int age, int32_t day);

int Weekday(int32_t day);         // 0: Monday.
int MonthOfQuarter(int32_t day);  // 0 to 2.

}  // namespace quotacast::sample

#endif  // QUOTACAST_CLIENT_SAMPLE_PROCESS_H_
