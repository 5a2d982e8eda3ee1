-- Who looked at what, as a hash chain of each school: every entry holds the hash of the one before it. The service computes no hash; this function does, in the
-- transaction of the look or action, under a lock on the school's head. What an entry is about (object, reason) is covered by a salted hash of its own,
-- so that it can be erased, salt and all, and the chain still be walked. Canonical bytes: Access/Audit/AuditEntry.cs computes the same.

CREATE TABLE access_chain (
    school_id uuid PRIMARY KEY REFERENCES school,
    last_seq  bigint NOT NULL,
    head_hash bytea NOT NULL CHECK (length(head_hash) = 32)
) WITH (fillfactor = 50);

CREATE FUNCTION canonical(words text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT int4send(octet_length(convert_to(words, 'UTF8'))) || convert_to(words, 'UTF8') $$;

-- A row that is being written, so that old entries are chained below by the very words that chain new ones.
ALTER TABLE access_record
    ADD COLUMN seq           bigint,
    ADD COLUMN reason        text CHECK (length(reason) BETWEEN 1 AND 2000),
    ADD COLUMN salt          bytea,
    ADD COLUMN detail_hash   bytea,
    ADD COLUMN previous_hash bytea,
    ADD COLUMN hash          bytea;

CREATE FUNCTION chained(entry access_record, previous bytea) RETURNS access_record LANGUAGE plpgsql AS $$
BEGIN
    -- 122 bits from the server's strong source: nobody finds a short object by trying.
    entry.salt := uuid_send(gen_random_uuid());
    entry.detail_hash := sha256(entry.salt || canonical(entry.object) || COALESCE(canonical(entry.reason), int4send(-1)));
    entry.previous_hash := previous;
    entry.hash := sha256('OSA1'::bytea || uuid_send(entry.school_id) || int8send(entry.seq) || timestamptz_send(entry.at) || canonical(entry.actor_kind)
        || COALESCE('\x01'::bytea || uuid_send(entry.actor_id), '\x00'::bytea) || canonical(entry.actor_name) || canonical(entry.action) || entry.detail_hash || previous);
    RETURN entry;
END
$$;

-- The owner has no policy on these rows; for the rest of this transaction it needs none.
ALTER TABLE access_record NO FORCE ROW LEVEL SECURITY;
DO $$
DECLARE
    entry access_record;
    chain access_chain;
BEGIN
    FOR entry IN SELECT * FROM access_record ORDER BY school_id, access_id LOOP
        IF chain.school_id IS DISTINCT FROM entry.school_id THEN
            IF chain.school_id IS NOT NULL THEN
                INSERT INTO access_chain VALUES (chain.*);
            END IF;
            chain := ROW(entry.school_id, 0, decode(repeat('00', 32), 'hex'));
        END IF;
        entry.seq := chain.last_seq + 1;
        entry := chained(entry, chain.head_hash);
        UPDATE access_record r SET seq = entry.seq, salt = entry.salt, detail_hash = entry.detail_hash, previous_hash = entry.previous_hash, hash = entry.hash
            WHERE r.school_id = entry.school_id AND r.access_id = entry.access_id;
        chain.last_seq := entry.seq;
        chain.head_hash := entry.hash;
    END LOOP;
    IF chain.school_id IS NOT NULL THEN
        INSERT INTO access_chain VALUES (chain.*);
    END IF;
END
$$;
ALTER TABLE access_record DROP CONSTRAINT access_record_pkey;
ALTER TABLE access_record DROP COLUMN access_id;
ALTER TABLE access_record ADD PRIMARY KEY (school_id, seq);
ALTER TABLE access_record
    ALTER COLUMN at DROP DEFAULT,
    ALTER COLUMN object DROP NOT NULL,
    ALTER COLUMN detail_hash SET NOT NULL,
    ALTER COLUMN previous_hash SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    ADD CONSTRAINT access_record_kind CHECK (actor_kind IN ('service', 'operator', 'staff')),
    ADD CONSTRAINT access_record_erased CHECK ((object IS NULL) = (salt IS NULL) AND (object IS NOT NULL OR reason IS NULL));
ALTER TABLE access_record FORCE ROW LEVEL SECURITY;
ALTER TABLE access_chain ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_chain FORCE ROW LEVEL SECURITY;

-- For every role, the owner and a superuser too: whoever wants to change the past must first remove this, and then the hashes tell.
CREATE FUNCTION access_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- Erasing what an entry is about, whole, is no change of the past: the entry stays and still says that it was there.
        OLD.object := NULL;
        OLD.reason := NULL;
        OLD.salt := NULL;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'permission denied: an access record is written once' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER access_record_stays BEFORE UPDATE OR DELETE ON access_record FOR EACH ROW EXECUTE FUNCTION access_record_stays();
CREATE TRIGGER access_record_is_not_emptied BEFORE TRUNCATE ON access_record FOR EACH STATEMENT EXECUTE FUNCTION access_record_stays();

-- The only way to write an entry. Whose entry it is, is what the transaction stated when it was opened: nobody looks as one and is recorded as another.
CREATE FUNCTION record_access(school uuid, kind text, action text, object text, reason text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = onlinesafety, pg_temp
AS $$
DECLARE
    chain access_chain;
    entry access_record;
BEGIN
    IF school IS DISTINCT FROM current_school() THEN
        RAISE EXCEPTION 'permission denied: an access record is written in the scope of its school' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO chain FROM access_chain c WHERE c.school_id = school FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO access_chain VALUES (school, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT chain FROM access_chain c WHERE c.school_id = school FOR UPDATE;
    END IF;
    entry.school_id := school;
    entry.seq := chain.last_seq + 1;
    -- Under the lock, so that times follow the sequence.
    entry.at := clock_timestamp();
    entry.actor_kind := kind;
    entry.actor_id := current_staff();
    entry.actor_name := current_setting('app.actor', true);
    entry.action := action;
    entry.object := object;
    entry.reason := reason;
    entry := chained(entry, chain.head_hash);
    INSERT INTO access_record SELECT entry.*;
    UPDATE access_chain c SET last_seq = entry.seq, head_hash = entry.hash WHERE c.school_id = school;
END
$$;
REVOKE ALL ON FUNCTION record_access(uuid, text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_access(uuid, text, text, text, text)
    TO onlinesafety_setup, onlinesafety_process, onlinesafety_notify, onlinesafety_console, onlinesafety_audit;

-- What the function needs as its owner, and only within the school that is stated.
CREATE POLICY owner_append ON access_record FOR INSERT TO onlinesafety_owner WITH CHECK (school_id = current_school());
CREATE POLICY owner_read ON access_chain FOR SELECT TO onlinesafety_owner USING (school_id = current_school());
CREATE POLICY owner_open ON access_chain FOR INSERT TO onlinesafety_owner WITH CHECK (school_id = current_school());
CREATE POLICY owner_move ON access_chain FOR UPDATE TO onlinesafety_owner USING (school_id = current_school()) WITH CHECK (school_id = current_school());

DROP POLICY setup_scope ON access_record;
DROP POLICY process_scope ON access_record;
DROP POLICY notify_scope ON access_record;
DROP POLICY console_write ON access_record;
REVOKE INSERT ON access_record FROM onlinesafety_setup, onlinesafety_process, onlinesafety_notify, onlinesafety_console;

-- Digests print the heads.
GRANT SELECT ON access_chain TO onlinesafety_notify;
CREATE POLICY notify_scope ON access_chain FOR SELECT TO onlinesafety_notify USING (school_id = current_school());

-- Audit: who looked at what, and of alerts only what names them. Never what a child did, and nothing that is about the reader.
GRANT USAGE ON SCHEMA onlinesafety TO onlinesafety_audit;
GRANT SELECT ON access_record, access_chain TO onlinesafety_audit;
GRANT SELECT (school_id) ON school TO onlinesafety_audit;
GRANT SELECT (school_id, alert_id, number, state, severity, raised_at, subject_key) ON alert TO onlinesafety_audit;
GRANT SELECT (school_id, person_id, account) ON person TO onlinesafety_audit;
GRANT SELECT (school_id, alias, person_id) ON person_alias TO onlinesafety_audit;
-- verify walks all chains, one school after another; ids only.
CREATE POLICY audit_find ON school FOR SELECT TO onlinesafety_audit USING (true);
CREATE POLICY audit_scope ON access_record FOR SELECT TO onlinesafety_audit USING (school_id = current_school());
CREATE POLICY audit_scope ON access_chain FOR SELECT TO onlinesafety_audit USING (school_id = current_school());
CREATE POLICY audit_scope ON alert FOR SELECT TO onlinesafety_audit
    USING (school_id = current_school() AND (subject_staff IS NULL OR subject_staff IS DISTINCT FROM current_staff()));
CREATE POLICY audit_scope ON person FOR SELECT TO onlinesafety_audit USING (school_id = current_school());
CREATE POLICY audit_scope ON person_alias FOR SELECT TO onlinesafety_audit USING (school_id = current_school());

-- A temporary table is found before one of the schema: a session that made itself a notification would have been believed.
ALTER FUNCTION was_told(uuid, uuid) SET search_path = onlinesafety, pg_temp;
