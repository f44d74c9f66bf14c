-- What people did about signals. Nothing is overwritten: of one signal's reviews the last holds.
CREATE TABLE signal_reviews (
  review INTEGER PRIMARY KEY,
  organization INTEGER NOT NULL REFERENCES organizations,
  signal TEXT NOT NULL,
  state INTEGER NOT NULL,           -- 1 acknowledged, 2 snoozed, 3 reopened
  reviewer TEXT NOT NULL,
  note TEXT NOT NULL,
  review_time_us INTEGER NOT NULL,
  hidden_until_us INTEGER           -- NULL: listed
) STRICT;
CREATE INDEX signal_reviews_by_signal ON signal_reviews (organization, signal, review);
