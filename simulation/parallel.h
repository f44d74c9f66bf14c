#ifndef QUOTACAST_SIMULATION_PARALLEL_H_
#define QUOTACAST_SIMULATION_PARALLEL_H_

// A loop over several threads.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace quotacast::simulation {

// Calls body(thread, i) for each i in [0, count), in any order, thread in [0, thread_count);
// returns when all are done. Not more threads are started than there is work for; this one is
// thread 0.
template <typename Body>
void ParallelFor(int thread_count, size_t count, const Body& body) {
  std::atomic<size_t> next = 0;
  const auto work = [&](int thread) {
    for (size_t i = next++; i < count; i = next++) body(thread, i);
  };
  std::vector<std::thread> threads;
  const int useful = static_cast<int>(std::min(count, static_cast<size_t>(thread_count)));
  for (int thread = 1; thread < useful; ++thread) threads.emplace_back(work, thread);
  work(0);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_PARALLEL_H_
