-- An alert changes with every event that it takes in. While its last time stood in an index, each change wrote all its indexes anew; without it, and with
-- room on the page, Postgres writes the row alone (HOT). Only open alerts grow, so only they are looked for by person.
DROP INDEX alert_subject;
CREATE INDEX alert_subject ON alert (school_id, subject_key) WHERE subject_key IS NOT NULL AND state <> 'resolved';
ALTER TABLE alert SET (fillfactor = 70);
