-- Every accepted report, in the order of arrival; report_id is one for each (session, key).
CREATE TABLE usage_report (
  number INTEGER PRIMARY KEY,
  report_id TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES account (id),
  session_id TEXT REFERENCES session (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  tokens TEXT NOT NULL,
  cost TEXT NOT NULL,
  reported_at INTEGER NOT NULL
) STRICT;

CREATE INDEX usage_report_by_account ON usage_report (account_id, reported_at);
-- The account is in it for the reports without a session.
CREATE INDEX usage_report_by_session ON usage_report (session_id, account_id, key);
