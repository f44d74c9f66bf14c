#include "simulation/recursion.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simulation/recursion.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>

#include "simulation/calendar.h"
#include "simulation/day_chances-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quotacast::simulation {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kChains = 8;

constexpr Lanes kNothing = Broadcast(0), kWon = Broadcast(1);

class Recursion {
 public:
  Recursion(const RecursionPlan& plan, const RecursionDraw& draw, RecursionScratch& scratch,
            Lanes* chances, Lanes* entered)
      : plan_(plan),
        draw_(draw),
        scratch_(scratch),
        chances_(chances),
        entered_(entered),
        days_(static_cast<size_t>(plan.day_count)),
        day_stride_(days_ + kChains - 1) {}

  void Run() {
    if (plan_.has_backward_moves) {
      RunTogether();
    } else {
      for (size_t i = plan_.cells.size(); i-- > 0;) RunAlone(i);
    }
  }

 private:
  // Rows of tables and chances of one bucket of a cell.
  struct Rows {
    Lanes* table;  // [1 + move][table]: chance to stay, then those of the moves.
    Lanes* leave;  // [day]: chance to leave on the day and be won,
    Lanes* stay;   // and to stay.
  };

  size_t BucketsOf(size_t i) const { return static_cast<size_t>(plan_.cells[i].bucket_count); }
  size_t MovesOf(size_t i) const { return plan_.cells[i].moves.size(); }

  // A cell whose moves all lead forward, the later cells being done. One bucket after the other,
  // from the oldest, so that all that is worked on stays near: every chance is carried back through
  // the ages of the bucket before the next.
  void RunAlone(size_t i) {
    Resize(scratch_.tables, plan_.table_class.size() * (1 + MovesOf(i)));
    Resize(scratch_.leave, day_stride_);
    Resize(scratch_.stay, day_stride_);
    scratch_.ages.assign(day_stride_, Broadcast(0));
    const Rows rows = {scratch_.tables.data(), scratch_.leave.data(), scratch_.stay.data()};
    for (size_t t = days_; t < day_stride_; ++t) rows.leave[t] = rows.stay[t] = Broadcast(0);
    SetFactors(i);
    for (const PlannedStart& start : plan_.cells[i].starts) chances_[start.output] = Broadcast(0);
    for (size_t b = BucketsOf(i); b-- > 0;) {
      Tabulate(i, b, rows.table);
      LeaveAndStay(i, rows, FirstDayOf(i, b), days_);
      FollowEntries(b, rows);
      FollowStarts(i, b, rows);
    }
    std::copy(scratch_.ages.begin(), scratch_.ages.begin() + days_, entered_ + i * days_);
  }

  // All cells, day by day, where one may lead back to another.
  void RunTogether() {
    const size_t cells = plan_.cells.size();
    std::vector<std::vector<Rows>> rows(cells);  // Of each cell and bucket.
    size_t tables = 0, days = 0;
    for (size_t i = 0; i < cells; ++i) {
      tables += BucketsOf(i) * plan_.table_class.size() * (1 + MovesOf(i));
      days += BucketsOf(i) * days_;
    }
    Resize(scratch_.tables, tables);
    Resize(scratch_.leave, days);
    Resize(scratch_.stay, days);
    Rows next = {scratch_.tables.data(), scratch_.leave.data(), scratch_.stay.data()};
    for (size_t i = 0; i < cells; ++i) {
      SetFactors(i);
      for (size_t b = 0; b < BucketsOf(i); ++b) {
        Tabulate(i, b, next.table);
        rows[i].push_back(next);
        next.table += plan_.table_class.size() * (1 + MovesOf(i));
        next.leave += days_;
        next.stay += days_;
      }
    }
    // One age more than there are days: what lies beyond the horizon, 0.
    scratch_.ages.assign((days_ + 1) * cells, Broadcast(0));
    for (size_t t = days_; t-- > 0;) {
      for (size_t i = cells; i-- > 0;) {
        for (const Rows& of_bucket : rows[i]) LeaveAndStay(i, of_bucket, t, t + 1);
        StepBack(i, t, rows[i]);
      }
    }
    for (size_t i = 0; i < cells; ++i) {
      for (const PlannedStart& start : plan_.cells[i].starts) chances_[start.output] = Broadcast(0);
      for (size_t b = BucketsOf(i); b-- > 0;) FollowStarts(i, b, rows[i][b]);
    }
  }

  static void Resize(std::vector<Lanes>& room, size_t size) {
    if (room.size() < size) room.resize(size);
  }

  // What each table multiplies the hazards of each cause by: [table][cause].
  void SetFactors(size_t i) {
    const PlannedCell& cell = plan_.cells[i];
    const size_t causes = static_cast<size_t>(cell.cause_count);
    Resize(scratch_.factors, plan_.table_class.size() * causes);
    for (size_t c = 0; c < plan_.table_class.size(); ++c) {
      const Floats fraction = hn::Set(kFloats, plan_.table_fraction[c]);
      for (size_t k = 0; k < causes; ++k) {
        const size_t cause = static_cast<size_t>(cell.first_cause) + k;
        const Lanes& day =
            draw_.day_factors[cause * kDayClassCount + static_cast<size_t>(plan_.table_class[c])];
        for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
          const Floats factor =
              hn::Mul(Load(day, l), hn::Mul(Load(draw_.multipliers[cause], l), fraction));
          Store(factor, scratch_.factors[c * causes + k], l);
        }
      }
    }
  }

  void Tabulate(size_t i, size_t b, Lanes* table) {
    const PlannedCell& cell = plan_.cells[i];
    const size_t causes = static_cast<size_t>(cell.cause_count);
    const size_t stride = static_cast<size_t>(draw_.bucket_stride);
    const Lanes* const hazards = draw_.hazards + static_cast<size_t>(cell.first_cause) * stride + b;
    const Move* const moves = cell.moves.data();
    const size_t move_count = cell.moves.size(), tables = plan_.table_class.size();
    for (size_t c = 0; c < tables; ++c) {
      const Lanes* const factors = &scratch_.factors[c * causes];
      for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
        Floats sum = hn::Zero(kFloats);
        for (size_t k = 0; k < causes; ++k) {
          sum = hn::Add(sum, hn::Mul(Load(hazards[k * stride], l), Load(factors[k], l)));
        }
        Floats stay, share;
        DayWith(sum, stay, share);
        Store(stay, table[c], l);
        for (size_t m = 0; m < move_count; ++m) {
          const size_t k = static_cast<size_t>(moves[m].cause);
          const Floats hazard = hn::Mul(Load(hazards[k * stride], l), Load(factors[k], l));
          Floats chance = hn::Mul(hazard, share);
          // Mostly all may leave.
          if (moves[m].may_leave < 1) {
            chance = hn::Mul(chance, hn::Set(kFloats, moves[m].may_leave));
          }
          Store(chance, table[(1 + m) * tables + c], l);
        }
      }
    }
  }

  // Before this day nothing in the cell is in the bucket.
  size_t FirstDayOf(size_t i, size_t b) const {
    return static_cast<size_t>(HWY_MAX(0, plan_.bucket_starts[b] - plan_.cells[i].oldest_days));
  }

  // Of the days [from, to).
  void LeaveAndStay(size_t i, const Rows& rows, size_t from, size_t to) {
    const std::vector<Move>& moves = plan_.cells[i].moves;
    const size_t tables = plan_.table_class.size();
    const int* const table_of_day = plan_.table_of_day.data();
    const Values none = {&kNothing, 0};
    const Values first = moves.empty() ? none : ValuesOf(moves[0], from);
    const Lanes* const to_stay = rows.table;
    const Lanes* const to_leave = moves.empty() ? to_stay : to_stay + tables;
    Lanes* const leave = rows.leave;
    Lanes* const stay = rows.stay;
    for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
      for (size_t t = from; t < to; ++t) {
        const size_t c = static_cast<size_t>(table_of_day[t]);
        const Floats value = Load(first.first[(t - from) * first.step], l);
        Store(Load(to_stay[c], l), stay[t], l);
        Store(hn::Mul(Load(to_leave[c], l), value), leave[t], l);
      }
      for (size_t m = 1; m < moves.size(); ++m) {
        const Values values = ValuesOf(moves[m], from);
        const Lanes* const chances = rows.table + (1 + m) * tables;
        for (size_t t = from; t < to; ++t) {
          const Floats chance = Load(chances[static_cast<size_t>(table_of_day[t])], l);
          const Floats won = hn::Mul(chance, Load(values.first[(t - from) * values.step], l));
          Store(hn::Add(Load(leave[t], l), won), leave[t], l);
        }
      }
    }
  }

  // Carries the chances of what enters on each day, in scratch_.ages, back through a bucket's ages;
  // kChains days at a time, so that one need not wait for the other.
  void FollowEntries(size_t b, const Rows& rows) {
    const size_t start = static_cast<size_t>(plan_.bucket_starts[b]);
    for (size_t day = 0; day + start < days_; day += kChains) {
      const size_t end = HWY_MIN(EndOf(b), days_ - day);
      const Lanes* leave = rows.leave + day;
      const Lanes* stay = rows.stay + day;
      Lanes* values = &scratch_.ages[day];
      for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
        Floats v0 = Load(values[0], l), v1 = Load(values[1], l), v2 = Load(values[2], l);
        Floats v3 = Load(values[3], l), v4 = Load(values[4], l), v5 = Load(values[5], l);
        Floats v6 = Load(values[6], l), v7 = Load(values[7], l);
        for (size_t a = end; a-- > start;) {
          const auto step = [&](size_t j, Floats v) HWY_ATTR {
            return hn::Add(Load(leave[a + j], l), hn::Mul(Load(stay[a + j], l), v));
          };
          v0 = step(0, v0);
          v1 = step(1, v1);
          v2 = step(2, v2);
          v3 = step(3, v3);
          v4 = step(4, v4);
          v5 = step(5, v5);
          v6 = step(6, v6);
          v7 = step(7, v7);
        }
        Store(v0, values[0], l);
        Store(v1, values[1], l);
        Store(v2, values[2], l);
        Store(v3, values[3], l);
        Store(v4, values[4], l);
        Store(v5, values[5], l);
        Store(v6, values[6], l);
        Store(v7, values[7], l);
      }
    }
  }

  // The days that something open on the first day spends in a bucket.
  struct Stretch {
    Lanes* chance;
    size_t begin, end;
  };
  Stretch StretchOf(const PlannedStart& start, size_t b) const {
    const size_t age = static_cast<size_t>(start.age_days);
    const size_t first = static_cast<size_t>(plan_.bucket_starts[b]), last = EndOf(b);
    const size_t begin = first > age ? first - age : 0;
    return {chances_ + start.output, begin, last <= age ? begin : HWY_MIN(days_, last - age)};
  }

  // The same for what is open on the first day, several at a time.
  void FollowStarts(size_t i, size_t b, const Rows& rows) {
    constexpr size_t kTogether = 4;
    Stretch some[kTogether];
    size_t count = 0;
    for (const PlannedStart& start : plan_.cells[i].starts) {
      const Stretch stretch = StretchOf(start, b);
      if (stretch.begin >= stretch.end) continue;
      some[count++] = stretch;
      if (count < kTogether) continue;
      FollowTogether(some, rows);
      count = 0;
    }
    for (size_t k = 0; k < count; ++k) Follow(some[k], rows);
  }

  // As far as all of them go, then each to its begin.
  void FollowTogether(const Stretch (&some)[4], const Rows& rows) {
    size_t common = std::numeric_limits<size_t>::max();
    for (const Stretch& stretch : some) common = HWY_MIN(common, stretch.end - stretch.begin);
    for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
      Floats v0 = Load(*some[0].chance, l), v1 = Load(*some[1].chance, l);
      Floats v2 = Load(*some[2].chance, l), v3 = Load(*some[3].chance, l);
      for (size_t k = 1; k <= common; ++k) {
        v0 = Step(rows, some[0].end - k, v0, l);
        v1 = Step(rows, some[1].end - k, v1, l);
        v2 = Step(rows, some[2].end - k, v2, l);
        v3 = Step(rows, some[3].end - k, v3, l);
      }
      Store(v0, *some[0].chance, l);
      Store(v1, *some[1].chance, l);
      Store(v2, *some[2].chance, l);
      Store(v3, *some[3].chance, l);
    }
    for (Stretch rest : some) {
      rest.end -= common;
      Follow(rest, rows);
    }
  }

  void Follow(const Stretch& stretch, const Rows& rows) {
    for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
      Floats value = Load(*stretch.chance, l);
      for (size_t t = stretch.end; t-- > stretch.begin;) value = Step(rows, t, value, l);
      Store(value, *stretch.chance, l);
    }
  }

  // From the value on the day after t to that on day t.
  static HWY_INLINE Floats Step(const Rows& rows, size_t t, Floats value, size_t l) {
    return hn::Add(Load(rows.leave[t], l), hn::Mul(Load(rows.stay[t], l), value));
  }

  // The first age beyond a bucket.
  size_t EndOf(size_t b) const {
    return b + 1 < plan_.bucket_starts.size() ? static_cast<size_t>(plan_.bucket_starts[b + 1])
                                              : std::numeric_limits<size_t>::max();
  }

  // From the chances on day t + 1 to those on day t, for the ages that something which entered
  // within the horizon can have.
  void StepBack(size_t i, size_t t, const std::vector<Rows>& rows) {
    Lanes* const ages = &scratch_.ages[i * (days_ + 1)];
    for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
      size_t a = 0;
      for (size_t b = 0; a <= t; ++b) {
        const Floats leave = Load(rows[b].leave[t], l), stay = Load(rows[b].stay[t], l);
        const size_t end = HWY_MIN(EndOf(b), t + 1);
        for (; a < end; ++a) {
          Store(hn::Add(leave, hn::Mul(stay, Load(ages[a + 1], l))), ages[a], l);
        }
      }
      Store(Load(ages[0], l), entered_[i * days_ + t], l);
    }
  }

  // What a move on each day from `from` on is worth. A later cell has been stepped back to the day
  // already, an earlier one is still at the next.
  struct Values {
    const Lanes* first;
    size_t step;
  };
  Values ValuesOf(const Move& move, size_t from) const {
    if (move.target < 0) return {&kWon, 0};
    const size_t target = static_cast<size_t>(move.target);
    if (move.backward) return {&scratch_.ages[target * (days_ + 1) + 1], 0};
    return {entered_ + target * days_ + from, 1};
  }

  static Floats Load(const Lanes& lanes, size_t l) {
    return hn::Load(kFloats, lanes.at.data() + l);
  }
  static void Store(Floats values, Lanes& lanes, size_t l) {
    hn::Store(values, kFloats, lanes.at.data() + l);
  }

  const RecursionPlan& plan_;
  const RecursionDraw& draw_;
  RecursionScratch& scratch_;
  Lanes* chances_;
  Lanes* entered_;
  const size_t days_, day_stride_;
};

void RunRecursion(const RecursionPlan& plan, const RecursionDraw& draw, RecursionScratch& scratch,
                  Lanes* chances, Lanes* entered) {
  Recursion(plan, draw, scratch, chances, entered).Run();
}

}  // namespace HWY_NAMESPACE
}  // namespace quotacast::simulation
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quotacast::simulation {

HWY_EXPORT(RunRecursion);

void RunRecursion(const RecursionPlan& plan, const RecursionDraw& draw, RecursionScratch& scratch,
                  absl::Span<Lanes> chances, absl::Span<Lanes> entered) {
  HWY_DYNAMIC_DISPATCH(RunRecursion)(plan, draw, scratch, chances.data(), entered.data());
}

}  // namespace quotacast::simulation
#endif  // HWY_ONCE
