-- How a syslog source proves itself beyond its address, and what went wrong at the doors of a source.

ALTER TABLE source ADD COLUMN tls boolean NOT NULL DEFAULT false;
-- SHA-256 of each client certificate that may send; several while one is renewed.
ALTER TABLE source ADD COLUMN certificates bytea[] NOT NULL DEFAULT '{}';
ALTER TABLE source ADD CONSTRAINT source_certificate_needs_tls CHECK (tls OR cardinality(certificates) = 0);

CREATE TABLE door_trouble (
    school_id  uuid NOT NULL,
    source_id  uuid NOT NULL,
    kind       text NOT NULL,
    count      bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    PRIMARY KEY (school_id, source_id, kind),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
);
ALTER TABLE door_trouble ENABLE ROW LEVEL SECURITY;
ALTER TABLE door_trouble FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON door_trouble TO onlinesafety_ingest;
GRANT UPDATE (count, last_seen) ON door_trouble TO onlinesafety_ingest;
GRANT SELECT ON door_trouble TO onlinesafety_setup;
CREATE POLICY ingest_scope ON door_trouble TO onlinesafety_ingest USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY setup_scope ON door_trouble FOR SELECT TO onlinesafety_setup USING (school_id = current_school());
