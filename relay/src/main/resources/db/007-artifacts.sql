-- Encrypted documents of an account. Header, body and key are bytes, base64 on the wire.
CREATE TABLE artifact (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  seq INTEGER NOT NULL,
  header BLOB NOT NULL,
  header_version INTEGER NOT NULL,
  body_version INTEGER NOT NULL,
  data_encryption_key BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE INDEX artifact_by_account ON artifact (account_id, updated_at);

-- What lets one machine open one session.
CREATE TABLE access_key (
  session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  machine_id TEXT NOT NULL REFERENCES machine (id) ON DELETE CASCADE,
  data TEXT NOT NULL,
  data_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, machine_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX access_key_by_machine ON access_key (machine_id);
