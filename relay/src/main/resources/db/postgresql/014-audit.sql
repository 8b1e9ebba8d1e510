-- What was done with credentials, machines and data, in one chain for the whole relay: each entry
-- holds the hash of the one before it. No foreign keys: an entry outlives what it tells of.
-- account_number counts the entries of one account, so that its owner sees no one else's.
CREATE TABLE audit_entry (
  number BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  account_id TEXT COLLATE "C",
  account_number BIGINT,
  device_id TEXT COLLATE "C",
  address TEXT COLLATE "C",
  kind TEXT COLLATE "C" NOT NULL,
  details TEXT COLLATE "C" NOT NULL,
  previous BYTEA NOT NULL,
  hash BYTEA NOT NULL
);

CREATE UNIQUE INDEX audit_entry_by_account ON audit_entry (account_id, account_number)
  WHERE account_id IS NOT NULL;

-- The one row: the latest entry, and the latest one that was dropped because of its age.
CREATE TABLE audit_head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  number BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  dropped_number BIGINT NOT NULL,
  dropped_hash BYTEA NOT NULL
);

INSERT INTO audit_head (id, number, hash, dropped_number, dropped_hash)
  VALUES (1, 0, decode(repeat('00', 32), 'hex'), 0, decode(repeat('00', 32), 'hex'));

-- Against mistakes of a program; whoever can change the schema can take them away.
CREATE FUNCTION audit_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'an audit entry is never changed';
  END IF;
  IF OLD.number > (SELECT dropped_number FROM audit_head) THEN
    RAISE EXCEPTION 'an audit entry is only dropped by its age';
  END IF;
  RETURN OLD;
END
$$;

CREATE TRIGGER audit_entry_is_kept BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_entry_is_kept();

-- Which device let a waiting client in: revoking it takes back what was not picked up yet.
ALTER TABLE pairing ADD COLUMN approved_by TEXT COLLATE "C";
