-- Alerts are held against the people of their school once more when these change: one that was raised before anybody knew whose account it was about does not stay
-- with the very person.

-- Since when that is to be done; null: it was.
ALTER TABLE school ADD COLUMN people_changed_at timestamptz;
GRANT UPDATE (people_changed_at) ON school TO onlinesafety_process;

CREATE FUNCTION is_reviewed(school uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM school s WHERE s.school_id = $1 AND s.people_changed_at IS NOT NULL) $$;

-- Who processes says that it was done, and never that it is to be: with that word alerts could be given to any desk.
CREATE FUNCTION only_set_up_asks() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF current_user = 'onlinesafety_process' THEN
        RAISE EXCEPTION 'permission denied: only who changes the people of a school has its alerts held against them' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_set_up_asks BEFORE UPDATE OF people_changed_at ON school FOR EACH ROW
    WHEN (NEW.people_changed_at IS NOT NULL AND NEW.people_changed_at IS DISTINCT FROM OLD.people_changed_at) EXECUTE FUNCTION only_set_up_asks();

-- As before, and an alert's person also while that is done.
CREATE OR REPLACE FUNCTION only_by_replay() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
DECLARE sources uuid[];
BEGIN
    IF current_user <> 'onlinesafety_process' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_TABLE_NAME = 'alert' THEN
        IF TG_OP = 'UPDATE' AND is_reviewed(OLD.school_id) THEN
            RETURN NEW;
        END IF;
        sources := OLD.source_ids;
    ELSIF TG_TABLE_NAME = 'evidence' THEN
        sources := ARRAY(SELECT s.source_id FROM intake_stream s WHERE s.school_id = OLD.school_id AND s.stream_id = OLD.stream_id);
    ELSE
        sources := ARRAY[OLD.source_id];
    END IF;
    IF NOT is_replayed(OLD.school_id, sources) THEN
        RAISE EXCEPTION 'permission denied: only a running replay of its source changes this row of %', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

-- An event goes with its alert: whose it is changes, and nothing of what it says.
GRANT UPDATE (alert_id, route, subject_role, subject_staff) ON event TO onlinesafety_process;
CREATE FUNCTION event_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF current_user = 'onlinesafety_process'
        AND NOT (is_reviewed(OLD.school_id) AND NEW.detail = OLD.detail AND NEW.signature IS NOT DISTINCT FROM OLD.signature) THEN
        RAISE EXCEPTION 'permission denied: what was stored before is sealed, and nothing else of % is changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER only_sealing ON event;
CREATE TRIGGER only_sealing BEFORE UPDATE ON event FOR EACH ROW
    WHEN (onlinesafety.is_sealed(OLD.detail) OR NOT onlinesafety.is_sealed(NEW.detail)) EXECUTE FUNCTION event_stays();
CREATE FUNCTION only_by_review() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF current_user = 'onlinesafety_process' AND NOT is_reviewed(OLD.school_id) THEN
        RAISE EXCEPTION 'permission denied: whose an event is changes only when the people of its school do' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_by_review BEFORE UPDATE OF alert_id, route, subject_role, subject_staff ON event FOR EACH ROW EXECUTE FUNCTION only_by_review();

-- A hold goes with what it is on: an event that gets another alert or another person's hash is held as before.
CREATE FUNCTION hold_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    UPDATE legal_hold h SET subject_keys = h.subject_keys || NEW.subject_key WHERE h.school_id = NEW.school_id AND h.lifted_at IS NULL
        AND OLD.subject_key = ANY (h.subject_keys) AND NOT NEW.subject_key = ANY (h.subject_keys);
    INSERT INTO legal_hold (school_id, hold_id, alert_id, subject_keys, about, reason, author, author_id, placed_at)
        SELECT h.school_id, gen_random_uuid(), NEW.alert_id, CASE WHEN NEW.alert_id IS NULL THEN ARRAY[NEW.subject_key] ELSE '{}' END,
               h.about, h.reason, h.author, h.author_id, clock_timestamp()
        FROM legal_hold h WHERE h.school_id = NEW.school_id AND h.lifted_at IS NULL AND h.alert_id = OLD.alert_id
            AND NEW.alert_id IS DISTINCT FROM OLD.alert_id AND NOT is_held(NEW.school_id, NEW.alert_id, NEW.subject_key);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION hold_follows() FROM PUBLIC;
CREATE TRIGGER hold_follows AFTER UPDATE OF alert_id, subject_key ON event FOR EACH ROW
    WHEN ((NEW.alert_id, NEW.subject_key) IS DISTINCT FROM (OLD.alert_id, OLD.subject_key)) EXECUTE FUNCTION hold_follows();
