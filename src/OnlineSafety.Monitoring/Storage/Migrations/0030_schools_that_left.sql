-- A school that left: its keys were destroyed, its sources are closed, and it gets no key until somebody opens it again. Staff keys end.

ALTER TABLE school ADD COLUMN closed_at timestamptz;

-- Those whose keys were destroyed before, and that got none since, are closed. One that got new keys may have come back: it goes on.
-- Forced on their owner too, these tables would show the statement no row.
ALTER TABLE school NO FORCE ROW LEVEL SECURITY;
ALTER TABLE access_record NO FORCE ROW LEVEL SECURITY;
ALTER TABLE school_key NO FORCE ROW LEVEL SECURITY;
ALTER TABLE data_key NO FORCE ROW LEVEL SECURITY;
UPDATE school s SET closed_at = d.at FROM (SELECT r.school_id, max(r.at) AS at FROM access_record r WHERE r.action = 'keys.destroy' GROUP BY r.school_id) d
    WHERE d.school_id = s.school_id AND NOT EXISTS (SELECT 1 FROM school_key k WHERE k.school_id = s.school_id) AND NOT EXISTS (SELECT 1 FROM data_key k WHERE k.school_id = s.school_id);
ALTER TABLE school FORCE ROW LEVEL SECURITY;
ALTER TABLE access_record FORCE ROW LEVEL SECURITY;
ALTER TABLE school_key FORCE ROW LEVEL SECURITY;
ALTER TABLE data_key FORCE ROW LEVEL SECURITY;

GRANT SELECT (closed_at) ON school TO onlinesafety_ingest, onlinesafety_retention, onlinesafety_keys;
GRANT UPDATE (closed_at) ON school TO onlinesafety_keys;
-- Closes with the keys; only set-up opens again.
CREATE POLICY keys_close ON school FOR UPDATE TO onlinesafety_keys USING (school_id = current_school()) WITH CHECK (school_id = current_school() AND closed_at IS NOT NULL);

-- Whoever makes a key, and from whatever it knew a moment ago.
CREATE FUNCTION school_is_open() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM school s WHERE s.school_id = NEW.school_id AND s.closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'school % left and its keys were destroyed: it gets none until it is opened again', NEW.school_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER school_is_open BEFORE INSERT ON data_key FOR EACH ROW EXECUTE FUNCTION school_is_open();
CREATE TRIGGER school_is_open BEFORE INSERT ON school_key FOR EACH ROW EXECUTE FUNCTION school_is_open();

-- Also when the record of it fell by time.
CREATE OR REPLACE FUNCTION keys_destroyed() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM access_record r WHERE r.school_id = current_school() AND r.action IN ('keys.destroy', 'school.reopen'))
        OR EXISTS (SELECT 1 FROM school s WHERE s.school_id = current_school() AND s.closed_at IS NOT NULL) $$;

-- However a staff key is made, it ends. What was given out before without an end goes on, and is called so where keys are listed.
ALTER TABLE staff_key ALTER COLUMN expires_at SET DEFAULT statement_timestamp() + interval '90 days';
