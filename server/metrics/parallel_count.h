#ifndef QUOTACAST_SERVER_METRICS_PARALLEL_COUNT_H_
#define QUOTACAST_SERVER_METRICS_PARALLEL_COUNT_H_

// Counting over the opportunities of a company by several threads.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "simulation/parallel.h"

namespace quotacast::metrics {

// Tables of a thread of its own cost memory, and time to add them up.
inline constexpr int kMostCountingThreads = 8;

// Calls counters.Read(opportunity) for each opportunity in [0, count), with counters that `make()`
// makes for each thread, and returns what all of them counted, by counters.Merge(other). What is
// counted must not depend on the order: whole numbers, or values that are sorted later.
template <typename Make>
auto CountInParallel(size_t count, int thread_count, const Make& make) {
  using Counters = decltype(make());
  constexpr size_t kBlock = 1024;
  const int threads = std::clamp(thread_count, 1, kMostCountingThreads);
  std::vector<std::unique_ptr<Counters>> parts(static_cast<size_t>(threads));
  parts[0] = std::make_unique<Counters>(make());
  simulation::ParallelFor(threads, (count + kBlock - 1) / kBlock, [&](int thread, size_t block) {
    std::unique_ptr<Counters>& part = parts[static_cast<size_t>(thread)];
    if (part == nullptr) part = std::make_unique<Counters>(make());
    const size_t end = std::min(count, (block + 1) * kBlock);
    for (size_t i = block * kBlock; i < end; ++i) part->Read(static_cast<int32_t>(i));
  });
  for (size_t t = 1; t < parts.size(); ++t) {
    if (parts[t] != nullptr) parts[0]->Merge(std::move(*parts[t]));
  }
  return std::move(*parts[0]);
}

}  // namespace quotacast::metrics

#endif  // QUOTACAST_SERVER_METRICS_PARALLEL_COUNT_H_
