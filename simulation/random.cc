#include "simulation/random.h"

#include <Random123/philox.h>

namespace quotacast::simulation {
namespace {

// The finalizer of SplitMix64 (Steele et al. 2014): a bijection that avalanches.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

uint64_t NaturalKey(absl::string_view id) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return Mix(hash);
}

uint64_t CombineKeys(uint64_t a, uint64_t b) {
  return Mix(Mix(a + 0x9e3779b97f4a7c15ULL) ^ (b + 0x9e3779b97f4a7c15ULL));
}

Stream::Stream(uint64_t seed, Purpose purpose, uint64_t key)
    : key_(CombineKeys(CombineKeys(seed, static_cast<uint64_t>(purpose)), key)) {}

std::array<uint32_t, 4> Stream::Words(uint64_t index) const {
  const r123::Philox4x32::ctr_type counter = {
      {static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), 0, 0}};
  const r123::Philox4x32::key_type key = {
      {static_cast<uint32_t>(key_), static_cast<uint32_t>(key_ >> 32)}};
  const r123::Philox4x32::ctr_type out = r123::Philox4x32()(counter, key);
  return {out[0], out[1], out[2], out[3]};
}

}  // namespace quotacast::simulation
