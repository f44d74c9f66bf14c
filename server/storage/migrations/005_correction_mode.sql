-- What questions that do not say do about corrections learnt from the past: 0 off, 1 where better, 2 on.
ALTER TABLE organizations ADD COLUMN correction_mode INTEGER NOT NULL DEFAULT 0;
