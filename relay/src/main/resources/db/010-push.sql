-- Phones of an account, at the push service of the apps. They end with the credential that
-- registered them last.
CREATE TABLE push_token (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  token TEXT NOT NULL,
  device_id TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (account_id, token)
) STRICT;

CREATE INDEX push_token_by_device ON push_token (device_id);

-- Browsers (Web Push, RFC 8030). An address is one browser's, which belongs to the account that
-- subscribed last; it ends with the credential that did.
CREATE TABLE web_push_subscription (
  endpoint TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  p256dh BLOB NOT NULL,
  auth BLOB NOT NULL,
  device_id TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX web_push_subscription_by_account ON web_push_subscription (account_id, updated_at);
CREATE INDEX web_push_subscription_by_device ON web_push_subscription (device_id);
