-- What a school does otherwise than the shared rules, and which edition of the taxonomy judges its events. Both by received time, and neither is ever changed,
-- only ended: what is read again later is judged as it was.

CREATE TABLE school_rule (
    school_id   uuid NOT NULL REFERENCES school,
    rule_id     uuid NOT NULL,
    kind        smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
    words       text NOT NULL CHECK (length(words) BETWEEN 1 AND 200),
    theme       text NOT NULL DEFAULT '',
    severity    smallint NOT NULL DEFAULT 0 CHECK (severity BETWEEN 0 AND 4),
    why         text NOT NULL CHECK (length(why) BETWEEN 1 AND 500),
    author      text NOT NULL CHECK (length(author) BETWEEN 1 AND 200),
    created_at  timestamptz NOT NULL,
    works_from  timestamptz NOT NULL,
    works_until timestamptz NOT NULL,
    ended_by    text,
    ended_at    timestamptz,
    PRIMARY KEY (school_id, rule_id),
    CHECK (works_until >= works_from),
    -- 0: a phrase that is a concern here. 1 and 2: a phrase and a rule that do not count, and such a thing ends by itself.
    CHECK ((kind = 0) = (theme <> '' AND severity > 0)),
    CHECK (kind = 0 OR works_until <= works_from + interval '366 days')
);

CREATE TABLE school_edition (
    school_id  uuid NOT NULL REFERENCES school,
    works_from timestamptz NOT NULL,
    edition    text NOT NULL CHECK (length(edition) BETWEEN 1 AND 64),
    author     text NOT NULL CHECK (length(author) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (school_id, works_from)
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['school_rule', 'school_edition'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO onlinesafety_setup', t);
        EXECUTE format('CREATE POLICY setup_scope ON %I TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school())', t);
        EXECUTE format('GRANT SELECT ON %I TO onlinesafety_process', t);
        EXECUTE format('CREATE POLICY process_scope ON %I FOR SELECT TO onlinesafety_process USING (school_id = current_school())', t);
    END LOOP;
END
$$;
GRANT UPDATE (works_until, ended_by, ended_at) ON school_rule TO onlinesafety_setup;
-- Digests list what does not count.
GRANT SELECT ON school_rule TO onlinesafety_notify;
CREATE POLICY notify_scope ON school_rule FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
