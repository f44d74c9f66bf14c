#include "server/compute_pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "server/errors.h"

namespace quotacast {

ComputePool::ComputePool(int thread_count, int queue_limit) : queue_limit_(queue_limit) {
  for (int i = 0; i < thread_count; ++i) threads_.emplace_back([this] { RunJobs(); });
}

ComputePool::~ComputePool() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_waits_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

absl::Status ComputePool::Run(const std::function<bool()>& cancelled, Work work) {
  auto job = std::make_shared<Job>();
  job->work = std::move(work);
  MutexLock lock(mutex_);
  if (running_ + static_cast<int>(queue_.size()) >= thread_count() + queue_limit_) {
    return errors::TooBusy(RetryAfter());
  }
  queue_.push_back(job);
  work_waits_.Signal();
  while (!job->done) {
    job_changed_.WaitFor(mutex_, std::chrono::milliseconds(10));
    if (!job->started && cancelled()) {
      queue_.erase(std::find(queue_.begin(), queue_.end(), job));
      return absl::CancelledError("cancelled before it was computed");
    }
  }
  if (job->thrown) std::rethrow_exception(job->thrown);
  return absl::OkStatus();
}

void ComputePool::RunJobs() {
  MutexLock lock(mutex_);
  while (true) {
    while (queue_.empty() && !stopping_) work_waits_.Wait(mutex_);
    if (queue_.empty()) return;
    const std::shared_ptr<Job> job = queue_.front();
    queue_.pop_front();
    job->started = true;
    ++running_;
    const int idle = thread_count() - running_ - static_cast<int>(queue_.size());
    mutex_.Unlock();
    const absl::Time start = absl::Now();
    try {
      job->work(1 + std::max(idle, 0));
    } catch (...) {
      job->thrown = std::current_exception();
    }
    const absl::Duration time = absl::Now() - start;
    mutex_.Lock();
    --running_;
    usual_time_ = 0.8 * usual_time_ + 0.2 * time;
    job->done = true;
    job_changed_.SignalAll();
  }
}

absl::Duration ComputePool::RetryAfter() const {
  const double ahead = static_cast<double>(queue_.size()) / thread_count() + 1;
  return std::clamp(ahead * usual_time_, absl::Milliseconds(100), absl::Seconds(30));
}

}  // namespace quotacast
