-- User names differ in more than the case of their letters, whatever a database takes for equal.
CREATE UNIQUE INDEX person_by_username ON person (lower(username));

-- The order in which rows came, which SQLite keeps by itself.
ALTER TABLE session ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE;
ALTER TABLE artifact ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY;
ALTER TABLE push_token ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY;
ALTER TABLE web_push_subscription ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY;

-- Where a text begins in another one, under the name that SQLite has for it.
CREATE FUNCTION instr(text, text) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT strpos($1, $2)';

-- Bytes as text.
CREATE FUNCTION hex(bytea) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT upper(encode($1, 'hex')) $$;
