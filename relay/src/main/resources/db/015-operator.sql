-- What a command asks a running relay to do. The account is forgotten once it is done.
CREATE TABLE operator_task (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  account_id TEXT,
  requested_at INTEGER NOT NULL,
  finished_at INTEGER,
  outcome TEXT
) STRICT;

CREATE INDEX operator_task_waiting ON operator_task (requested_at) WHERE finished_at IS NULL;

-- Message numbers that were left out when a backup was restored, see the package backup.
ALTER TABLE session ADD COLUMN skipped_seq INTEGER NOT NULL DEFAULT 0;
