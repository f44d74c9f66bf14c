// Writes that fail, reads beside them, and requests that come twice.

#include <gtest/gtest.h>

#include <string>

#include "server/limits.h"
#include "tests/server/storage/contract/store_contract.h"

namespace quotacast::storage {
namespace {

TEST_P(StoreContract, AFailedWriteLeavesNoTrace) {
  const int64_t revision = *fixture_.Read()->Revision(org());
  const absl::Status failed = fixture_.TryWrite([this](WriteTransaction& transaction) {
    EXPECT_TRUE(transaction.InsertRep(org(), MakeRep("carl")).ok());
    return absl::CancelledError("changed my mind");
  });
  EXPECT_EQ(failed, absl::CancelledError("changed my mind"));
  EXPECT_EQ(fixture_.Read()->GetRep(org(), "carl").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(*fixture_.Read()->Revision(org()), revision);
}

TEST_P(StoreContract, AReadSeesOneState) {
  const auto before = fixture_.Read();
  fixture_.Write([this](WriteTransaction& transaction) {
    ASSERT_TRUE(transaction.InsertRep(org(), MakeRep("carl")).ok());
    EXPECT_TRUE(transaction.GetRep(org(), "carl").ok());
  });
  EXPECT_EQ(before->GetRep(org(), "carl").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(fixture_.Read()->GetRep(org(), "carl").ok());
}

TEST_P(StoreContract, ARequestIdIsDoneOnce) {
  int runs = 0;
  const auto insert = [&](const std::string& principal, const std::string& method,
                          const std::string& request_id, const std::string& fingerprint) {
    return fixture_.store().Write(
        Idempotency{principal, method, request_id, fingerprint},
        [&](WriteTransaction& transaction) -> absl::StatusOr<std::string> {
          ++runs;
          const auto team = transaction.InsertTeam(org(), MakeTeam("t" + std::to_string(runs)));
          if (!team.ok()) return team.status();
          return std::string("response\0 of ", 13) + team->id;
        });
  };
  const std::string first = insert("me", "CreateTeam", "r1", "f1").value();
  EXPECT_EQ(first, std::string("response\0 of t1", 15));
  EXPECT_EQ(insert("me", "CreateTeam", "r1", "f1").value(), first);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(insert("me", "CreateTeam", "r1", "f2").status().code(),
            absl::StatusCode::kInvalidArgument);
  fixture_.Reopen();
  EXPECT_EQ(insert("me", "CreateTeam", "r1", "f1").value(), first);
  EXPECT_EQ(runs, 1);
  // Others' request_ids, and those of other methods, are others.
  EXPECT_TRUE(insert("you", "CreateTeam", "r1", "f1").ok());
  EXPECT_TRUE(insert("me", "DeleteTeam", "r1", "f1").ok());
  EXPECT_EQ(runs, 3);
  // After the time for which it is kept it is a new request.
  fixture_.SetNowUs(1'000 * kHour + limits::kIdempotencyKeptUs + 1);
  EXPECT_NE(insert("me", "CreateTeam", "r1", "f2").value(), first);
  EXPECT_EQ(runs, 4);
}

TEST_P(StoreContract, AFailedRequestMayBeTriedAgain) {
  bool fail = true;
  const auto request = [&] {
    return fixture_.store().Write(Idempotency{"me", "M", "r1", "f"},
                                  [&](WriteTransaction&) -> absl::StatusOr<std::string> {
                                    if (fail) return absl::UnavailableError("not now");
                                    return std::string("done");
                                  });
  };
  EXPECT_EQ(request().status().code(), absl::StatusCode::kUnavailable);
  fail = false;
  EXPECT_EQ(request().value(), "done");
}

}  // namespace
}  // namespace quotacast::storage
