// Reviews of signals.

#include <gtest/gtest.h>

#include <vector>

#include "tests/server/storage/contract/store_contract.h"

namespace quotacast::storage {
namespace {

TEST_P(StoreContract, KeepsTheLastReviewOfASignal) {
  SignalReview review;
  review.signal = "low-contact-rate~ann";
  review.reviewer = "Eve";
  review.note = "on leave; \"back\" in May";
  review.hidden_until_us = 1'090 * kHour;
  const int64_t revision = fixture_.Read()->Revision(org()).value();
  fixture_.Write([&](WriteTransaction& transaction) {
    const auto stored = transaction.AppendSignalReview(org(), review);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(stored->review_time_us, 1'000 * kHour);
    SignalReview other;
    other.signal = "close-date-past~bob";
    other.state = ReviewState::kSnoozed;
    ASSERT_TRUE(transaction.AppendSignalReview(org(), other).ok());
    EXPECT_EQ(transaction.ListSignalReviews(org())->size(), 2u);
  });
  fixture_.Reopen();
  std::vector<SignalReview> reviews = fixture_.Read()->ListSignalReviews(org()).value();
  ASSERT_EQ(reviews.size(), 2u);
  EXPECT_EQ(reviews[0].signal, "close-date-past~bob");
  EXPECT_EQ(reviews[0].state, ReviewState::kSnoozed);
  EXPECT_EQ(reviews[0].hidden_until_us, kNotHidden);
  EXPECT_EQ(reviews[1].signal, review.signal);
  EXPECT_EQ(reviews[1].state, ReviewState::kAcknowledged);
  EXPECT_EQ(reviews[1].reviewer, review.reviewer);
  EXPECT_EQ(reviews[1].note, review.note);
  EXPECT_EQ(reviews[1].review_time_us, 1'000 * kHour);
  EXPECT_EQ(reviews[1].hidden_until_us, 1'090 * kHour);

  fixture_.SetNowUs(1'010 * kHour);
  fixture_.Write([&](WriteTransaction& transaction) {
    SignalReview reopened;
    reopened.signal = review.signal;
    reopened.state = ReviewState::kReopened;
    ASSERT_TRUE(transaction.AppendSignalReview(org(), reopened).ok());
  });
  reviews = fixture_.Read()->ListSignalReviews(org()).value();
  ASSERT_EQ(reviews.size(), 2u);
  EXPECT_EQ(reviews[1].state, ReviewState::kReopened);
  EXPECT_EQ(reviews[1].review_time_us, 1'010 * kHour);
  // Reviews are no part of the history.
  EXPECT_EQ(fixture_.Read()->Revision(org()).value(), revision);
}

TEST_P(StoreContract, KeepsTheReviewsOfOrganizationsApart) {
  fixture_.Write([&](WriteTransaction& transaction) {
    const auto other = transaction.InsertOrganization(MakeOrganization("other"));
    ASSERT_TRUE(other.ok()) << other.status();
    SignalReview review;
    review.signal = "s";
    ASSERT_TRUE(transaction.AppendSignalReview(other->key, review).ok());
    EXPECT_EQ(transaction.ListSignalReviews(other->key)->size(), 1u);
    EXPECT_EQ(transaction.ListSignalReviews(org())->size(), 0u);
  });
}

}  // namespace
}  // namespace quotacast::storage
