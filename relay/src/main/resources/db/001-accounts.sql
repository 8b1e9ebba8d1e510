-- One person. The public key of the sign-in key pair names the account.
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  public_key BLOB NOT NULL UNIQUE,
  settings TEXT,
  settings_version INTEGER NOT NULL,
  update_seq INTEGER NOT NULL,
  machine_rev INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
