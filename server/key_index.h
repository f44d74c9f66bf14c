#ifndef QUOTACAST_SERVER_KEY_INDEX_H_
#define QUOTACAST_SERVER_KEY_INDEX_H_

#include <bit>
#include <cstdint>
#include <vector>

#include "server/storage/records.h"
#include "simulation/history.h"

namespace quotacast {

// Numbers keys in their order, from 0. A bit for each key from the first to the last, and counts: a
// fifth of a byte, where a hash table takes some twenty for each key that is numbered, so that it
// stays in the cache. The keys of a company's facts lie close together.
class KeyIndex {
 public:
  // Keys must come in ascending order.
  void Add(storage::Key key) {
    if (words_.empty()) first_ = key;
    const size_t word = static_cast<size_t>(key - first_) / 64;
    if (word >= words_.size()) words_.resize(word + 1, {0, count_});
    words_[word].bits |= BitOf(key);
    ++count_;
  }

  // kNone where the key was not added.
  int32_t Find(storage::Key key) const {
    const size_t word = static_cast<size_t>(key - first_) / 64;
    if (key < first_ || word >= words_.size()) return simulation::kNone;
    const uint64_t bit = BitOf(key);
    if ((words_[word].bits & bit) == 0) return simulation::kNone;
    return words_[word].before + std::popcount(words_[word].bits & (bit - 1));
  }

 private:
  struct Word {
    uint64_t bits;
    int32_t before;
  };
  uint64_t BitOf(storage::Key key) const { return uint64_t{1} << ((key - first_) % 64); }

  storage::Key first_ = 0;
  std::vector<Word> words_;
  int32_t count_ = 0;
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_KEY_INDEX_H_
