-- The answers to requests that carry a request_id, for their retries.
CREATE TABLE requests (
  principal TEXT NOT NULL,
  method TEXT NOT NULL,
  request_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  response BLOB NOT NULL,
  record_time_us INTEGER NOT NULL,
  PRIMARY KEY (principal, method, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_time ON requests (record_time_us);
