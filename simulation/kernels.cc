#include "simulation/kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simulation/kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace quotacast::simulation {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr hn::CappedTag<uint32_t, kLanes> kWords;
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

void MarkWins(uint64_t key, uint64_t block, const uint32_t* thresholds, uint64_t* won) {
  Dealt dealt[kLanes];
  Deal(key, block, thresholds, 1, dealt, 1);
  HWY_ALIGN uint8_t misses[kTrialsPerDraw / 8];
  for (size_t l = 0; l < kLanes; ++l) {
    for (size_t t = 0; t < kTrialsPerDraw; t += hn::Lanes(kShorts)) {
      hn::StoreMaskBits(kShorts, hn::MaskFromVec(MissesOf(dealt[l], t)), misses + t / 8);
    }
    for (size_t w = 0; w < kTrialsPerDraw / 64; ++w) {
      uint64_t bits;
      hwy::CopyBytes<8>(misses + 8 * w, &bits);
      won[l * (kTrialsPerDraw / 64) + w] = dealt[l].value == 0 ? 0 : ~bits;
    }
  }
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

WinBits MarkWins(uint64_t key, uint64_t block, const Thresholds& thresholds) {
  WinBits won;
  HWY_DYNAMIC_DISPATCH(MarkWins)(key, block, thresholds.data(), won[0].data());
  return won;
}

}  // namespace quotacast::simulation
#endif  // HWY_ONCE
