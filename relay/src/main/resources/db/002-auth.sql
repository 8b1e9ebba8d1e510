-- One credential: what a bearer token stands for. Only the SHA-256 of the token is kept.
CREATE TABLE device (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  machine_id TEXT,
  created_at INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  last_address TEXT
) STRICT;

CREATE INDEX device_by_account ON device (account_id, created_at);
CREATE INDEX device_by_machine ON device (machine_id, created_at) WHERE machine_id IS NOT NULL;

-- Challenges that were used, so that a captured sign-in cannot be repeated.
CREATE TABLE used_challenge (
  hash BLOB PRIMARY KEY,
  used_at INTEGER NOT NULL
) STRICT;

CREATE INDEX used_challenge_by_age ON used_challenge (used_at);

-- A terminal ('terminal') or a second client ('account') that waits for approval.
CREATE TABLE pairing (
  kind TEXT NOT NULL,
  public_key BLOB NOT NULL,
  supports_v2 INTEGER NOT NULL,
  account_id TEXT REFERENCES account (id),
  response TEXT,
  created_at INTEGER NOT NULL,
  answered_at INTEGER,
  picked_up_at INTEGER,
  device_id TEXT,
  PRIMARY KEY (kind, public_key)
) STRICT;

CREATE INDEX pairing_by_age ON pairing (created_at);

CREATE TABLE invite (
  code_hash BLOB PRIMARY KEY,
  uses_left INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Set once a request has come through a proxy: 'forwarded'.
CREATE TABLE registration_fact (
  name TEXT PRIMARY KEY,
  noted_at INTEGER NOT NULL
) STRICT;
