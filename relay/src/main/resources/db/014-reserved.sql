-- Stands in for the step of this number that another line of work adds.
DROP TABLE IF EXISTS reserved_014;
