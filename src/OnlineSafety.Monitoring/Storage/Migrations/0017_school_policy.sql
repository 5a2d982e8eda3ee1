-- What a school decided about its alerts: clocks, out of hours, who is told besides, escalation (schemas/policy.schema.json).

-- named: e-mail addresses in the policy and the staff they were when it was imported, so that a changed address changes nobody's desk.
CREATE TABLE school_policy (
    school_id uuid PRIMARY KEY REFERENCES school,
    policy    jsonb NOT NULL,
    named     jsonb NOT NULL DEFAULT '{}',
    set_at    timestamptz NOT NULL,
    set_by    text NOT NULL CHECK (length(set_by) > 0),
    revision  int NOT NULL CHECK (revision > 0)
);
ALTER TABLE school_policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE school_policy FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE (policy, named, set_at, set_by, revision) ON school_policy TO onlinesafety_setup;
CREATE POLICY setup_scope ON school_policy TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
DO $$
DECLARE r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['process', 'notify', 'console'] LOOP
        EXECUTE format('GRANT SELECT ON school_policy TO onlinesafety_%s', r);
        EXECUTE format('CREATE POLICY %s_scope ON school_policy FOR SELECT TO onlinesafety_%s USING (school_id = current_school())', r, r);
    END LOOP;
    -- Clocks run by the school's bells; processing and set-up read those already.
    FOREACH r IN ARRAY ARRAY['notify', 'console'] LOOP
        EXECUTE format('GRANT SELECT ON school_calendar TO onlinesafety_%s', r);
        EXECUTE format('CREATE POLICY %s_scope ON school_calendar FOR SELECT TO onlinesafety_%s USING (school_id = current_school())', r, r);
    END LOOP;
END
$$;

-- What routing rules ask for beside what an alert holds already: years, classes and key stages of the pupils in it, as the people list has them.
ALTER TABLE alert ADD COLUMN groups text[] NOT NULL DEFAULT '{}';
GRANT UPDATE (groups) ON alert TO onlinesafety_process;
GRANT SELECT (groups, subject_role) ON alert TO onlinesafety_notify;
