-- The body of a message stands in its session alone: the log names it by its number there.
-- The newest update of an account is never dropped: its number is the last one of the account.
CREATE TABLE update_log_2 (
  account_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  recipients TEXT NOT NULL,
  recipient_id TEXT,
  except_socket TEXT,
  message_seq INTEGER,
  body TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;

INSERT INTO update_log_2 (account_id, seq, recipients, recipient_id, except_socket, body, created_at)
  SELECT account_id, seq, recipients, recipient_id, except_socket, body, created_at FROM update_log;

DROP TABLE update_log;

ALTER TABLE update_log_2 RENAME TO update_log;

CREATE INDEX update_log_by_age ON update_log (created_at);
