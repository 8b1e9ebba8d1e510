-- Relays that share this database, and what each of them holds active. Empty when one relay has it alone.
-- Times are those of the database: clocks of nodes need not agree.
CREATE TABLE relay_node (
  id TEXT PRIMARY KEY,
  seen_at INTEGER NOT NULL,
  stopped_at INTEGER,
  fingerprint TEXT NOT NULL
) STRICT;

-- kind: 'm' machine, 's' session. A row is there while the node keeps the thing active.
CREATE TABLE presence_lease (
  kind TEXT NOT NULL,
  account_id TEXT NOT NULL,
  id TEXT NOT NULL,
  node TEXT NOT NULL,
  PRIMARY KEY (kind, account_id, id, node)
) STRICT, WITHOUT ROWID;

CREATE INDEX presence_lease_by_node ON presence_lease (node);
CREATE INDEX presence_lease_by_account ON presence_lease (account_id);
