-- User names differ in more than the case of their letters, whatever a database takes for equal.
CREATE UNIQUE INDEX person_by_username ON person (lower(username));
