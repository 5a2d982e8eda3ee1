-- A source may read by a mapping of its own, wait for one in capture mode, and be read again by another one.

-- Never changed or deleted: whoever asks later by what a record was read finds it. setup has no UPDATE and no DELETE.
CREATE TABLE source_mapping (
    school_id  uuid NOT NULL,
    source_id  uuid NOT NULL,
    version    int  NOT NULL CHECK (version >= 1),
    content    bytea NOT NULL,
    created_at timestamptz NOT NULL,
    note       text NOT NULL DEFAULT '',
    PRIMARY KEY (school_id, source_id, version),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
);

-- 0: the pack of its product.
ALTER TABLE source ADD COLUMN mapping_version int NOT NULL DEFAULT 0;
-- No mapping yet: records are kept, and read as plain text against the grave phrases.
ALTER TABLE source ADD COLUMN capture boolean NOT NULL DEFAULT false;

-- What a replay must take back of a range, it finds at the range. Blocks from before this version have none of it: of them it takes back nothing.
ALTER TABLE counter_block
    ADD COLUMN captured        int NOT NULL DEFAULT 0,
    ADD COLUMN unknown_role    int NOT NULL DEFAULT 0,
    ADD COLUMN unmapped_kinds  text[] NOT NULL DEFAULT '{}',
    ADD COLUMN unmapped_values text[] NOT NULL DEFAULT '{}',
    ADD COLUMN unmapped_counts int[] NOT NULL DEFAULT '{}';
DO $$
DECLARE sum_check text;
BEGIN
    SELECT conname INTO STRICT sum_check FROM pg_constraint
    WHERE conrelid = 'onlinesafety.counter_block'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%control%';
    EXECUTE format('ALTER TABLE counter_block DROP CONSTRAINT %I', sum_check);
END
$$;
ALTER TABLE counter_block ADD CONSTRAINT counter_block_sum CHECK (concern + counted + review + control + captured = last_seq - first_seq + 1);

-- Found by a replay alone, long after it was received.
ALTER TABLE alert ADD COLUMN late boolean NOT NULL DEFAULT false;
-- The alert went to another desk since: whoever was told of it before may not look any more.
ALTER TABLE notification ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;

-- Work on a source that must read the log, which only the process role may. ids only: rows hold counts, names of fields and shapes, nothing of a child.
CREATE TABLE source_job (
    school_id       uuid NOT NULL,
    job_id          uuid NOT NULL,
    source_id       uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('suggest', 'preview', 'replay')),
    state           text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'running', 'done', 'failed', 'cancelled')),
    mapping_version int NOT NULL DEFAULT 0,
    range_from      timestamptz,
    range_to        timestamptz,
    requested_at    timestamptz NOT NULL,
    started_at      timestamptz,
    finished_at     timestamptz,
    done            bigint NOT NULL DEFAULT 0,
    total           bigint NOT NULL DEFAULT 0,
    result          jsonb,
    error           text NOT NULL DEFAULT '',
    worker          uuid,
    lease_until     timestamptz NOT NULL DEFAULT '-infinity',
    starts          int NOT NULL DEFAULT 0,
    PRIMARY KEY (school_id, job_id),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
);
CREATE INDEX source_job_open ON source_job (requested_at) WHERE state IN ('due', 'running');
-- Two replays of one source would undo each other.
CREATE UNIQUE INDEX source_job_one_replay ON source_job (school_id, source_id) WHERE kind = 'replay' AND state IN ('due', 'running');

-- How far a replay is, stream by stream: moved in the transaction of each chunk, so that it goes on where it was killed. result: what was done so far.
CREATE TABLE source_job_stream (
    school_id uuid NOT NULL,
    job_id    uuid NOT NULL,
    stream_id uuid NOT NULL,
    ordinal   int  NOT NULL,
    day       date NOT NULL,
    next_seq  bigint NOT NULL,
    last_seq  bigint NOT NULL,
    tally     bigint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (school_id, job_id, stream_id),
    FOREIGN KEY (school_id, job_id) REFERENCES source_job ON DELETE CASCADE
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['source_mapping', 'source_job', 'source_job_stream'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;

GRANT SELECT, INSERT ON source_mapping, source_job TO onlinesafety_setup;
GRANT UPDATE (state, finished_at, error) ON source_job TO onlinesafety_setup;
CREATE POLICY setup_scope ON source_mapping TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY setup_scope ON source_job TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
-- It may end a job, and nothing else.
CREATE POLICY setup_cancels ON source_job AS RESTRICTIVE FOR UPDATE TO onlinesafety_setup USING (state IN ('due', 'running')) WITH CHECK (state = 'cancelled');

GRANT SELECT ON source_mapping TO onlinesafety_process;
GRANT SELECT ON source_job TO onlinesafety_process;
GRANT UPDATE (state, started_at, finished_at, done, total, result, error, worker, lease_until, starts) ON source_job TO onlinesafety_process;
GRANT SELECT, INSERT, DELETE ON source_job_stream TO onlinesafety_process;
GRANT UPDATE (next_seq, tally) ON source_job_stream TO onlinesafety_process;
CREATE POLICY process_scope ON source_mapping FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_claim ON source_job TO onlinesafety_process USING (true) WITH CHECK (true);
-- What has ended stays so: a job set running again would open the rows below once more.
CREATE POLICY process_ended ON source_job AS RESTRICTIVE FOR UPDATE TO onlinesafety_process USING (state IN ('due', 'running')) WITH CHECK (true);
CREATE POLICY process_scope ON source_job_stream TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());

-- A replay replaces. The grants are for the running replay of that very source and nothing else: the triggers refuse everybody else, and a statement
-- that forgot its WHERE, as the missing grant did before.
GRANT DELETE ON event, evidence, counter_block, unmapped TO onlinesafety_process;
GRANT UPDATE (route, subject_key, subject_role, subject_staff) ON alert TO onlinesafety_process;
GRANT SELECT (school_id, alert_id, withdrawn), UPDATE (withdrawn) ON notification TO onlinesafety_process;
CREATE POLICY process_find ON notification FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_withdraw ON notification FOR UPDATE TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school() AND withdrawn);

CREATE FUNCTION is_replayed(school uuid, sources uuid[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM source_job j WHERE j.school_id = school AND j.source_id = ANY (sources) AND j.kind = 'replay' AND j.state = 'running') $$;
CREATE FUNCTION only_by_replay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sources uuid[];
BEGIN
    IF current_user <> 'onlinesafety_process' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_TABLE_NAME = 'alert' THEN
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
CREATE TRIGGER only_by_replay BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION only_by_replay();
CREATE TRIGGER only_by_replay BEFORE DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION only_by_replay();
CREATE TRIGGER only_by_replay BEFORE DELETE ON counter_block FOR EACH ROW EXECUTE FUNCTION only_by_replay();
CREATE TRIGGER only_by_replay BEFORE UPDATE OF route, subject_key, subject_role, subject_staff ON alert FOR EACH ROW EXECUTE FUNCTION only_by_replay();

GRANT SELECT (late) ON alert TO onlinesafety_notify;
GRANT SELECT (withdrawn) ON notification TO onlinesafety_console;
CREATE OR REPLACE FUNCTION was_told(school uuid, alert uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT cardinality(current_routes()) > 0 AND EXISTS (SELECT 1 FROM notification n
        WHERE n.school_id = school AND n.alert_id = alert AND n.staff_id = current_staff() AND n.state <> 'dropped' AND NOT n.withdrawn) $$;
