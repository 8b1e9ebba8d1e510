-- How one person stands to another, as the first sees it: none, requested, pending, friend, rejected.
CREATE TABLE relationship (
  from_account TEXT NOT NULL REFERENCES account (id),
  to_account TEXT NOT NULL REFERENCES account (id),
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  accepted_at INTEGER,
  last_notified_at INTEGER,
  PRIMARY KEY (from_account, to_account)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_item (
  account_id TEXT NOT NULL REFERENCES account (id),
  counter INTEGER NOT NULL,
  id TEXT NOT NULL,
  repeat_key TEXT,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, counter)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX feed_item_by_repeat_key ON feed_item (account_id, repeat_key)
  WHERE repeat_key IS NOT NULL;

-- What a person shows to others; all readable by the relay and all optional.
CREATE TABLE person (
  account_id TEXT PRIMARY KEY REFERENCES account (id),
  first_name TEXT,
  last_name TEXT,
  username TEXT UNIQUE COLLATE NOCASE,
  avatar TEXT,
  bio TEXT
) STRICT;
