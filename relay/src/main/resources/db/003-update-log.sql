-- What was told to the sockets of an account, in order. Recipients: 'u' users, 'm' machine, 's' session.
CREATE TABLE update_log (
  account_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  recipients TEXT NOT NULL,
  recipient_id TEXT,
  except_socket TEXT,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX update_log_by_age ON update_log (created_at);
