-- Encrypted files that messages refer to. The bytes lie in the data directory under the file name.
-- size: bytes announced by the request; uploaded_at is null until the bytes are there.
CREATE TABLE attachment (
  file TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  uploaded_at INTEGER
) STRICT;

CREATE INDEX attachment_by_account ON attachment (account_id, size);
CREATE INDEX attachment_by_session ON attachment (session_id);
CREATE INDEX attachment_waiting ON attachment (created_at) WHERE uploaded_at IS NULL;
