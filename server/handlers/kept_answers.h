#ifndef QUOTACAST_SERVER_HANDLERS_KEPT_ANSWERS_H_
#define QUOTACAST_SERVER_HANDLERS_KEPT_ANSWERS_H_

// Answers about a whole company, kept for those who ask the same again or turn a page.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "server/storage/mutex.h"
#include "server/storage/records.h"
#include "simulation/history.h"
#include "simulation/periods.h"

namespace quotacast::handlers {

// What an answer depends on: it holds as long as nothing is written.
struct AnswerKey {
  storage::Key organization = storage::kNoKey;
  int64_t revision = 0;
  int64_t as_of_us = 0;
  simulation::Period period;
  simulation::Measure measure = simulation::Measure::kAmount;

  bool operator==(const AnswerKey& other) const {
    return organization == other.organization && revision == other.revision &&
           as_of_us == other.as_of_us && period.start == other.period.start &&
           period.end == other.period.end && measure == other.measure;
  }
};

// Thread-safe. Two who ask the same at the same time may both compute it.
template <typename Answer>
class KeptAnswers {
 public:
  // Null where it is not kept.
  std::shared_ptr<const Answer> Find(const AnswerKey& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&key](const Entry& entry) { return entry.key == key; });
    if (found == entries_.end()) return nullptr;
    std::rotate(entries_.begin(), found, found + 1);
    return entries_.front().answer;
  }

  // In place of what was kept for the key.
  void Keep(const AnswerKey& key, std::shared_ptr<const Answer> answer)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                  [&key](const Entry& entry) { return entry.key == key; }),
                   entries_.end());
    entries_.insert(entries_.begin(), {key, std::move(answer)});
    if (entries_.size() > kAnswersMax) entries_.pop_back();
  }

 private:
  static constexpr size_t kAnswersMax = 4;
  struct Entry {
    AnswerKey key;
    std::shared_ptr<const Answer> answer;
  };
  Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // Used last first.
};

}  // namespace quotacast::handlers

#endif  // QUOTACAST_SERVER_HANDLERS_KEPT_ANSWERS_H_
