#include "server/compute_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "google/rpc/error_details.pb.h"
#include "server/errors.h"

namespace quotacast {
namespace {

const std::function<bool()> kNever = [] { return false; };

// A job that holds a pool's only thread until it is let go.
class Blocker {
 public:
  explicit Blocker(ComputePool& pool)
      : thread_([this, &pool] {
          EXPECT_TRUE(pool.Run(kNever,
                               [this](int) {
                                 started_.Notify();
                                 release_.WaitForNotification();
                               })
                          .ok());
        }) {
    started_.WaitForNotification();
  }
  ~Blocker() {
    release_.Notify();
    thread_.join();
  }

 private:
  absl::Notification started_, release_;
  std::thread thread_;
};

TEST(ComputePoolTest, RunsEveryJob) {
  ComputePool pool(3, 100);
  std::atomic<int> sum = 0;
  std::vector<std::thread> callers;
  for (int i = 1; i <= 50; ++i) {
    callers.emplace_back([&, i] { EXPECT_TRUE(pool.Run(kNever, [&, i](int) { sum += i; }).ok()); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 50 * 51 / 2);
}

TEST(ComputePoolTest, LendsIdleThreads) {
  ComputePool pool(4, 0);
  int thread_count = 0;
  ASSERT_TRUE(pool.Run(kNever, [&](int count) { thread_count = count; }).ok());
  EXPECT_EQ(thread_count, 4);
  const Blocker blocker(pool);
  ASSERT_TRUE(pool.Run(kNever, [&](int count) { thread_count = count; }).ok());
  EXPECT_EQ(thread_count, 3);
}

TEST(ComputePoolTest, RefusesWhatDoesNotFitAtOnce) {
  ComputePool pool(1, 0);
  const Blocker blocker(pool);
  const absl::Status status = pool.Run(kNever, [](int) { FAIL() << "must not run"; });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(errors::Reason(status), "TOO_BUSY");
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  ASSERT_TRUE(payload.has_value());
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(retry.ParseFromString(std::string(*payload)));
  EXPECT_TRUE(retry.retry_delay().seconds() > 0 || retry.retry_delay().nanos() > 0);
}

TEST(ComputePoolTest, ACallerThatLeavesTheQueueMakesRoom) {
  ComputePool pool(1, 1);
  const Blocker blocker(pool);
  const absl::Status status = pool.Run([] { return true; }, [](int) { FAIL() << "must not run"; });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  // The one place in the queue is free again: this job waits for it instead of being refused.
  std::atomic<bool> leave = false;
  std::thread caller([&] {
    EXPECT_EQ(pool.Run([&] { return leave.load(); }, [](int) {}).code(),
              absl::StatusCode::kCancelled);
  });
  leave = true;
  caller.join();
}

TEST(ComputePoolTest, HandsOnWhatTheJobThrows) {
  ComputePool pool(1, 0);
  EXPECT_THROW((void)pool.Run(kNever, [](int) { throw std::runtime_error("broken"); }),
               std::runtime_error);
  bool ran = false;
  EXPECT_TRUE(pool.Run(kNever, [&](int) { ran = true; }).ok());
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace quotacast
