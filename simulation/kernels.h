#ifndef QUOTACAST_SIMULATION_KERNELS_H_
#define QUOTACAST_SIMULATION_KERNELS_H_

// The inner loops, for the vector instructions that the machine has (AVX-512, AVX2 or what every
// x86-64 has), chosen at run time by Highway. Each works element by element with operations that
// are rounded as IEEE 754 says and never fused, so all of them give the same bits.

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulation/lanes.h"

namespace quotacast::simulation {

// Words 0 to 3 of Philox4x32-10 of the counters first, first + 1, ...: words[i] of counter i / 4's
// word i % 4 is in words[i % 4 * count + i / 4], count = words.size() / 4.
void PhiloxWords(uint64_t key, uint64_t first_counter, absl::Span<uint32_t> words);

// ranks[i] = how many of `words` are smaller than words[i].
std::array<int, kLanes> RanksOf(const std::array<uint32_t, kLanes>& words);

inline constexpr int kTrialsPerDraw = 128;
inline constexpr int kTrialsPerBlock = kTrialsPerDraw * kLanes;
inline constexpr uint32_t kCertain = 1 << 16;
inline constexpr int kWithinBits = 9;  // 2^16 / kTrialsPerDraw = 2^kWithinBits.

// Of a deal, for each draw of a block: how many of 2^16 numbers win; at most kCertain.
using Thresholds = std::array<uint32_t, kLanes>;

// Adds to each trial of a block (trial t of draw l at l * kTrialsPerDraw + t) the values of the
// deals that win in it, modulo 2^64. A deal wins where its number in the trial is below its
// threshold. The numbers of a draw's trials t = 0, 1, ... are
//
//   512 ((a t + c t^2 + b) mod 128) + s,   a odd, c even, 0 <= s < 512
//
// with a, b, c and s drawn by the stream `keys[i]` for the draw. Such a polynomial is a permutation
// of the residues modulo a power of two (Rivest 2001, "Permutation polynomials modulo 2^w"): each
// 128th part of the range is hit once (Latin hypercube sampling), so that a deal wins as often as
// it should, but for one trial, under every draw; and since b and s are uniform and each deal has
// its own, in any one trial the numbers of all deals are uniform and independent.
void AddWins(absl::Span<const uint64_t> keys, absl::Span<const Thresholds> thresholds,
             absl::Span<const int64_t> values, uint64_t block, int64_t* trials);

// Of the trials of each draw: bit t % 64 of word t / 64.
using WinBits = std::array<std::array<uint64_t, kTrialsPerDraw / 64>, kLanes>;

// Which trials win, by the same numbers.
WinBits MarkWins(uint64_t key, uint64_t block, const Thresholds& thresholds);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_KERNELS_H_
