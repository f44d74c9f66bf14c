#ifndef QUOTACAST_SERVER_COMPUTE_POOL_H_
#define QUOTACAST_SERVER_COMPUTE_POOL_H_

// Threads for long computations, behind a bounded queue, so that a flood of forecasts neither slows
// light calls nor lets every caller time out: those that do not fit are refused at once.

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/storage/mutex.h"

namespace quotacast {

// Thread-safe.
class ComputePool {
 public:
  // Takes how many threads it may use: 1, or all that are idle when it starts.
  using Work = std::function<void(int thread_count)>;

  // `thread_count` >= 1 jobs run at a time and at most `queue_limit` >= 0 wait.
  ComputePool(int thread_count, int queue_limit);
  // Waits for what runs and waits.
  ~ComputePool();

  // Runs `work` on a thread of the pool and waits until it is done. RESOURCE_EXHAUSTED with
  // RetryInfo if the queue is full; CANCELLED if `cancelled` is true before the work starts (it is
  // polled every 10 ms meanwhile; a job that runs must poll it for itself). What `work` throws is
  // thrown here.
  absl::Status Run(const std::function<bool()>& cancelled, Work work);

  int thread_count() const { return static_cast<int>(threads_.size()); }

 private:
  struct Job {
    Work work;
    bool started = false;
    bool done = false;
    std::exception_ptr thrown;
  };

  void RunJobs();
  absl::Duration RetryAfter() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int queue_limit_;
  Mutex mutex_;
  Condition work_waits_;
  Condition job_changed_;
  std::deque<std::shared_ptr<Job>> queue_ ABSL_GUARDED_BY(mutex_);
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration usual_time_ ABSL_GUARDED_BY(mutex_) = absl::Milliseconds(100);
  std::vector<std::thread> threads_;
};

}  // namespace quotacast

#endif  // QUOTACAST_SERVER_COMPUTE_POOL_H_
