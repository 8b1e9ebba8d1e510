-- What was done with credentials, machines and data, in one chain for the whole relay: each entry
-- holds the hash of the one before it. No foreign keys: an entry outlives what it tells of.
-- account_number counts the entries of one account, so that its owner sees no one else's.
CREATE TABLE audit_entry (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  account_id TEXT,
  account_number INTEGER,
  device_id TEXT,
  address TEXT,
  kind TEXT NOT NULL,
  details TEXT NOT NULL,
  previous BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX audit_entry_by_account ON audit_entry (account_id, account_number)
  WHERE account_id IS NOT NULL;

-- The one row: the latest entry, and the latest one that was dropped because of its age.
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL,
  hash BLOB NOT NULL,
  dropped_number INTEGER NOT NULL,
  dropped_hash BLOB NOT NULL
) STRICT;

INSERT INTO audit_head (id, number, hash, dropped_number, dropped_hash)
  VALUES (1, 0, zeroblob(32), 0, zeroblob(32));

-- Against mistakes of a program; whoever can change the schema can take them away.
CREATE TRIGGER audit_entry_is_not_changed BEFORE UPDATE ON audit_entry
BEGIN
  SELECT RAISE(ABORT, 'an audit entry is never changed');
END;

CREATE TRIGGER audit_entry_is_not_deleted BEFORE DELETE ON audit_entry
WHEN old.number > (SELECT dropped_number FROM audit_head)
BEGIN
  SELECT RAISE(ABORT, 'an audit entry is only dropped by its age');
END;

-- Which device let a waiting client in: revoking it takes back what was not picked up yet.
ALTER TABLE pairing ADD COLUMN approved_by TEXT;
