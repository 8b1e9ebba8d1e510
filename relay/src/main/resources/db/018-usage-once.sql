-- A client that did not hear the answer reports again with the same id; it counts once.
ALTER TABLE usage_report ADD COLUMN local_id TEXT;
CREATE UNIQUE INDEX usage_report_by_local_id ON usage_report (account_id, local_id) WHERE local_id IS NOT NULL;
