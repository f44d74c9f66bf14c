#include "simulation/chance.h"

#include <algorithm>
#include <map>

#include "simulation/portable_math.h"

namespace quotacast::simulation {
namespace {

// A hazard beyond this leaves within the day for certain; keeps the exponential in its domain.
constexpr double kLargestHazard = 600;

struct DayClass {
  int weekday = 0;
  int month = 0;
  double fraction = 1;
  friend bool operator<(const DayClass& a, const DayClass& b) {
    return std::tie(a.weekday, a.month, a.fraction) < std::tie(b.weekday, b.month, b.fraction);
  }
};

// Where a cause leads to that may still be won.
struct Move {
  int cause = 0;
  int target = 0;  // Index among the pipeline's cells; kNone for won.
  bool backward = false;
};

class Recursion {
 public:
  Recursion(const FittedModel& model, int32_t pipeline, Day end)
      : model_(model), pipeline_(model.pipelines[pipeline]), day_count_(end - model.as_of_day) {
    for (const int32_t cell : pipeline_.cell_of_stage) {
      if (cell != kNone) cells_.push_back(cell);
    }
    std::map<DayClass, int> index;
    for (int t = 0; t < day_count_; ++t) {
      const int day_class = DayClassOf(model.as_of_day + t, model.calendar);
      const DayClass c = {day_class % kWeekdayCount, day_class / kWeekdayCount,
                          t == 0 ? model.first_day_fraction : 1};
      const auto [found, added] = index.emplace(c, static_cast<int>(classes_.size()));
      if (added) classes_.push_back(c);
      class_of_day_.push_back(found->second);
    }
  }

  WinChances Run(const CompanyDraw& company, const RepDraw& rep, absl::Span<const Start> starts) {
    int oldest = 0;
    for (const Start& start : starts) oldest = std::max(oldest, start.age_days);
    for (int age = 0; age <= oldest + day_count_; ++age) {
      bucket_of_age_.push_back(BucketOf(age, model_.bucket_starts));
    }
    bucket_count_ = bucket_of_age_.back() + 1;
    for (size_t i = 0; i < cells_.size(); ++i) {
      tables_.push_back(Tabulate(company.cells[cells_[i]], rep.multipliers[cells_[i]], i));
    }
    // One age more than the horizon has days: where the recursion reads what lies beyond it, 0.
    ages_.assign(cells_.size(), std::vector<Lanes>(day_count_ + 2, Broadcast(0)));
    WinChances chances;
    chances.starts.assign(starts.size(), Broadcast(0));
    chances.new_by_day.assign(day_count_, Broadcast(0));
    for (int t = day_count_ - 1; t >= 0; --t) {
      for (size_t i = cells_.size(); i-- > 0;) StepBack(i, t, starts, chances.starts);
      AverageEntries(chances.new_by_day[t]);
    }
    return chances;
  }

 private:
  struct Table {
    std::vector<Move> moves;
    std::vector<Lanes> stay;   // [class][bucket].
    std::vector<Lanes> leave;  // [class][bucket][move].
  };

  std::vector<Move> MovesOf(size_t i) const {
    std::vector<Move> moves;
    const Cell& cell = model_.cells[cells_[i]];
    for (size_t k = 0; k < cell.causes.size(); ++k) {
      const int16_t next = cell.causes[k].next_stage;
      const StageKind kind = pipeline_.stage_kinds[next];
      if (kind == StageKind::kLost) continue;
      Move move = {static_cast<int>(k), kNone, false};
      if (kind == StageKind::kOpen) {
        const auto found =
            std::find(cells_.begin(), cells_.end(), pipeline_.cell_of_stage[next]);
        move.target = static_cast<int>(found - cells_.begin());
        move.backward = next < cell.stage;
      }
      moves.push_back(move);
    }
    return moves;
  }

  Table Tabulate(const std::vector<CauseDraw>& causes, const std::vector<Lanes>& multipliers,
                 size_t i) const {
    Table table;
    table.moves = MovesOf(i);
    const size_t moves = table.moves.size();
    table.stay.resize(classes_.size() * bucket_count_);
    table.leave.resize(table.stay.size() * moves);
    std::vector<Lanes> factors(causes.size());
    for (size_t c = 0; c < classes_.size(); ++c) {
      for (size_t k = 0; k < causes.size(); ++k) {
        const Lanes& weekday = causes[k].weekday[classes_[c].weekday];
        const Lanes& month = causes[k].month_of_quarter[classes_[c].month];
        for (int l = 0; l < kLanes; ++l) {
          factors[k][l] = weekday[l] * month[l] * multipliers[k][l] * classes_[c].fraction;
        }
      }
      for (int b = 0; b < bucket_count_; ++b) {
        const size_t row = c * bucket_count_ + b;
        Lanes sum = Broadcast(0), share;
        for (size_t k = 0; k < causes.size(); ++k) {
          for (int l = 0; l < kLanes; ++l) sum[l] += causes[k].hazards[b][l] * factors[k][l];
        }
        for (int l = 0; l < kLanes; ++l) {
          const double hazard = std::min(sum[l], kLargestHazard);
          table.stay[row][l] = ExpOfMinus(hazard);
          share[l] = (1 - table.stay[row][l]) / (sum[l] + 1e-300);
        }
        for (size_t m = 0; m < moves; ++m) {
          const size_t k = table.moves[m].cause;
          for (int l = 0; l < kLanes; ++l) {
            table.leave[row * moves + m][l] = causes[k].hazards[b][l] * factors[k][l] * share[l];
          }
        }
      }
    }
    return table;
  }

  // From the chances on day t + 1 to those on day t, for the ages that can occur.
  void StepBack(size_t i, int t, absl::Span<const Start> starts, std::vector<Lanes>& chances) {
    const Table& table = tables_[i];
    const size_t first_row = static_cast<size_t>(class_of_day_[t]) * bucket_count_;
    const size_t moves = table.moves.size();
    leave_.assign(bucket_count_, Broadcast(0));
    for (size_t m = 0; m < moves; ++m) {
      const Move& move = table.moves[m];
      // A later cell has been stepped back to day t already, an earlier one is still at t + 1.
      const Lanes value =
          move.target == kNone ? Broadcast(1) : ages_[move.target][move.backward ? 1 : 0];
      for (int b = 0; b < bucket_count_; ++b) {
        const Lanes& p = table.leave[(first_row + b) * moves + m];
        for (int l = 0; l < kLanes; ++l) leave_[b][l] += p[l] * value[l];
      }
    }
    const Lanes* stay = &table.stay[first_row];
    std::vector<Lanes>& ages = ages_[i];
    for (int a = 0; a <= t; ++a) {
      const int b = bucket_of_age_[a];
      for (int l = 0; l < kLanes; ++l) ages[a][l] = leave_[b][l] + stay[b][l] * ages[a + 1][l];
    }
    for (size_t j = 0; j < starts.size(); ++j) {
      if (starts[j].cell != cells_[i]) continue;
      const int b = bucket_of_age_[starts[j].age_days + t];
      for (int l = 0; l < kLanes; ++l) chances[j][l] = leave_[b][l] + stay[b][l] * chances[j][l];
    }
  }

  void AverageEntries(Lanes& chance) const {
    const std::vector<double>& share = pipeline_.arrivals.entry_share;
    for (size_t s = 0; s < share.size(); ++s) {
      if (share[s] == 0 || pipeline_.stage_kinds[s] == StageKind::kLost) continue;
      const auto cell = std::find(cells_.begin(), cells_.end(), pipeline_.cell_of_stage[s]);
      const Lanes won = cell == cells_.end() ? Broadcast(1) : ages_[cell - cells_.begin()][0];
      for (int l = 0; l < kLanes; ++l) chance[l] += share[s] * won[l];
    }
  }

  const FittedModel& model_;
  const FittedPipeline& pipeline_;
  int day_count_;
  std::vector<int32_t> cells_;
  std::vector<DayClass> classes_;
  std::vector<int> class_of_day_, bucket_of_age_;
  int bucket_count_ = 0;
  std::vector<Table> tables_;
  std::vector<std::vector<Lanes>> ages_;  // [cell][age] as of the day last stepped back to.
  std::vector<Lanes> leave_;
};

}  // namespace

WinChances CompileChances(const FittedModel& model, int32_t pipeline, const CompanyDraw& company,
                          const RepDraw& rep, Day end, absl::Span<const Start> starts) {
  return Recursion(model, pipeline, end).Run(company, rep, starts);
}

}  // namespace quotacast::simulation
