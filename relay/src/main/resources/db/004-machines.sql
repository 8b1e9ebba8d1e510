-- One machine, two views: with metadata it is in the happy view, always in the web view.
CREATE TABLE machine (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  label TEXT,
  enrolled INTEGER NOT NULL,
  metadata TEXT,
  metadata_version INTEGER NOT NULL,
  daemon_state TEXT,
  daemon_state_version INTEGER NOT NULL,
  data_encryption_key TEXT,
  active INTEGER NOT NULL,
  active_at INTEGER NOT NULL,
  connected_before INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  created_rev INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX machine_by_account ON machine (account_id, created_rev);
CREATE INDEX machine_active ON machine (account_id) WHERE active = 1;

-- The secret of a machine that was added in the web view. Only its SHA-256 is kept.
CREATE TABLE machine_secret (
  machine_id TEXT PRIMARY KEY REFERENCES machine (id) ON DELETE CASCADE,
  secret_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
