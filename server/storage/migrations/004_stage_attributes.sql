-- Extra columns of stages.
ALTER TABLE stages ADD COLUMN attributes TEXT NOT NULL DEFAULT '';
