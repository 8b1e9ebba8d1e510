-- A machine that was given a token only, published a key of its own and waits for the person. One for
-- each machine: a key published later takes the place of the one before. It goes with the credential
-- that published it.
CREATE TABLE machine_enrolment (
  machine_id TEXT PRIMARY KEY REFERENCES machine (id) ON DELETE CASCADE,
  device_id TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  public_key TEXT NOT NULL,
  response TEXT,
  created_at INTEGER NOT NULL,
  approved_at INTEGER
) STRICT;

CREATE INDEX machine_enrolment_by_device ON machine_enrolment (device_id);

-- One directory of a machine in which an agent may run.
CREATE TABLE assistant (
  machine_id TEXT NOT NULL REFERENCES machine (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  approval TEXT NOT NULL CHECK (approval IN ('pending', 'approved', 'revoked')),
  online INTEGER NOT NULL CHECK (online = 0 OR approval = 'approved'),
  details TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  approved_at INTEGER,
  last_seen INTEGER,
  PRIMARY KEY (machine_id, id)
) STRICT;

CREATE INDEX assistant_online ON assistant (machine_id) WHERE online = 1;

CREATE TABLE machine_job (
  machine_id TEXT NOT NULL REFERENCES machine (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  data TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (machine_id, id)
) STRICT;

-- How many assistants a row shows; kept by whoever changes assistants.
ALTER TABLE machine ADD COLUMN assistants_online INTEGER NOT NULL DEFAULT 0;
ALTER TABLE machine ADD COLUMN assistants_offline INTEGER NOT NULL DEFAULT 0;
ALTER TABLE machine ADD COLUMN assistants_pending INTEGER NOT NULL DEFAULT 0;

-- Whether it has metadata and waits for keys all the same, having lost its own.
ALTER TABLE machine ADD COLUMN asks_keys INTEGER NOT NULL DEFAULT 0;
