-- Tokens of other services, encrypted with a secret of the relay that lies outside this database.
CREATE TABLE vendor_token (
  account_id TEXT NOT NULL REFERENCES account (id),
  vendor TEXT NOT NULL,
  token BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, vendor)
) STRICT, WITHOUT ROWID;
