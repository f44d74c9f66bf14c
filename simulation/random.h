#ifndef QUOTACAST_SIMULATION_RANDOM_H_
#define QUOTACAST_SIMULATION_RANDOM_H_

// Random numbers by name. The numbers of a stream depend on the seed, the purpose and natural keys
// (hashes of the company's own identifiers) alone: not on threads, order, or what else is in the
// company. Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), a
// counter-based generator: word i of a stream is word i % 4 of the cipher of i / 4.

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace quotacast::simulation {

enum class Purpose : uint32_t {
  kHazard,
  kWeekday,
  kMonthOfQuarter,
  kCompanyShock,
  kRepEffect,
  kRepShock,
  kArrivalWeekday,
  kArrivalRate,
  kArrivalCompanyShock,
  kArrivalCount,
  kArrivalSize,
  kArrivalPlace,
  kWin,
  kAmountRatio,
  kRunRate,
  kSmallShape,
};

// 64-bit hash of an identifier, the same everywhere and for ever (FNV-1a, then mixed).
uint64_t NaturalKey(absl::string_view id);

// A key from two, not symmetric.
uint64_t CombineKeys(uint64_t a, uint64_t b);

class Stream {
 public:
  Stream(uint64_t seed, Purpose purpose, uint64_t key);
  // Words 4 * index to 4 * index + 3.
  std::array<uint32_t, 4> Words(uint64_t index) const;
  uint64_t key() const { return key_; }

 private:
  uint64_t key_;
};

// The middle of the word's interval in (0, 1).
inline double OpenUniform(uint32_t word) { return (word + 0.5) * 0x1p-32; }

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_RANDOM_H_
