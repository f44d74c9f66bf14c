-- Keys of facts (opportunity, event, activity, fact, change) are organization << 40 | revision, so that
-- an organization's facts lie together in the order of their recording. Facts carry no foreign keys, whose
-- checks would cost half of an insert; the code that appends makes sure of what they refer to.

CREATE TABLE organizations (
  organization INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  currency TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  fiscal_year_start_month INTEGER NOT NULL,
  create_time_us INTEGER NOT NULL,
  update_time_us INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  last_revision INTEGER NOT NULL  -- of any write to the organization or what it holds
) STRICT;

CREATE TABLE teams (
  team INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL REFERENCES organizations,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  parent INTEGER REFERENCES teams,
  attributes TEXT NOT NULL,  -- a JSON object, or empty
  create_time_us INTEGER NOT NULL,
  update_time_us INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  UNIQUE (organization, id)
) STRICT;

CREATE TABLE reps (
  rep INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL REFERENCES organizations,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  team INTEGER REFERENCES teams,
  start_day INTEGER,
  end_day INTEGER,
  attributes TEXT NOT NULL,
  create_time_us INTEGER NOT NULL,
  update_time_us INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  UNIQUE (organization, id)
) STRICT;

CREATE TABLE pipelines (
  pipeline INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL REFERENCES organizations,
  id TEXT NOT NULL,
  attributes TEXT NOT NULL,
  create_time_us INTEGER NOT NULL,
  update_time_us INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  UNIQUE (organization, id)
) STRICT;

CREATE TABLE stages (
  pipeline INTEGER NOT NULL REFERENCES pipelines ON DELETE CASCADE,
  number INTEGER NOT NULL,    -- what events refer to; never changes
  position INTEGER NOT NULL,  -- in the order of the pipeline
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,      -- 0 open, 1 won, 2 lost
  PRIMARY KEY (pipeline, number),
  UNIQUE (pipeline, id)
) STRICT, WITHOUT ROWID;

-- As first known. What changed since is in opportunity_changes and stage_events.
CREATE TABLE opportunities (
  opportunity INTEGER PRIMARY KEY,
  organization INTEGER NOT NULL,
  id TEXT NOT NULL,
  pipeline INTEGER NOT NULL,
  rep INTEGER,
  name TEXT NOT NULL,
  amount_micros INTEGER NOT NULL,
  units INTEGER NOT NULL,
  create_time_us INTEGER NOT NULL,
  expected_close_day INTEGER,
  attributes TEXT NOT NULL,
  record_time_us INTEGER NOT NULL,
  UNIQUE (organization, id)
) STRICT;

CREATE TABLE opportunity_changes (
  change INTEGER PRIMARY KEY,
  opportunity INTEGER NOT NULL,
  name TEXT NOT NULL,
  units INTEGER NOT NULL,
  expected_close_day INTEGER,
  attributes TEXT NOT NULL,
  record_time_us INTEGER NOT NULL
) STRICT;
CREATE INDEX opportunity_changes_by_opportunity ON opportunity_changes (opportunity);

-- The fold of an opportunity's stage events: derived, and kept up in the same transaction.
CREATE TABLE opportunity_states (
  opportunity INTEGER PRIMARY KEY,
  stage INTEGER,                  -- number; NULL before any event
  stage_entry_time_us INTEGER NOT NULL,
  last_event_time_us INTEGER NOT NULL,
  rep INTEGER,
  amount_micros INTEGER NOT NULL,
  update_time_us INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

CREATE TABLE stage_events (
  event INTEGER PRIMARY KEY,
  opportunity INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  rep INTEGER,    -- NULL: unchanged
  amount_micros INTEGER,          -- NULL: unchanged
  attributes TEXT NOT NULL,
  record_time_us INTEGER NOT NULL,
  UNIQUE (opportunity, time_us, stage, ordinal)
) STRICT;

CREATE TABLE activities (
  activity INTEGER PRIMARY KEY,
  organization INTEGER NOT NULL,
  id TEXT NOT NULL,
  rep INTEGER,
  opportunity INTEGER,
  time_us INTEGER NOT NULL,
  type INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  duration_seconds INTEGER,
  attributes TEXT NOT NULL,
  record_time_us INTEGER NOT NULL,
  UNIQUE (organization, id)
) STRICT;

CREATE TABLE quotas (
  quota INTEGER PRIMARY KEY AUTOINCREMENT,
  organization INTEGER NOT NULL REFERENCES organizations,
  owner_type INTEGER NOT NULL,  -- 0 rep, 1 team
  owner INTEGER NOT NULL,
  period_start INTEGER NOT NULL,
  period_end INTEGER NOT NULL,
  measure INTEGER NOT NULL,     -- 0 amount, 1 units
  create_time_us INTEGER NOT NULL,
  UNIQUE (organization, owner_type, owner, period_start, period_end, measure)
) STRICT;

CREATE TABLE quota_facts (
  fact INTEGER PRIMARY KEY,
  quota INTEGER NOT NULL REFERENCES quotas,
  effective_time_us INTEGER NOT NULL,
  target INTEGER,               -- NULL: withdrawn
  attributes TEXT NOT NULL,
  record_time_us INTEGER NOT NULL
) STRICT;
CREATE INDEX quota_facts_by_quota ON quota_facts (quota, fact);
