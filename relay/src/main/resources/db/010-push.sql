-- Phones of an account, at the push service of the apps.
CREATE TABLE push_token (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  token TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (account_id, token)
) STRICT;

-- Browsers of an account (Web Push, RFC 8030).
CREATE TABLE web_push_subscription (
  account_id TEXT NOT NULL REFERENCES account (id),
  endpoint TEXT NOT NULL,
  p256dh BLOB NOT NULL,
  auth BLOB NOT NULL,
  device_id TEXT REFERENCES device (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, endpoint)
) STRICT;

CREATE INDEX web_push_subscription_by_device ON web_push_subscription (device_id);

-- The relay's own secrets, made on its first start: a name and the bytes.
CREATE TABLE relay_secret (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
