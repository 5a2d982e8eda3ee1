-- A school's own names of the category numbers that a source sends: asked before the pack's.

CREATE TABLE source_category (
    school_id uuid NOT NULL,
    source_id uuid NOT NULL,
    number    text NOT NULL CHECK (length(number) BETWEEN 1 AND 64),
    name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    PRIMARY KEY (school_id, source_id, number),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
);
ALTER TABLE source_category ENABLE ROW LEVEL SECURITY;
ALTER TABLE source_category FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, DELETE ON source_category TO onlinesafety_setup;
GRANT SELECT ON source_category TO onlinesafety_process;
CREATE POLICY setup_scope ON source_category TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_scope ON source_category FOR SELECT TO onlinesafety_process USING (school_id = current_school());
