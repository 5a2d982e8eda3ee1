-- How long things are kept, what may not go, and what went. Nothing is deleted but by the functions below, which only onlinesafety_retention may run, in the stated
-- school: they leave what is open, held or still needed, whatever they are asked. Which rows are due is decided by the school's policy (Retention/).

-- Tables ---------------------------------------------------------------------------------------------------------------

-- ids only: where a stream ended whose records are gone. verify starts from it, and a head that a digest printed is found in it.
CREATE TABLE intake_tombstone (
    school_id        uuid NOT NULL REFERENCES school,
    stream_id        uuid NOT NULL,
    source_id        uuid NOT NULL,
    day              date NOT NULL,
    last_seq         bigint NOT NULL,
    head_hash        bytea NOT NULL CHECK (length(head_hash) = 32),
    last_received_at timestamptz NOT NULL,
    fell_at          timestamptz NOT NULL,
    PRIMARY KEY (school_id, stream_id)
);

-- ids only: up to where a school's access records are gone. The cut is itself in the chain (audit.cut), or verify does not believe it.
CREATE TABLE access_tombstone (
    school_id uuid PRIMARY KEY REFERENCES school,
    last_seq  bigint NOT NULL,
    hash      bytea NOT NULL CHECK (length(hash) = 32),
    cut_at    timestamptz NOT NULL
);

-- What may not go, by whom and why, until somebody lifts it. Of one alert, or of a person under every key by which events are grouped.
CREATE TABLE legal_hold (
    school_id    uuid NOT NULL REFERENCES school,
    hold_id      uuid NOT NULL,
    alert_id     uuid,
    subject_keys text[] NOT NULL DEFAULT '{}',
    about        bytea NOT NULL,
    reason       bytea NOT NULL,
    author       text NOT NULL CHECK (length(author) BETWEEN 1 AND 200),
    author_id    uuid,
    placed_at    timestamptz NOT NULL,
    lifted_at    timestamptz,
    lifted_by    text,
    why_lifted   bytea,
    PRIMARY KEY (school_id, hold_id),
    CHECK ((alert_id IS NOT NULL) <> (cardinality(subject_keys) > 0)),
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (why_lifted IS NULL))
);
CREATE INDEX legal_hold_standing ON legal_hold (school_id) WHERE lifted_at IS NULL;

-- The hour around an alert, as read from the log before it falls: when it was resolved as a concern, when it was held, when its log is about to fall.
CREATE TABLE context_wish (
    school_id uuid NOT NULL,
    alert_id  uuid NOT NULL,
    why       text NOT NULL CHECK (why IN ('concern', 'hold', 'log-falls')),
    asked_at  timestamptz NOT NULL,
    done_at   timestamptz,
    records   int NOT NULL DEFAULT 0,
    PRIMARY KEY (school_id, alert_id),
    FOREIGN KEY (school_id, alert_id) REFERENCES alert ON DELETE CASCADE
);
CREATE INDEX context_wish_open ON context_wish (school_id, asked_at) WHERE done_at IS NULL;
CREATE TABLE kept_context (
    school_id   uuid NOT NULL,
    alert_id    uuid NOT NULL,
    stream_id   uuid NOT NULL,
    seq         bigint NOT NULL,
    part        int NOT NULL,
    received_at timestamptz NOT NULL,
    detail      bytea NOT NULL,
    PRIMARY KEY (school_id, alert_id, stream_id, seq, part),
    FOREIGN KEY (school_id, alert_id) REFERENCES alert ON DELETE CASCADE
);

-- That somebody was erased, and the proof of it, which names nobody.
CREATE TABLE erasure (
    school_id     uuid NOT NULL REFERENCES school,
    erasure_id    uuid NOT NULL,
    asked_at      timestamptz NOT NULL,
    asked_by      text NOT NULL CHECK (length(asked_by) > 0),
    finished_at   timestamptz,
    raw_falls_on  date,
    proof         jsonb,
    PRIMARY KEY (school_id, erasure_id),
    CHECK (finished_at IS NULL OR proof IS NOT NULL)
);
CREATE UNIQUE INDEX erasure_running ON erasure (school_id) WHERE finished_at IS NULL;
-- Whose records are hidden wherever the log is read, and whose come no more with a file that is imported again: keys by which events are grouped, and what
-- happened up to then.
CREATE TABLE erased_subject (
    school_id   uuid NOT NULL,
    subject_key text NOT NULL,
    until       timestamptz NOT NULL,
    erasure_id  uuid NOT NULL,
    PRIMARY KEY (school_id, subject_key),
    FOREIGN KEY (school_id, erasure_id) REFERENCES erasure
);
-- ids only: records of the log in which something was erased. Whole: nothing of it is read any more, and its rows are gone. Else a part of it was: it stays as
-- it was recorded, and is not read again.
CREATE TABLE erased_record (
    school_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    seq       bigint NOT NULL,
    whole     boolean NOT NULL,
    review    boolean NOT NULL,
    PRIMARY KEY (school_id, stream_id, seq)
);

-- ids only: when retention last ran well, and since when it waits for somebody to say that the clock is right.
CREATE TABLE retention_watch (
    school_id     uuid PRIMARY KEY REFERENCES school,
    ran_at        timestamptz NOT NULL,
    refused_since timestamptz,
    refused_why   text
);
-- A school that is here already begins now: it was never asked to let go of anything.
-- Forced on its owner too, the table of schools would show this statement no row.
ALTER TABLE school NO FORCE ROW LEVEL SECURITY;
INSERT INTO retention_watch (school_id, ran_at) SELECT school_id, now() FROM school;
ALTER TABLE school FORCE ROW LEVEL SECURITY;

ALTER TABLE alert_step DROP CONSTRAINT alert_step_school_id_alert_id_fkey;
ALTER TABLE alert_step ADD CONSTRAINT alert_step_alert FOREIGN KEY (school_id, alert_id) REFERENCES alert ON DELETE CASCADE;

-- What may not go, whoever asks --------------------------------------------------------------------------------------------

CREATE FUNCTION is_held(school uuid, alert uuid, subject text) RETURNS boolean LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM legal_hold h WHERE h.school_id = school AND h.lifted_at IS NULL AND (h.alert_id = alert OR subject = ANY (h.subject_keys))) $$;
-- An alert is held by itself, by its person, or by anybody in it.
CREATE FUNCTION is_alert_held(school uuid, alert uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM legal_hold h WHERE h.school_id = school AND h.lifted_at IS NULL AND (h.alert_id = alert
        OR EXISTS (SELECT 1 FROM alert a WHERE a.school_id = school AND a.alert_id = alert AND a.subject_key = ANY (h.subject_keys))
        OR EXISTS (SELECT 1 FROM event e WHERE e.school_id = school AND e.alert_id = alert AND e.subject_key = ANY (h.subject_keys)))) $$;
-- What an erasure leaves word for word: what is held, and what an open alert shows to whoever has to act on it, whomever that is about.
CREATE FUNCTION is_kept(school uuid, alert uuid, subject text) RETURNS boolean LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    SELECT is_held(school, alert, subject) OR EXISTS (
        SELECT 1 FROM alert a WHERE a.school_id = school AND a.alert_id = alert AND (a.state <> 'resolved' OR is_alert_held(a.school_id, a.alert_id))) $$;
CREATE FUNCTION is_erasing(school uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM erasure e WHERE e.school_id = school AND e.finished_at IS NULL) $$;

-- Nothing deletes an open alert, or one that is held: not its owner, and not a superuser by mistake.
CREATE FUNCTION alert_goes() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF OLD.state <> 'resolved' OR is_alert_held(OLD.school_id, OLD.alert_id) THEN
        RAISE EXCEPTION 'permission denied: an alert that is open or held is not deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER alert_goes BEFORE DELETE ON alert FOR EACH ROW EXECUTE FUNCTION alert_goes();

-- A step goes with its alert, by the key between them, and in no other way. Its words are sealed once; they may be taken out of it while somebody is erased; and
-- nothing else of a step is ever changed.
CREATE FUNCTION alert_step_goes() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'permission denied: rows of alert_step are never changed' USING ERRCODE = 'insufficient_privilege';
END
$$;
DROP TRIGGER append_only ON alert_step;
DROP FUNCTION append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON alert_step FOR EACH STATEMENT EXECUTE FUNCTION alert_step_goes();
CREATE OR REPLACE FUNCTION alert_step_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
DECLARE erasing boolean := current_user = 'onlinesafety_owner' AND is_erasing(OLD.school_id);
BEGIN
    IF erasing OR (NOT is_sealed(OLD.note) AND is_sealed(NEW.note)) THEN
        OLD.note := NEW.note;
    END IF;
    IF OLD.step = 'hand_over' AND (erasing OR (NOT is_sealed(OLD.detail) AND is_sealed(NEW.detail))) THEN
        OLD.detail := NEW.detail;
    END IF;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'permission denied: rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- Access records go from the first on, up to a tombstone that says where the chain goes on.
CREATE OR REPLACE FUNCTION access_record_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- Erasing what an entry is about, whole, is no change of the past: the entry stays and still says that it was there.
        OLD.object := NULL;
        OLD.reason := NULL;
        OLD.salt := NULL;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM access_tombstone t WHERE t.school_id = OLD.school_id AND t.last_seq >= OLD.seq) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'permission denied: an access record is written once' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- Wishes are made by what happens to the alert, so that nobody forgets one.
CREATE FUNCTION wish_context() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'alert' THEN
        INSERT INTO context_wish AS w (school_id, alert_id, why, asked_at) VALUES (NEW.school_id, NEW.alert_id, 'concern', clock_timestamp())
        ON CONFLICT (school_id, alert_id) DO UPDATE SET asked_at = EXCLUDED.asked_at, done_at = NULL;
    ELSE
        INSERT INTO context_wish AS w (school_id, alert_id, why, asked_at)
            SELECT a.school_id, a.alert_id, 'hold', clock_timestamp() FROM alert a
            WHERE a.school_id = NEW.school_id AND (a.alert_id = NEW.alert_id OR a.subject_key = ANY (NEW.subject_keys))
        ON CONFLICT (school_id, alert_id) DO UPDATE SET asked_at = EXCLUDED.asked_at, done_at = NULL;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION wish_context() FROM PUBLIC;
CREATE TRIGGER wish_context AFTER UPDATE OF outcome ON alert FOR EACH ROW
    WHEN (NEW.outcome IN ('concern', 'low-level-concern') AND NEW.outcome IS DISTINCT FROM OLD.outcome) EXECUTE FUNCTION wish_context();
CREATE TRIGGER wish_context AFTER INSERT ON legal_hold FOR EACH ROW EXECUTE FUNCTION wish_context();

-- What falls by time -------------------------------------------------------------------------------------------------------

-- Days of the school's log, and why one of them cannot go yet; empty: it can.
CREATE FUNCTION raw_days() RETURNS TABLE (raw_day date, streams int, records bigint, needed text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT d.day, count(s.stream_id)::int, COALESCE(sum(s.last_seq), 0)::bigint, CASE
        WHEN EXISTS (SELECT 1 FROM source_job_stream p JOIN source_job j USING (school_id, job_id) WHERE j.school_id = current_school() AND j.state IN ('due', 'running') AND p.day = d.day)
            THEN 'it is being read again'
        WHEN bool_or(s.stream_id IS NOT NULL AND s.last_seq >= COALESCE(c.next_seq, 1)) THEN 'not all of it was read yet'
        -- By the database's clock. The day is the writer's, whose clock may be wrong; a stream is written to for a day of it at most, and it needs the key till then.
        WHEN max(s.opened_at) > clock_timestamp() - interval '2 days'
            OR EXISTS (SELECT 1 FROM data_key k WHERE k.school_id = current_school() AND k.day = d.day AND k.created_at > clock_timestamp() - interval '2 days')
            THEN 'it was begun less than two days ago'
        WHEN EXISTS (SELECT 1 FROM context_wish w JOIN alert a USING (school_id, alert_id) WHERE w.school_id = current_school() AND w.done_at IS NULL
            -- A record's day is that of the writer's clock: a day around covers what was received on either side of midnight.
            AND (a.first_received_at - interval '30 minutes') AT TIME ZONE 'UTC' < d.day + 2 AND (a.last_received_at + interval '30 minutes') AT TIME ZONE 'UTC' >= d.day - 1)
            THEN 'the hour around an alert is not copied yet'
        ELSE '' END
    FROM (SELECT k.day FROM data_key k WHERE k.school_id = current_school() UNION SELECT i.day FROM intake_stream i WHERE i.school_id = current_school()) d
    LEFT JOIN intake_stream s ON s.school_id = current_school() AND s.day = d.day
    LEFT JOIN checkpoint c ON c.school_id = s.school_id AND c.stream_id = s.stream_id
    GROUP BY d.day ORDER BY d.day $$;

-- Of an open alert whose log is about to fall the hour around is kept: it may become a case. What was copied before that hour was over is copied again.
CREATE FUNCTION wish_before_fall(until date) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE made int;
BEGIN
    UPDATE context_wish w SET asked_at = clock_timestamp(), done_at = NULL FROM alert a
        WHERE w.school_id = current_school() AND a.school_id = w.school_id AND a.alert_id = w.alert_id
        AND w.done_at < a.last_received_at + interval '30 minutes' AND a.last_received_at + interval '30 minutes' < clock_timestamp();
    INSERT INTO context_wish (school_id, alert_id, why, asked_at)
        SELECT a.school_id, a.alert_id, 'log-falls', clock_timestamp() FROM alert a
        WHERE a.school_id = current_school() AND a.state <> 'resolved' AND NOT a.drill AND (a.first_received_at - interval '30 minutes') AT TIME ZONE 'UTC' < until + 1
        AND EXISTS (SELECT 1 FROM intake_stream s WHERE s.school_id = a.school_id AND s.day < until)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- A day of the school's log: its key, and with it all that can be read; where each stream ended stays.
CREATE FUNCTION retire_day(wanted date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    why text;
    fell bigint;
    streams uuid[];
BEGIN
    IF wanted >= (clock_timestamp() AT TIME ZONE 'UTC')::date - 1 THEN
        RAISE EXCEPTION 'permission denied: the log of today and yesterday does not fall' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT d.needed, d.records INTO why, fell FROM raw_days() d WHERE d.raw_day = wanted;
    IF why <> '' THEN
        RAISE EXCEPTION 'the log of % does not fall: %', wanted, why USING ERRCODE = 'object_in_use';
    END IF;
    INSERT INTO intake_tombstone SELECT s.school_id, s.stream_id, s.source_id, s.day, s.last_seq, s.head_hash, s.last_received_at, clock_timestamp()
        FROM intake_stream s WHERE s.school_id = current_school() AND s.day = wanted;
    SELECT COALESCE(array_agg(s.stream_id), '{}') INTO streams FROM intake_stream s WHERE s.school_id = current_school() AND s.day = wanted;
    DELETE FROM intake_segment g WHERE g.school_id = current_school() AND g.day = wanted;
    DELETE FROM checkpoint c WHERE c.school_id = current_school() AND c.day = wanted;
    DELETE FROM erased_record r WHERE r.school_id = current_school() AND r.stream_id = ANY (streams);
    DELETE FROM intake_stream s WHERE s.school_id = current_school() AND s.day = wanted;
    DELETE FROM data_key k WHERE k.school_id = current_school() AND k.day = wanted;
    RETURN COALESCE(fell, 0);
END
$$;

-- The oldest partition of which no school has a stream or a key any more: streams fall with their key and leave tombstones, and keys that are not there yet, or were
-- destroyed by themselves, are no reason to drop what they open. Whoever appends waits for its lock, so it is not waited for; the next run tries again.
CREATE FUNCTION drop_empty_day() RETURNS date LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    found_name text;
    found_day date;
BEGIN
    SELECT c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') INTO found_name, found_day
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'onlinesafety.intake_segment'::regclass AND c.relname ~ '^intake_segment_[0-9]{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < (clock_timestamp() AT TIME ZONE 'UTC')::date - 1
      AND NOT EXISTS (SELECT 1 FROM data_key k WHERE k.day = to_date(right(c.relname, 8), 'YYYYMMDD'))
      AND NOT EXISTS (SELECT 1 FROM intake_stream s WHERE s.day = to_date(right(c.relname, 8), 'YYYYMMDD'))
    ORDER BY 2 LIMIT 1;
    IF found_name IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('lock_timeout', '500ms', true);
    EXECUTE format('DROP TABLE onlinesafety.%I', found_name);
    RETURN found_day;
EXCEPTION WHEN lock_not_available THEN
    RETURN NULL;
END
$$;

-- Keys that should be there and are not: a backup was restored and its keys were not put back yet. Where a person destroyed them the access records say so.
CREATE FUNCTION keys_destroyed() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM access_record r WHERE r.school_id = current_school() AND r.action = 'keys.destroy') $$;
-- The school has a log and no key of any day.
CREATE FUNCTION log_lacks_keys() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM intake_stream s WHERE s.school_id = current_school())
        AND NOT EXISTS (SELECT 1 FROM data_key k WHERE k.school_id = current_school()) AND NOT keys_destroyed() $$;
-- Something of the school is sealed, so that a key made now would not be the one that it needs. The newest event is the first that is sealed (Processing/Upgrade).
CREATE FUNCTION holds_sealed() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT (EXISTS (SELECT 1 FROM person p WHERE p.school_id = current_school() AND is_sealed(p.account))
        OR COALESCE((SELECT is_sealed(e.detail) FROM event e WHERE e.school_id = current_school() ORDER BY e.received_at DESC LIMIT 1), false)) AND NOT keys_destroyed() $$;

-- How much of a clock is due, how much of that is held, and how much there is in all.
CREATE FUNCTION retention_counts(clock text, before timestamptz) RETURNS TABLE (due bigint, held bigint, kept bigint, oldest timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    CASE clock
    WHEN 'events' THEN RETURN QUERY
        SELECT count(*) FILTER (WHERE e.received_at < before AND NOT is_held(e.school_id, NULL, e.subject_key)),
               count(*) FILTER (WHERE e.received_at < before AND is_held(e.school_id, NULL, e.subject_key)), count(*), min(e.received_at)
        FROM event e WHERE e.school_id = current_school() AND e.alert_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM intake_stream s WHERE s.school_id = e.school_id AND s.stream_id = e.stream_id);
    WHEN 'counters' THEN RETURN QUERY
        SELECT count(*) FILTER (WHERE b.recorded_at < before), 0::bigint, count(*), min(b.recorded_at)
        FROM counter_block b WHERE b.school_id = current_school()
            AND NOT EXISTS (SELECT 1 FROM intake_stream s WHERE s.school_id = b.school_id AND s.stream_id = b.stream_id);
    WHEN 'deliveries' THEN RETURN QUERY
        SELECT count(*) FILTER (WHERE d.received_at < before), 0::bigint, count(*), min(d.received_at) FROM delivery d WHERE d.school_id = current_school();
    WHEN 'reports' THEN RETURN QUERY
        SELECT count(*) FILTER (WHERE j.finished_at < before), 0::bigint, count(*), min(j.finished_at) FROM source_job j WHERE j.school_id = current_school() AND j.state NOT IN ('due', 'running');
    WHEN 'digests' THEN RETURN QUERY
        SELECT count(*) FILTER (WHERE d.window_to < before), 0::bigint, count(*), min(d.window_to) FROM digest d WHERE d.school_id = current_school();
    WHEN 'access' THEN RETURN QUERY
        SELECT count(*) FILTER (WHERE r.at < before), 0::bigint, count(*), min(r.at) FROM access_record r WHERE r.school_id = current_school();
    WHEN 'signIns' THEN RETURN QUERY
        SELECT count(*) FILTER (WHERE s.ends_at < before), 0::bigint, count(*), min(s.ends_at) FROM session s WHERE s.school_id = current_school();
    ELSE
        RAISE EXCEPTION 'there is no clock %', clock USING ERRCODE = 'invalid_parameter_value';
    END CASE;
END
$$;

-- One batch of what is due. Rows of a stream whose records are still in the log stay: verify counts them.
CREATE FUNCTION retire(clock text, before timestamptz, most int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    fell int := 0;
    streams uuid[];
    seqs bigint[];
BEGIN
    CASE clock
    WHEN 'events' THEN
        WITH gone AS (DELETE FROM event WHERE ctid = ANY (ARRAY(
            SELECT e.ctid FROM event e WHERE e.school_id = current_school() AND e.alert_id IS NULL AND e.received_at < before AND NOT is_held(e.school_id, NULL, e.subject_key)
                AND NOT EXISTS (SELECT 1 FROM intake_stream s WHERE s.school_id = e.school_id AND s.stream_id = e.stream_id)
            ORDER BY e.received_at LIMIT most)) RETURNING stream_id, seq)
        SELECT count(*), COALESCE(array_agg(stream_id), '{}'), COALESCE(array_agg(seq), '{}') INTO fell, streams, seqs FROM gone;
        PERFORM drop_lone_evidence(streams, seqs);
    WHEN 'counters' THEN
        DELETE FROM counter_block WHERE ctid = ANY (ARRAY(SELECT b.ctid FROM counter_block b WHERE b.school_id = current_school() AND b.recorded_at < before
            AND NOT EXISTS (SELECT 1 FROM intake_stream s WHERE s.school_id = b.school_id AND s.stream_id = b.stream_id) LIMIT most));
        GET DIAGNOSTICS fell = ROW_COUNT;
        DELETE FROM source_activity WHERE ctid = ANY (ARRAY(SELECT a.ctid FROM source_activity a WHERE a.school_id = current_school() AND a.hour < before LIMIT most));
        DELETE FROM source_device_day WHERE ctid = ANY (ARRAY(SELECT a.ctid FROM source_device_day a WHERE a.school_id = current_school() AND a.day < before::date LIMIT most));
        DELETE FROM intake_tombstone t WHERE t.school_id = current_school() AND t.fell_at < before;
    WHEN 'deliveries' THEN
        DELETE FROM delivery WHERE ctid = ANY (ARRAY(SELECT d.ctid FROM delivery d WHERE d.school_id = current_school() AND d.received_at < before LIMIT most));
        GET DIAGNOSTICS fell = ROW_COUNT;
    WHEN 'reports' THEN
        DELETE FROM source_job WHERE ctid = ANY (ARRAY(
            SELECT j.ctid FROM source_job j WHERE j.school_id = current_school() AND j.state NOT IN ('due', 'running') AND j.finished_at < before LIMIT most));
        GET DIAGNOSTICS fell = ROW_COUNT;
    WHEN 'digests' THEN
        DELETE FROM digest WHERE ctid = ANY (ARRAY(SELECT d.ctid FROM digest d WHERE d.school_id = current_school() AND d.window_to < before LIMIT most));
        GET DIAGNOSTICS fell = ROW_COUNT;
        DELETE FROM notification WHERE ctid = ANY (ARRAY(
            SELECT n.ctid FROM notification n WHERE n.school_id = current_school() AND n.kind <> 'alert' AND n.created_at < before AND n.state NOT IN ('due', 'sending') LIMIT most));
        DELETE FROM source_notice WHERE ctid = ANY (ARRAY(SELECT s.ctid FROM source_notice s WHERE s.school_id = current_school() AND s.created_at < before LIMIT most));
    WHEN 'signIns' THEN
        DELETE FROM session WHERE ctid = ANY (ARRAY(SELECT s.ctid FROM session s WHERE s.ends_at < before LIMIT most));
        GET DIAGNOSTICS fell = ROW_COUNT;
        DELETE FROM sign_in_attempts WHERE ctid = ANY (ARRAY(SELECT s.ctid FROM sign_in_attempts s WHERE s.last_at < before LIMIT most));
        DELETE FROM sign_in_spent WHERE ctid = ANY (ARRAY(SELECT s.ctid FROM sign_in_spent s WHERE s.ends_at < before LIMIT most));
        DELETE FROM invitation WHERE ctid = ANY (ARRAY(SELECT i.ctid FROM invitation i WHERE i.school_id = current_school() AND i.ends_at < before LIMIT most));
    ELSE
        RAISE EXCEPTION 'there is no clock %', clock USING ERRCODE = 'invalid_parameter_value';
    END CASE;
    RETURN fell;
END
$$;

-- Evidence of records of which no event is left.
CREATE FUNCTION drop_lone_evidence(streams uuid[], seqs bigint[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE fell int;
BEGIN
    DELETE FROM evidence v USING unnest(streams, seqs) AS k (stream_id, seq)
    WHERE v.school_id = current_school() AND v.stream_id = k.stream_id AND v.seq = k.seq
      AND NOT EXISTS (SELECT 1 FROM event e WHERE e.school_id = v.school_id AND e.stream_id = v.stream_id AND e.seq = v.seq);
    GET DIAGNOSTICS fell = ROW_COUNT;
    RETURN fell;
END
$$;

-- Closed cases: the alert with its steps, events, evidence, messages, clock and kept hour. What is open, held, or in the log still, stays.
CREATE FUNCTION retire_alerts(wanted uuid[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE going uuid[];
BEGIN
    SELECT COALESCE(array_agg(a.alert_id), '{}') INTO going FROM alert a WHERE a.school_id = current_school() AND a.alert_id = ANY (wanted)
        AND NOT EXISTS (SELECT 1 FROM event e JOIN intake_stream s ON s.school_id = e.school_id AND s.stream_id = e.stream_id WHERE e.school_id = a.school_id AND e.alert_id = a.alert_id);
    RETURN drop_alerts(going);
END
$$;

-- Closed alerts with all that is theirs, but what is held.
CREATE FUNCTION drop_alerts(wanted uuid[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    fell int;
    going uuid[];
    streams uuid[];
    seqs bigint[];
BEGIN
    SELECT COALESCE(array_agg(a.alert_id), '{}') INTO going FROM (SELECT alert_id, school_id FROM alert WHERE school_id = current_school() AND alert_id = ANY (wanted) AND state = 'resolved' FOR UPDATE) a
    WHERE NOT is_alert_held(a.school_id, a.alert_id);
    WITH gone AS (DELETE FROM event e WHERE e.school_id = current_school() AND e.alert_id = ANY (going) RETURNING e.stream_id, e.seq)
    SELECT COALESCE(array_agg(stream_id), '{}'), COALESCE(array_agg(seq), '{}') INTO streams, seqs FROM gone;
    PERFORM drop_lone_evidence(streams, seqs);
    DELETE FROM notification n WHERE n.school_id = current_school() AND n.alert_id = ANY (going);
    DELETE FROM alert a WHERE a.school_id = current_school() AND a.alert_id = ANY (going);
    GET DIAGNOSTICS fell = ROW_COUNT;
    RETURN fell;
END
$$;

-- The oldest access records, up to a batch, never one about what is held or later than one that is kept. Returns how many.
CREATE FUNCTION retire_access(before timestamptz, kind text, most int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    chain access_chain;
    cut bigint;
    cut_hash bytea;
    fell int;
BEGIN
    SELECT * INTO chain FROM access_chain c WHERE c.school_id = current_school() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    -- Whoever asks: the policy's own least. Nobody cuts what was written yesterday.
    before := LEAST(before, clock_timestamp() - interval '180 days');
    SELECT max(o.seq) INTO cut FROM (
        SELECT r.seq, bool_and(r.at < before AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.school_id = r.school_id AND h.lifted_at IS NULL
            AND (h.hold_id::text = split_part(r.object, ' ', 1) OR h.alert_id::text = split_part(r.object, ' ', 1)
                OR EXISTS (SELECT 1 FROM alert a WHERE a.school_id = r.school_id AND a.alert_id::text = split_part(r.object, ' ', 1) AND a.subject_key = ANY (h.subject_keys)))))
            OVER (ORDER BY r.seq) AS falls
        FROM (SELECT * FROM access_record WHERE school_id = current_school() AND seq < chain.last_seq ORDER BY seq LIMIT most) r) o
    WHERE o.falls;
    IF cut IS NULL THEN
        RETURN 0;
    END IF;
    SELECT r.hash INTO STRICT cut_hash FROM access_record r WHERE r.school_id = current_school() AND r.seq = cut;
    INSERT INTO access_tombstone VALUES (current_school(), cut, cut_hash, clock_timestamp())
    ON CONFLICT (school_id) DO UPDATE SET last_seq = EXCLUDED.last_seq, hash = EXCLUDED.hash, cut_at = EXCLUDED.cut_at;
    DELETE FROM access_record r WHERE r.school_id = current_school() AND r.seq <= cut;
    GET DIAGNOSTICS fell = ROW_COUNT;
    PERFORM record_access(current_school(), kind, 'audit.cut', cut || ' ' || encode(cut_hash, 'hex'), NULL);
    RETURN fell;
END
$$;

-- What goes because somebody is erased ---------------------------------------------------------------------------------------

CREATE FUNCTION require_erasure() RETURNS void LANGUAGE plpgsql STABLE SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF NOT is_erasing(current_school()) THEN
        RAISE EXCEPTION 'permission denied: nobody is being erased' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- Events about somebody, but what an alert that stays holds. Their records are noted: nothing of them is read again.
CREATE FUNCTION erase_events(keys text[]) RETURNS TABLE (events int, evidences int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    streams uuid[];
    seqs bigint[];
    reviews boolean[];
BEGIN
    PERFORM require_erasure();
    WITH gone AS (DELETE FROM event e WHERE e.school_id = current_school() AND e.subject_key = ANY (keys)
        AND NOT is_kept(e.school_id, e.alert_id, e.subject_key) RETURNING e.stream_id, e.seq, e.review <> '' AS review)
    SELECT count(*), array_agg(stream_id), array_agg(seq), array_agg(review) INTO events, streams, seqs, reviews FROM gone;
    PERFORM note_erased(COALESCE(streams, '{}'), COALESCE(seqs, '{}'), COALESCE(reviews, '{}'));
    evidences := drop_lone_evidence(COALESCE(streams, '{}'), COALESCE(seqs, '{}'));
    RETURN NEXT;
END
$$;

CREATE FUNCTION note_erased(streams uuid[], seqs bigint[], reviews boolean[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    INSERT INTO erased_record AS r (school_id, stream_id, seq, whole, review)
    SELECT current_school(), k.stream_id, k.seq, NOT EXISTS (SELECT 1 FROM event e WHERE e.school_id = current_school() AND e.stream_id = k.stream_id AND e.seq = k.seq), bool_or(k.review)
    FROM unnest(streams, seqs, reviews) AS k (stream_id, seq, review)
    WHERE EXISTS (SELECT 1 FROM intake_stream s WHERE s.school_id = current_school() AND s.stream_id = k.stream_id)
    GROUP BY k.stream_id, k.seq
    ON CONFLICT (school_id, stream_id, seq) DO UPDATE SET whole = EXCLUDED.whole, review = r.review OR EXCLUDED.review $$;

-- Alerts about somebody, closed ones that are not held.
CREATE FUNCTION erase_alerts(keys text[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    going uuid[];
    streams uuid[];
    seqs bigint[];
    reviews boolean[];
    fell int;
BEGIN
    PERFORM require_erasure();
    SELECT COALESCE(array_agg(a.alert_id), '{}') INTO going FROM alert a
        WHERE a.school_id = current_school() AND a.subject_key = ANY (keys) AND a.state = 'resolved' AND NOT is_alert_held(a.school_id, a.alert_id);
    SELECT COALESCE(array_agg(e.stream_id), '{}'), COALESCE(array_agg(e.seq), '{}'), COALESCE(array_agg(e.review <> ''), '{}') INTO streams, seqs, reviews
        FROM event e WHERE e.school_id = current_school() AND e.alert_id = ANY (going);
    fell := drop_alerts(going);
    PERFORM note_erased(streams, seqs, reviews);
    RETURN fell;
END
$$;

CREATE FUNCTION erase_person(keys uuid[]) RETURNS TABLE (people int, aliases int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    PERFORM require_erasure();
    DELETE FROM person_alias a WHERE a.school_id = current_school() AND a.person_id = ANY (keys);
    GET DIAGNOSTICS aliases = ROW_COUNT;
    DELETE FROM person p WHERE p.school_id = current_school() AND p.person_id = ANY (keys);
    GET DIAGNOSTICS people = ROW_COUNT;
    RETURN NEXT;
END
$$;

-- A name in what stays because it is about others: the words are replaced, the row stays. What is open or held is left as it is.
CREATE FUNCTION rewrite_event(stream uuid, wanted bigint, wanted_part int, words bytea) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    reviewed boolean;
BEGIN
    PERFORM require_erasure();
    UPDATE event e SET detail = words WHERE e.school_id = current_school() AND e.stream_id = stream AND e.seq = wanted AND e.part = wanted_part
        AND NOT is_kept(e.school_id, e.alert_id, e.subject_key) RETURNING e.review <> '' INTO reviewed;
    IF reviewed IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM note_erased(ARRAY[stream], ARRAY[wanted], ARRAY[reviewed]);
    RETURN 1;
END
$$;

CREATE FUNCTION rewrite_evidence(stream uuid, wanted bigint, kind text, words bytea) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE evidence v SET content_type = kind, peer = '', raw = words WHERE v.school_id = current_school() AND v.stream_id = stream AND v.seq = wanted
        AND NOT EXISTS (SELECT 1 FROM event e WHERE e.school_id = v.school_id AND e.stream_id = v.stream_id AND e.seq = v.seq AND is_kept(e.school_id, e.alert_id, e.subject_key));
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    IF rewritten > 0 THEN
        PERFORM note_erased(ARRAY[stream], ARRAY[wanted], ARRAY[EXISTS (
            SELECT 1 FROM event e WHERE e.school_id = current_school() AND e.stream_id = stream AND e.seq = wanted AND e.review <> '')]);
    END IF;
    RETURN rewritten;
END
$$;

CREATE FUNCTION rewrite_context(wanted uuid, stream uuid, at_seq bigint, at_part int, words bytea) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE kept_context k SET detail = words WHERE k.school_id = current_school() AND k.alert_id = wanted AND k.stream_id = stream AND k.seq = at_seq AND k.part = at_part
        AND NOT is_kept(k.school_id, k.alert_id, NULL);
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

CREATE FUNCTION rewrite_alert(wanted uuid, said bytea, words bytea, other bytea) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE alert a SET reasons = said, note = words, reference = other WHERE a.school_id = current_school() AND a.alert_id = wanted AND NOT is_kept(a.school_id, a.alert_id, NULL);
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

CREATE FUNCTION rewrite_step(wanted uuid, number bigint, words bytea, other text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE alert_step s SET note = words, detail = other WHERE s.school_id = current_school() AND s.alert_id = wanted AND s.step_no = number AND NOT is_kept(s.school_id, s.alert_id, NULL);
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

CREATE FUNCTION erase_access(wanted bigint[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE access_record r SET object = NULL, reason = NULL, salt = NULL WHERE r.school_id = current_school() AND r.seq = ANY (wanted) AND r.object IS NOT NULL;
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

-- Who may do what ----------------------------------------------------------------------------------------------------------

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['intake_tombstone', 'access_tombstone', 'legal_hold', 'context_wish', 'kept_context', 'erasure', 'erased_subject', 'erased_record', 'retention_watch'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    -- What the functions above need as their owner, in the stated school and nowhere else.
    FOREACH t IN ARRAY ARRAY['intake_tombstone', 'access_tombstone', 'legal_hold', 'kept_context', 'erasure', 'erased_record', 'data_key', 'intake_segment',
                             'intake_stream', 'checkpoint', 'source_job', 'source_job_stream', 'delivery', 'counter_block', 'source_activity', 'source_device_day', 'event',
                             'evidence', 'alert', 'alert_step', 'notification', 'digest', 'source_notice', 'invitation', 'person', 'person_alias'] LOOP
        EXECUTE format('CREATE POLICY owner_retains ON %I TO onlinesafety_owner USING (school_id = current_school()) WITH CHECK (school_id = current_school())', t);
    END LOOP;
    -- Reads what somebody asks to be erased or shown, and what is due; writes nothing but holds, wishes and what was done.
    FOREACH t IN ARRAY ARRAY['school_policy', 'person', 'person_alias', 'alert', 'alert_step', 'event', 'evidence', 'notification', 'access_record', 'access_tombstone',
                             'intake_tombstone', 'legal_hold', 'context_wish', 'kept_context', 'erasure', 'erased_subject', 'erased_record', 'retention_watch'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO onlinesafety_retention', t);
        EXECUTE format('CREATE POLICY retention_scope ON %I TO onlinesafety_retention USING (school_id = current_school()) WITH CHECK (school_id = current_school())', t);
    END LOOP;
END
$$;
-- Hashes and times, of no school until somebody has signed in: what is over.
CREATE POLICY owner_clears ON session TO onlinesafety_owner USING (ends_at < now());
CREATE POLICY owner_clears ON sign_in_spent TO onlinesafety_owner USING (ends_at < now());
CREATE POLICY owner_clears ON sign_in_attempts TO onlinesafety_owner USING (began_at < now() - interval '1 day');
-- Wished for by the alert itself, whoever changes it and from wherever: ids and times.
CREATE POLICY owner_keeps ON context_wish TO onlinesafety_owner USING (true) WITH CHECK (true);
-- The same rows, now by one policy each.
DROP POLICY owner_own ON notification;
DROP POLICY report_counts ON alert;
-- A partition goes when no school has a stream or a key of its day: ids and days.
CREATE POLICY owner_days ON data_key FOR SELECT TO onlinesafety_owner USING (true);
CREATE POLICY owner_days ON intake_stream FOR SELECT TO onlinesafety_owner USING (true);
CREATE POLICY owner_reads ON access_record FOR SELECT TO onlinesafety_owner USING (school_id = current_school());
CREATE POLICY owner_cuts ON access_record FOR DELETE TO onlinesafety_owner USING (school_id = current_school());
CREATE POLICY owner_erases ON access_record FOR UPDATE TO onlinesafety_owner USING (school_id = current_school());

GRANT USAGE ON SCHEMA onlinesafety TO onlinesafety_retention;
GRANT SELECT (school_id, name, kind, time_zone, created_at, stored_plain) ON school TO onlinesafety_retention;
GRANT SELECT, INSERT ON school_key TO onlinesafety_retention;
CREATE POLICY retention_scope ON school_key TO onlinesafety_retention USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY retention_find ON school FOR SELECT TO onlinesafety_retention USING (true);
GRANT INSERT, UPDATE (lifted_at, lifted_by, why_lifted) ON legal_hold TO onlinesafety_retention;
GRANT INSERT, UPDATE (finished_at, raw_falls_on, proof) ON erasure TO onlinesafety_retention;
GRANT INSERT, UPDATE (until, erasure_id) ON erased_subject TO onlinesafety_retention;
GRANT INSERT, UPDATE (ran_at, refused_since, refused_why) ON retention_watch TO onlinesafety_retention;
-- What has ended stays so.
CREATE POLICY retention_lifts ON legal_hold AS RESTRICTIVE FOR UPDATE TO onlinesafety_retention USING (lifted_at IS NULL) WITH CHECK (true);
CREATE POLICY retention_ends ON erasure AS RESTRICTIVE FOR UPDATE TO onlinesafety_retention USING (finished_at IS NULL) WITH CHECK (true);

-- Processing hides what was erased and copies the hour around; verify starts from tombstones.
GRANT SELECT ON intake_tombstone, erased_subject, erased_record TO onlinesafety_process;
CREATE POLICY process_find ON intake_tombstone FOR SELECT TO onlinesafety_process USING (true);
CREATE POLICY process_scope ON erased_subject FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_scope ON erased_record FOR SELECT TO onlinesafety_process USING (school_id = current_school());
GRANT SELECT, UPDATE (done_at, records) ON context_wish TO onlinesafety_process;
CREATE POLICY process_scope ON context_wish TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
GRANT SELECT, INSERT ON kept_context TO onlinesafety_process;
CREATE POLICY process_scope ON kept_context TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());

-- Whoever may see an alert may see the hour that was kept of it.
GRANT SELECT ON kept_context TO onlinesafety_console;
CREATE POLICY console_read ON kept_context FOR SELECT TO onlinesafety_console USING (school_id = current_school()
    AND EXISTS (SELECT 1 FROM alert a WHERE a.school_id = kept_context.school_id AND a.alert_id = kept_context.alert_id));

GRANT SELECT ON access_tombstone TO onlinesafety_audit;
CREATE POLICY audit_scope ON access_tombstone FOR SELECT TO onlinesafety_audit USING (school_id = current_school());

DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'onlinesafety'::regnamespace AND p.prosecdef AND p.proname = ANY (ARRAY[
        'raw_days', 'wish_before_fall', 'retire_day', 'drop_empty_day', 'retention_counts', 'retire', 'drop_lone_evidence', 'drop_alerts', 'retire_alerts', 'retire_access',
        'erase_events', 'note_erased', 'erase_alerts', 'erase_person', 'rewrite_event', 'rewrite_evidence', 'rewrite_context', 'rewrite_alert', 'rewrite_step', 'erase_access']) LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        -- Those that only the others use.
        IF f::text NOT LIKE '%drop_lone_evidence%' AND f::text NOT LIKE '%drop_alerts%' AND f::text NOT LIKE '%note_erased%' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO onlinesafety_retention', f);
        END IF;
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION record_access(uuid, text, text, text, text) TO onlinesafety_retention;
REVOKE ALL ON FUNCTION keys_destroyed(), log_lacks_keys(), holds_sealed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_lacks_keys() TO onlinesafety_ingest, onlinesafety_process;
GRANT EXECUTE ON FUNCTION holds_sealed() TO onlinesafety_setup, onlinesafety_process, onlinesafety_console, onlinesafety_retention;
