#ifndef QUOTACAST_TESTS_SIMULATION_TINY_COMPANY_H_
#define QUOTACAST_TESTS_SIMULATION_TINY_COMPANY_H_

// A made-up company for tests of fit and forecast: one pipeline of two open stages, some reps.

#include <random>
#include <string>

#include "simulation/history.h"

namespace quotacast::simulation {

inline constexpr int64_t kDayUs = 86'400'000'000;
inline constexpr Day kFirstDay = 18'000;

struct TinyCompanyOptions {
  int reps = 4;
  int days = 120;
  double created_per_day = 0.5;  // By a rep.
  double mean_stay_days = 6;     // In a stage.
  double lost_share = 0.3;       // Of what leaves a stage.
  uint64_t seed = 1;
};

// Stages new, offer, won, lost; amounts from 1 to 10 units of money, won as they stand.
inline History TinyCompany(const TinyCompanyOptions& options = {}) {
  History history;
  history.pipelines = {{"p",
                        {{"new", StageKind::kOpen},
                         {"offer", StageKind::kOpen},
                         {"won", StageKind::kWon},
                         {"lost", StageKind::kLost}}}};
  history.teams = {{"company"}, {"half", 0}};
  for (int r = 0; r < options.reps; ++r) {
    history.reps.push_back({"rep" + std::to_string(r), r % 2 == 0 ? 1 : 0});
  }
  std::mt19937_64 random(options.seed);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  for (int day = 0; day < options.days; ++day) {
    for (int r = 0; r < options.reps; ++r) {
      if (uniform() >= options.created_per_day) continue;
      Opportunity opportunity;
      opportunity.id = std::to_string(day) + "/" + std::to_string(r);
      opportunity.rep = r;
      opportunity.amount_micros = static_cast<int64_t>(1 + 9 * uniform()) * 1'000'000;
      opportunity.create_time_us = (kFirstDay + day) * kDayUs + kDayUs / 3;
      const int32_t index = static_cast<int32_t>(history.opportunities.size());
      history.opportunities.push_back(opportunity);
      int64_t time = opportunity.create_time_us;
      history.events.push_back({time, index, 0});
      for (int16_t stage = 0; stage < 2; ++stage) {
        double days = 0.01;
        while (uniform() > 1 / options.mean_stay_days) days += 1;
        time += static_cast<int64_t>(days * static_cast<double>(kDayUs));
        const bool lost = uniform() < options.lost_share;
        history.events.push_back({time, index, static_cast<int16_t>(lost ? 3 : stage + 1)});
        if (lost) break;
      }
    }
  }
  IndexEvents(history);
  return history;
}

}  // namespace quotacast::simulation

#endif  // QUOTACAST_TESTS_SIMULATION_TINY_COMPANY_H_
