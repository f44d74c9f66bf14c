// Reviews of signals.
#include "server/storage/sqlite_transaction.h"

namespace quotacast::storage {

absl::StatusOr<std::vector<SignalReview>> SqliteTransaction::ListSignalReviews(Key organization) {
  std::vector<SignalReview> reviews;
  Query query(db_,
              "SELECT signal, state, reviewer, note, review_time_us, hidden_until_us"
              " FROM signal_reviews WHERE organization=?1 AND review IN (SELECT max(review)"
              " FROM signal_reviews WHERE organization=?1 GROUP BY signal) ORDER BY signal",
              organization);
  while (query.Step()) {
    SignalReview& review = reviews.emplace_back();
    review.signal = query.String(0);
    review.state = static_cast<ReviewState>(query.Int(1));
    review.reviewer = query.String(2);
    review.note = query.String(3);
    review.review_time_us = query.Int(4);
    review.hidden_until_us = query.IntOr(5, kNotHidden);
  }
  if (!db_.ok()) return db_.TakeError();
  return reviews;
}

absl::StatusOr<SignalReview> SqliteTransaction::AppendSignalReview(Key organization,
                                                                   const SignalReview& review) {
  Query(db_,
        "INSERT INTO signal_reviews (organization, signal, state, reviewer, note, review_time_us,"
        " hidden_until_us) VALUES (?,?,?,?,?,?,?)",
        organization, review.signal, static_cast<int>(review.state), review.reviewer, review.note,
        now_us_, NullIf(review.hidden_until_us, kNotHidden))
      .Run();
  if (!db_.ok()) return db_.TakeError();
  SignalReview stored = review;
  stored.review_time_us = now_us_;
  return stored;
}

}  // namespace quotacast::storage
