-- One conversation with an agent. Metadata, agent state and key are encrypted by the clients.
-- creator_machine: the machine whose own credential made the session, null for an account's.
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  message_seq INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  active INTEGER NOT NULL,
  active_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  metadata_version INTEGER NOT NULL,
  agent_state_version INTEGER NOT NULL,
  tag TEXT NOT NULL,
  creator_machine TEXT,
  data_encryption_key TEXT,
  metadata TEXT NOT NULL,
  agent_state TEXT
) STRICT;

CREATE UNIQUE INDEX session_by_tag ON session (account_id, tag);
CREATE INDEX session_by_account ON session (account_id, id);
CREATE INDEX session_active ON session (account_id) WHERE active = 1;

-- Messages lie together by session and number. A deleted session loses its row at once and its
-- messages soon after, a bounded number at a time.
CREATE TABLE message (
  session_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL,
  local_id TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (session_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX message_by_local_id ON message (session_id, local_id) WHERE local_id IS NOT NULL;

CREATE TABLE session_to_purge (
  session_id TEXT PRIMARY KEY
) STRICT;
