#include "simulation/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simulation/kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "simulation/calendar.h"

HWY_BEFORE_NAMESPACE();
namespace quotacast::simulation {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::CappedTag<float, kLanes> kFloats;
constexpr hn::CappedTag<uint32_t, kLanes> kWords;
using Floats = hn::Vec<decltype(kFloats)>;
using Words = hn::Vec<decltype(kWords)>;

// High and low halves of the 64-bit products of words.
HWY_INLINE void Multiply(Words a, Words b, Words& high, Words& low) {
  const hn::Repartition<uint64_t, decltype(kWords)> wide;
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(hn::BitCast(kWords, hn::ShiftRight<32>(hn::BitCast(wide, a))),
                               hn::BitCast(kWords, hn::ShiftRight<32>(hn::BitCast(wide, b))));
  high = hn::OddEven(hn::BitCast(kWords, odd), hn::BitCast(kWords, hn::ShiftRight<32>(even)));
  low = hn::OddEven(hn::BitCast(kWords, hn::ShiftLeft<32>(odd)), hn::BitCast(kWords, even));
}

// Philox4x32-10 (Salmon et al. 2011) of a vector of consecutive counters.
HWY_INLINE void Philox(uint64_t key, uint64_t first_counter, Words out[4]) {
  const Words first = hn::Set(kWords, static_cast<uint32_t>(first_counter));
  Words c0 = hn::Add(first, hn::Iota(kWords, 0u));
  // The carry of a counter that passes 2^32 inside the vector.
  Words c1 = hn::Set(kWords, static_cast<uint32_t>(first_counter >> 32));
  c1 = hn::Sub(c1, hn::VecFromMask(kWords, hn::Lt(c0, first)));
  Words c2 = hn::Zero(kWords), c3 = hn::Zero(kWords);
  const Words m0 = hn::Set(kWords, 0xD2511F53u), m1 = hn::Set(kWords, 0xCD9E8D57u);
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    Words high0, low0, high1, low1;
    Multiply(c0, m0, high0, low0);
    Multiply(c2, m1, high1, low1);
    c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(kWords, k0));
    c1 = low1;
    c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(kWords, k1));
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

void PhiloxWords(uint64_t key, uint64_t first_counter, uint32_t* words, size_t count) {
  const size_t lanes = hn::Lanes(kWords);
  HWY_ALIGN uint32_t four[4][kLanes];
  for (size_t i = 0; i < count; i += lanes) {
    Words out[4];
    Philox(key, first_counter + i, out);
    const size_t used = HWY_MIN(lanes, count - i);
    for (size_t w = 0; w < 4; ++w) {
      if (used == lanes) {
        hn::StoreU(out[w], kWords, words + w * count + i);
      } else {
        hn::Store(out[w], kWords, four[w]);
        for (size_t k = 0; k < used; ++k) words[w * count + i + k] = four[w][k];
      }
    }
  }
}

void Ranks(const uint32_t* words, uint32_t* ranks) {
  for (size_t i = 0; i < kLanes; i += hn::Lanes(kWords)) {
    const Words here = hn::LoadU(kWords, words + i);
    Words rank = hn::Zero(kWords);
    for (size_t k = 0; k < kLanes; ++k) {
      // A true mask is all ones: minus one.
      const auto smaller = hn::Lt(hn::Set(kWords, words[k]), here);
      rank = hn::Sub(rank, hn::VecFromMask(kWords, smaller));
    }
    hn::StoreU(rank, kWords, ranks + i);
  }
}

constexpr hn::CappedTag<int16_t, kTrialsPerDraw> kShorts;
using Shorts = hn::Vec<decltype(kShorts)>;

// What decides a deal's trials under one draw, in 16 bits: see AddWins.
struct Dealt {
  int64_t value;  // 0 where it cannot win.
  int16_t scale, curve, offset;
  int16_t limit;  // Of the numbers that win, less 2^15.
};

// The numbers of the 16 draws of a block.
HWY_INLINE void Deal(uint64_t key, uint64_t block, const uint32_t* thresholds, int64_t value,
                     Dealt* dealt, size_t stride) {
  HWY_ALIGN uint32_t words[3][kLanes];
  for (size_t l = 0; l < kLanes; l += hn::Lanes(kWords)) {
    Words out[4];
    Philox(key, block * kLanes + l, out);
    for (size_t w = 0; w < 3; ++w) hn::Store(out[w], kWords, words[w] + l);
  }
  for (size_t l = 0; l < kLanes; ++l) {
    const uint32_t threshold = thresholds[l];
    dealt[l * stride] = {
        threshold == 0 ? 0 : value, static_cast<int16_t>((2 * words[0][l] + 1) << kWithinBits),
        static_cast<int16_t>((2 * words[1][l]) << kWithinBits), static_cast<int16_t>(words[2][l]),
        static_cast<int16_t>(static_cast<int32_t>(threshold) - 1 - (1 << 15))};
  }
}

// All ones in the trials from `first` on that do not win.
HWY_INLINE Shorts MissesOf(const Dealt& dealt, size_t first) {
  const Shorts trial = hn::Iota(kShorts, static_cast<int16_t>(first));
  const Shorts slope =
      hn::Add(hn::Mul(trial, hn::Set(kShorts, dealt.curve)), hn::Set(kShorts, dealt.scale));
  const Shorts number = hn::Add(hn::Mul(trial, slope), hn::Set(kShorts, dealt.offset));
  return hn::VecFromMask(kShorts, hn::Gt(number, hn::Set(kShorts, dealt.limit)));
}

void AddWins(const uint64_t* keys, const uint32_t* thresholds, const int64_t* values, size_t count,
             uint64_t block, int64_t* trials) {
  constexpr size_t kDealsAtATime = 64;
  Dealt dealt[kDealsAtATime * kLanes];
  const hn::Half<decltype(kShorts)> half_shorts;
  const hn::Rebind<int32_t, decltype(half_shorts)> ints;
  const hn::Half<decltype(ints)> half_ints;
  const hn::Rebind<int64_t, decltype(half_ints)> longs;
  const size_t step = hn::Lanes(kShorts), quarter = hn::Lanes(longs);
  for (size_t done = 0; done < count; done += kDealsAtATime) {
    const size_t deals = HWY_MIN(kDealsAtATime, count - done);
    for (size_t d = 0; d < deals; ++d) {
      Deal(keys[done + d], block, thresholds + (done + d) * kLanes, values[done + d], dealt + d,
           kDealsAtATime);
    }
    for (size_t l = 0; l < kLanes; ++l) {
      const Dealt* of_draw = dealt + l * kDealsAtATime;
      for (size_t t = 0; t < kTrialsPerDraw; t += step) {
        int64_t* const at = trials + l * kTrialsPerDraw + t;
        auto sum0 = hn::LoadU(longs, at), sum1 = hn::LoadU(longs, at + quarter);
        auto sum2 = hn::LoadU(longs, at + 2 * quarter), sum3 = hn::LoadU(longs, at + 3 * quarter);
        for (size_t d = 0; d < deals; ++d) {
          const Shorts misses = MissesOf(of_draw[d], t);
          const auto value = hn::Set(longs, of_draw[d].value);
          const auto low = hn::PromoteTo(ints, hn::LowerHalf(half_shorts, misses));
          const auto high = hn::PromoteTo(ints, hn::UpperHalf(half_shorts, misses));
          const auto taken = [&](auto part)
                                 HWY_ATTR { return hn::AndNot(hn::PromoteTo(longs, part), value); };
          sum0 = hn::Add(sum0, taken(hn::LowerHalf(half_ints, low)));
          sum1 = hn::Add(sum1, taken(hn::UpperHalf(half_ints, low)));
          sum2 = hn::Add(sum2, taken(hn::LowerHalf(half_ints, high)));
          sum3 = hn::Add(sum3, taken(hn::UpperHalf(half_ints, high)));
        }
        hn::StoreU(sum0, longs, at);
        hn::StoreU(sum1, longs, at + quarter);
        hn::StoreU(sum2, longs, at + 2 * quarter);
        hn::StoreU(sum3, longs, at + 3 * quarter);
      }
    }
  }
}

void MarkWins(uint64_t key, uint64_t block, const uint32_t* thresholds, uint8_t* won) {
  Dealt dealt[kLanes];
  Deal(key, block, thresholds, 1, dealt, 1);
  HWY_ALIGN int16_t flags[kTrialsPerDraw];
  for (size_t l = 0; l < kLanes; ++l) {
    for (size_t t = 0; t < kTrialsPerDraw; t += hn::Lanes(kShorts)) {
      hn::Store(MissesOf(dealt[l], t), kShorts, flags + t);
    }
    for (size_t t = 0; t < kTrialsPerDraw; ++t) {
      won[l * kTrialsPerDraw + t] = flags[t] == 0 && dealt[l].value != 0 ? 1 : 0;
    }
  }
}

// exp(-x) and 1 - exp(-x), the latter without loss of digits, for 0 <= x <= 80: Cody-Waite
// reduction by ln 2, then the Taylor polynomial of exp(r) - 1 on |r| <= ln(2) / 2.
HWY_INLINE void ExpOfMinus(Floats x, Floats& exp, Floats& one_less_exp) {
  const hn::RebindToSigned<decltype(kFloats)> ints;
  const Floats k = hn::Round(hn::Mul(x, hn::Set(kFloats, -1.44269504f)));
  Floats r = hn::Sub(hn::Neg(x), hn::Mul(k, hn::Set(kFloats, 0.693359375f)));
  r = hn::Sub(r, hn::Mul(k, hn::Set(kFloats, -2.12194440e-4f)));
  Floats p = hn::Set(kFloats, 1.0f / 720);
  p = hn::Add(hn::Mul(p, r), hn::Set(kFloats, 1.0f / 120));
  p = hn::Add(hn::Mul(p, r), hn::Set(kFloats, 1.0f / 24));
  p = hn::Add(hn::Mul(p, r), hn::Set(kFloats, 1.0f / 6));
  p = hn::Add(hn::Mul(p, r), hn::Set(kFloats, 0.5f));
  p = hn::Add(hn::Mul(hn::Mul(p, r), r), r);
  const auto exponent = hn::Add(hn::ConvertTo(ints, k), hn::Set(ints, 127));
  const Floats scale = hn::BitCast(kFloats, hn::ShiftLeft<23>(exponent));
  const Floats scaled = hn::Mul(scale, p);
  exp = hn::Add(scale, scaled);
  one_less_exp = hn::Sub(hn::Sub(hn::Set(kFloats, 1.0f), scale), scaled);
}

class Recursion {
 public:
  Recursion(const RecursionPlan& plan, const RecursionDraw& draw, RecursionScratch& scratch,
            Lanes* chances, Lanes* entered)
      : plan_(plan), draw_(draw), scratch_(scratch), chances_(chances), entered_(entered) {}

  void Run() {
    const size_t cells = plan_.cells.size();
    const size_t days = static_cast<size_t>(plan_.day_count);
    // One age more than there are days: what lies beyond the horizon, 0.
    age_stride_ = days + 1;
    scratch_.ages.assign(age_stride_ * cells, Broadcast(0));
    size_t tables = 0, leave = 0;
    for (const PlannedCell& cell : plan_.cells) {
      const size_t buckets = static_cast<size_t>(cell.bucket_count);
      // Without backward moves one cell is done before the next begins, and their room is the same.
      first_table_.push_back(plan_.has_backward_moves ? tables : 0);
      first_leave_.push_back(plan_.has_backward_moves ? leave : 0);
      tables += plan_.table_class.size() * buckets * (1 + cell.moves.size());
      leave += days * buckets;
    }
    if (scratch_.tables.size() < tables) scratch_.tables.resize(tables);
    if (scratch_.leave.size() < leave) scratch_.leave.resize(leave);
    if (plan_.has_backward_moves) {
      for (size_t i = 0; i < cells; ++i) Tabulate(i);
      for (int t = plan_.day_count - 1; t >= 0; --t) {
        for (size_t i = cells; i-- > 0;) StepBack(i, t);
      }
      for (size_t i = 0; i < cells; ++i) FollowStarts(i);
    } else {
      for (size_t i = cells; i-- > 0;) {
        Tabulate(i);
        for (int t = plan_.day_count - 1; t >= 0; --t) StepBack(i, t);
        FollowStarts(i);
      }
    }
  }

 private:
  // Rows of a table, one for each bucket: first the chance to stay, then those of the moves.
  Lanes* TableOf(size_t i, int table) {
    const PlannedCell& cell = plan_.cells[i];
    return &scratch_.tables[first_table_[i] + static_cast<size_t>(table) *
                                                  static_cast<size_t>(cell.bucket_count) *
                                                  (1 + cell.moves.size())];
  }

  void Tabulate(size_t i) {
    const PlannedCell& cell = plan_.cells[i];
    const size_t causes = static_cast<size_t>(cell.cause_count);
    const size_t first = static_cast<size_t>(cell.first_cause);
    const size_t row = 1 + cell.moves.size();
    if (scratch_.factors.size() < causes) scratch_.factors.resize(causes);
    for (size_t c = 0; c < plan_.table_class.size(); ++c) {
      const Floats fraction = hn::Set(kFloats, plan_.table_fraction[c]);
      Lanes* table = TableOf(i, static_cast<int>(c));
      for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
        for (size_t k = 0; k < causes; ++k) {
          const Lanes& day = draw_.day_factors[(first + k) * kDayClassCount +
                                               static_cast<size_t>(plan_.table_class[c])];
          const Floats factor =
              hn::Mul(Load(day, l), hn::Mul(Load(draw_.multipliers[first + k], l), fraction));
          Store(factor, scratch_.factors[k], l);
        }
        for (size_t b = 0; b < static_cast<size_t>(cell.bucket_count); ++b) {
          const Lanes* hazards = draw_.hazards + b;
          const size_t stride = static_cast<size_t>(draw_.bucket_stride);
          Floats sum = hn::Zero(kFloats);
          for (size_t k = 0; k < causes; ++k) {
            sum = hn::Add(
                sum, hn::Mul(Load(hazards[(first + k) * stride], l), Load(scratch_.factors[k], l)));
          }
          // A hazard beyond 80 leaves within the day for certain.
          Floats stay, leave;
          ExpOfMinus(hn::Min(sum, hn::Set(kFloats, 80.0f)), stay, leave);
          Store(stay, table[b * row], l);
          const Floats share = hn::Div(leave, hn::Add(sum, hn::Set(kFloats, 1e-30f)));
          for (size_t m = 0; m < cell.moves.size(); ++m) {
            const size_t k = static_cast<size_t>(cell.moves[m].cause);
            const Floats hazard =
                hn::Mul(Load(hazards[(first + k) * stride], l), Load(scratch_.factors[k], l));
            Store(hn::Mul(hazard, share), table[b * row + 1 + m], l);
          }
        }
      }
    }
  }

  // Chances of each bucket to leave on day t and be won.
  Lanes* LeaveOf(size_t i, int t) {
    return &scratch_.leave[first_leave_[i] + static_cast<size_t>(t) *
                                                 static_cast<size_t>(plan_.cells[i].bucket_count)];
  }

  // From the chances on day t + 1 to those on day t, for the ages that something which entered
  // within the horizon can have.
  void StepBack(size_t i, int t) {
    const PlannedCell& cell = plan_.cells[i];
    const size_t row = 1 + cell.moves.size();
    const size_t buckets = static_cast<size_t>(cell.bucket_count);
    const Lanes* table = TableOf(i, plan_.table_of_day[static_cast<size_t>(t)]);
    Lanes* ages = &scratch_.ages[i * age_stride_];
    Lanes* leaves = LeaveOf(i, t);
    const size_t end = static_cast<size_t>(t) + 1;
    for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
      for (size_t b = 0; b < buckets; ++b) {
        Floats sum = hn::Zero(kFloats);
        for (size_t m = 0; m < cell.moves.size(); ++m) {
          const Floats chance = Load(table[b * row + 1 + m], l);
          sum = hn::Add(sum, hn::Mul(chance, ValueOf(cell.moves[m], t, l)));
        }
        Store(sum, leaves[b], l);
      }
      size_t a = 0;
      for (size_t b = 0; a < end; ++b) {
        const Floats leave = Load(leaves[b], l), stay = Load(table[b * row], l);
        const bool last = b + 1 == plan_.bucket_starts.size();
        const size_t bucket_end = last ? end : static_cast<size_t>(plan_.bucket_starts[b + 1]);
        StepAges(leave, stay, ages, a, HWY_MIN(end, bucket_end), l);
        a = HWY_MIN(end, bucket_end);
      }
      Store(Load(ages[0], l), entered_[i * static_cast<size_t>(plan_.day_count) + end - 1], l);
    }
  }

  static void StepAges(Floats leave, Floats stay, Lanes* ages, size_t a, size_t end, size_t l) {
    for (; a + 4 <= end; a += 4) {
      const Floats v0 = Load(ages[a + 1], l), v1 = Load(ages[a + 2], l);
      const Floats v2 = Load(ages[a + 3], l), v3 = Load(ages[a + 4], l);
      Store(hn::Add(leave, hn::Mul(stay, v0)), ages[a], l);
      Store(hn::Add(leave, hn::Mul(stay, v1)), ages[a + 1], l);
      Store(hn::Add(leave, hn::Mul(stay, v2)), ages[a + 2], l);
      Store(hn::Add(leave, hn::Mul(stay, v3)), ages[a + 3], l);
    }
    for (; a < end; ++a) {
      Store(hn::Add(leave, hn::Mul(stay, Load(ages[a + 1], l))), ages[a], l);
    }
  }

  // The chances of what is open on the first day, four at a time so that one need not wait for the
  // other; the last four may overlap.
  void FollowStarts(size_t i) {
    const std::vector<PlannedStart>& starts = plan_.cells[i].starts;
    const size_t row = 1 + plan_.cells[i].moves.size();
    for (size_t first = 0; first < starts.size(); first += 4) {
      const PlannedStart* four[4];
      for (size_t j = 0; j < 4; ++j) four[j] = &starts[HWY_MIN(first + j, starts.size() - 1)];
      const int* bucket[4];
      for (size_t j = 0; j < 4; ++j) bucket[j] = &plan_.bucket_of_age[four[j]->age_days];
      for (size_t l = 0; l < kLanes; l += hn::Lanes(kFloats)) {
        Floats v0 = hn::Zero(kFloats), v1 = v0, v2 = v0, v3 = v0;
        for (int t = plan_.day_count - 1; t >= 0; --t) {
          const Lanes* leave = LeaveOf(i, t);
          const Lanes* stay = TableOf(i, plan_.table_of_day[static_cast<size_t>(t)]);
          const auto step = [&](int b, Floats v) HWY_ATTR {
            return hn::Add(Load(leave[b], l),
                           hn::Mul(Load(stay[static_cast<size_t>(b) * row], l), v));
          };
          v0 = step(bucket[0][t], v0);
          v1 = step(bucket[1][t], v1);
          v2 = step(bucket[2][t], v2);
          v3 = step(bucket[3][t], v3);
        }
        Store(v0, chances_[four[0]->output], l);
        Store(v1, chances_[four[1]->output], l);
        Store(v2, chances_[four[2]->output], l);
        Store(v3, chances_[four[3]->output], l);
      }
    }
  }

  // A later cell has been stepped back to day t already, an earlier one is still at t + 1.
  Floats ValueOf(const Move& move, int t, size_t l) const {
    if (move.target < 0) return hn::Set(kFloats, 1.0f);
    const size_t target = static_cast<size_t>(move.target);
    if (move.backward) return Load(scratch_.ages[target * age_stride_ + 1], l);
    return Load(entered_[target * static_cast<size_t>(plan_.day_count) + static_cast<size_t>(t)],
                l);
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
  size_t age_stride_ = 0;
  std::vector<size_t> first_table_, first_leave_;
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

HWY_EXPORT(PhiloxWords);
HWY_EXPORT(Ranks);
HWY_EXPORT(AddWins);
HWY_EXPORT(MarkWins);
HWY_EXPORT(RunRecursion);

void PhiloxWords(uint64_t key, uint64_t first_counter, absl::Span<uint32_t> words) {
  HWY_DYNAMIC_DISPATCH(PhiloxWords)(key, first_counter, words.data(), words.size() / 4);
}

std::array<int, kLanes> RanksOf(const std::array<uint32_t, kLanes>& words) {
  std::array<uint32_t, kLanes> ranks;
  HWY_DYNAMIC_DISPATCH(Ranks)(words.data(), ranks.data());
  std::array<int, kLanes> signed_ranks;
  for (size_t i = 0; i < kLanes; ++i) signed_ranks[i] = static_cast<int>(ranks[i]);
  return signed_ranks;
}

void AddWins(absl::Span<const uint64_t> keys, absl::Span<const Thresholds> thresholds,
             absl::Span<const int64_t> values, uint64_t block, int64_t* trials) {
  if (keys.empty()) return;
  HWY_DYNAMIC_DISPATCH(AddWins)
  (keys.data(), thresholds[0].data(), values.data(), keys.size(), block, trials);
}

void MarkWins(uint64_t key, uint64_t block, const Thresholds& thresholds, uint8_t* won) {
  HWY_DYNAMIC_DISPATCH(MarkWins)(key, block, thresholds.data(), won);
}

void RunRecursion(const RecursionPlan& plan, const RecursionDraw& draw, RecursionScratch& scratch,
                  absl::Span<Lanes> chances, absl::Span<Lanes> entered) {
  HWY_DYNAMIC_DISPATCH(RunRecursion)(plan, draw, scratch, chances.data(), entered.data());
}

}  // namespace quotacast::simulation
#endif  // HWY_ONCE
