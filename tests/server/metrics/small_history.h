#ifndef QUOTACAST_TESTS_SERVER_METRICS_SMALL_HISTORY_H_
#define QUOTACAST_TESTS_SERVER_METRICS_SMALL_HISTORY_H_

// A history written by hand: three open stages, two reps in two teams below one, times in days.

#include <initializer_list>
#include <string>

#include "simulation/history.h"

namespace quotacast::metrics {

enum : int16_t { kNew, kDemo, kOffer, kWon, kLost };
enum : int32_t { kAnn, kBob };
enum : int32_t { kCompany, kEast, kWest };

class SmallHistory {
 public:
  struct Move {
    double day;
    int16_t stage;
    int32_t rep = simulation::kNone;
    int64_t amount = simulation::kUnchanged;
  };

  SmallHistory();
  // Returns its index.
  int32_t AddOpportunity(int32_t rep, double create_day, std::initializer_list<Move> moves,
                         int64_t amount_micros = 100);
  void AddActivity(int32_t rep, int32_t opportunity, double day, simulation::ActivityType type,
                   simulation::ActivityOutcome outcome = simulation::ActivityOutcome::kUnknown);
  void AddQuota(int32_t rep, simulation::Day start, simulation::Day end, int64_t target);
  // With events indexed and activities in time order.
  simulation::History Build() const;

 private:
  simulation::History history_;
};

inline int64_t AtDay(double day) { return static_cast<int64_t>(day * 86'400e6); }

}  // namespace quotacast::metrics

#endif  // QUOTACAST_TESTS_SERVER_METRICS_SMALL_HISTORY_H_
