-- How a webhook source proves itself, and the secrets with which it signs.

ALTER TABLE source ADD COLUMN authentication jsonb NOT NULL DEFAULT '{"methods": [{"kind": "bearer"}]}';

-- Apart from source, because roles that may read a source have no use for its secrets. Sealed with the master key: set-up can put one in, ingest can open it.
CREATE TABLE source_secret (
    school_id  uuid NOT NULL,
    source_id  uuid NOT NULL,
    secret_id  uuid NOT NULL,
    master_id  text NOT NULL,
    sealed     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (school_id, source_id, secret_id),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
);
ALTER TABLE source_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE source_secret FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON source_secret TO onlinesafety_setup;
GRANT SELECT ON source_secret TO onlinesafety_ingest;
CREATE POLICY setup_scope ON source_secret TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
-- Across schools, as the sources themselves: a request names its source before its school is known.
CREATE POLICY ingest_read ON source_secret FOR SELECT TO onlinesafety_ingest USING (true);
