-- Encrypted pairs of an account. A deleted pair keeps its row and version, with a null value.
CREATE TABLE kv_pair (
  account_id TEXT NOT NULL REFERENCES account (id),
  key TEXT NOT NULL,
  value BLOB,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;
