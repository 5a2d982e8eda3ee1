-- Sealed at rest: what can hold a child's name, search or address is sealed with a key of the school, and found by a keyed hash. Which columns these are, and why the
-- others are not, stands in schemas/fields.json. Rows of before are sealed by the process role after the start; until then both forms are read.

-- Wrapped by the master key. The first of a school's keys also makes its hashes; the one that is not retired seals. Without them nothing sealed of the school opens.
CREATE TABLE school_key (
    school_id  uuid NOT NULL REFERENCES school,
    key_id     uuid NOT NULL,
    master_id  text NOT NULL,
    wrapped    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retired_at timestamptz,
    PRIMARY KEY (school_id, key_id)
);
CREATE UNIQUE INDEX school_key_current ON school_key (school_id) WHERE retired_at IS NULL;
ALTER TABLE school_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE school_key FORCE ROW LEVEL SECURITY;
DO $$
DECLARE r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['setup', 'process', 'console'] LOOP
        EXECUTE format('GRANT SELECT, INSERT ON school_key TO onlinesafety_%s', r);
        EXECUTE format('CREATE POLICY %s_scope ON school_key TO onlinesafety_%s USING (school_id = current_school()) WITH CHECK (school_id = current_school())', r, r);
    END LOOP;
END
$$;

-- Every school that is there by now may have rows of before; no later one has.
ALTER TABLE school ADD COLUMN stored_plain boolean NOT NULL DEFAULT true;
ALTER TABLE school ALTER COLUMN stored_plain SET DEFAULT false;
GRANT UPDATE (stored_plain) ON school TO onlinesafety_process;

-- What sealed values begin with (Access/Sealing/SchoolSeal.cs): no UTF-8 text does.
CREATE FUNCTION is_sealed(value bytea) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT substr(value, 1, 2) IN ('\xff01'::bytea, '\xff02'::bytea) $$;
-- The same in a column of text: a code point that Unicode keeps free of meaning, U+FDD0.
CREATE FUNCTION is_sealed(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT starts_with(value, U&'\FDD0') $$;

-- Events and evidence ------------------------------------------------------------------------------------------------
-- Packed before it is sealed: no point in trying again.
ALTER TABLE event ALTER COLUMN detail SET STORAGE EXTERNAL;
ALTER TABLE evidence ALTER COLUMN raw SET STORAGE EXTERNAL;

-- Alerts -------------------------------------------------------------------------------------------------------------
-- No longer read off the reasons, which the database cannot read any more: written with them.
ALTER TABLE alert ALTER COLUMN unproven DROP EXPRESSION;
ALTER TABLE alert ALTER COLUMN unproven SET DEFAULT false;
ALTER TABLE alert ALTER COLUMN rules DROP EXPRESSION;
ALTER TABLE alert ALTER COLUMN rules SET DEFAULT '{}';
DROP FUNCTION rules_in(bytea);
ALTER TABLE alert
    DROP CONSTRAINT alert_reference_check,
    ALTER COLUMN note TYPE bytea USING convert_to(note, 'UTF8'),
    ALTER COLUMN reference TYPE bytea USING convert_to(reference, 'UTF8'),
    ADD CONSTRAINT alert_reference_check CHECK (length(reference) BETWEEN 1 AND 1000),
    ALTER COLUMN reasons SET STORAGE EXTERNAL,
    -- Whom it is about, by name: what subject_key is the hash of. Null in rows of before, whose subject_key is the name itself.
    ADD COLUMN subject bytea;
GRANT UPDATE (subject, unproven, rules, note, reference) ON alert TO onlinesafety_process;

-- Its words and the case's reference, in alert_step too.
ALTER TABLE alert_step DROP CONSTRAINT alert_step_note_check, DROP CONSTRAINT alert_step_detail_check, ALTER COLUMN note DROP DEFAULT;
ALTER TABLE alert_step
    ALTER COLUMN note TYPE bytea USING convert_to(note, 'UTF8'),
    ALTER COLUMN note SET DEFAULT '',
    ADD CONSTRAINT alert_step_note_check CHECK (length(note) <= 16384),
    ADD CONSTRAINT alert_step_detail_check CHECK (length(detail) <= 1500);

-- People -------------------------------------------------------------------------------------------------------------
DROP INDEX person_account;
ALTER TABLE person
    ALTER COLUMN account TYPE bytea USING convert_to(account, 'UTF8'),
    ALTER COLUMN date_of_birth TYPE bytea USING convert_to(to_char(date_of_birth, 'YYYY-MM-DD'), 'UTF8'),
    -- Keyed hash of the account; in a row of before, something that no account has.
    ADD COLUMN account_key text NOT NULL DEFAULT 'plain:' || gen_random_uuid();
CREATE UNIQUE INDEX person_account ON person (school_id, account_key);
ALTER TABLE person_alias DROP CONSTRAINT person_alias_pkey;
ALTER TABLE person_alias
    ALTER COLUMN alias TYPE bytea USING convert_to(alias, 'UTF8'),
    ADD COLUMN alias_key text NOT NULL DEFAULT 'plain:' || gen_random_uuid(),
    ADD PRIMARY KEY (school_id, alias_key);
GRANT SELECT (account_key) ON person TO onlinesafety_audit;
GRANT SELECT (alias_key) ON person_alias TO onlinesafety_audit;

-- Vendors' words that no map knows -----------------------------------------------------------------------------------
-- A mapping that takes a name for a category puts it here. value is a keyed hash ('word:' and 32 digits), the word itself is sealed; our own words stay as they are.
ALTER TABLE unmapped ADD COLUMN sealed bytea;

-- Why somebody looked, in that person's words. In entries of before it stays as it was written: their hashes say so.
ALTER TABLE access_record DROP CONSTRAINT access_record_reason_check;
ALTER TABLE access_record ADD CONSTRAINT access_record_reason_check CHECK (length(reason) BETWEEN 1 AND 12000);

-- Sealing what was there before --------------------------------------------------------------------------------------
-- By the process role, which may do nothing else with these rights: each trigger refuses an update that does not turn a plain value into a sealed one.
GRANT UPDATE (subject_key, signature, detail) ON event TO onlinesafety_process;
GRANT UPDATE (raw) ON evidence TO onlinesafety_process;
GRANT UPDATE (account, account_key, date_of_birth) ON person TO onlinesafety_process;
GRANT UPDATE (alias, alias_key) ON person_alias TO onlinesafety_process;
GRANT UPDATE (unmapped_values) ON counter_block TO onlinesafety_process;
GRANT SELECT (school_id, alert_id, step_no, step, detail, note), UPDATE (detail, note) ON alert_step TO onlinesafety_process;
CREATE POLICY process_seals ON person FOR UPDATE TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_seals ON person_alias FOR UPDATE TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_finds ON alert_step FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_seals ON alert_step FOR UPDATE TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());

CREATE FUNCTION only_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'onlinesafety_process' THEN
        RAISE EXCEPTION 'permission denied: what was stored before is sealed, and nothing else of % is changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_sealing BEFORE UPDATE ON event FOR EACH ROW
    WHEN (onlinesafety.is_sealed(OLD.detail) OR NOT onlinesafety.is_sealed(NEW.detail)) EXECUTE FUNCTION only_sealing();
CREATE TRIGGER only_sealing BEFORE UPDATE ON evidence FOR EACH ROW
    WHEN (onlinesafety.is_sealed(OLD.raw) OR NOT onlinesafety.is_sealed(NEW.raw)) EXECUTE FUNCTION only_sealing();
CREATE TRIGGER only_sealing BEFORE UPDATE ON person FOR EACH ROW
    WHEN (onlinesafety.is_sealed(OLD.account) OR NOT onlinesafety.is_sealed(NEW.account)) EXECUTE FUNCTION only_sealing();
CREATE TRIGGER only_sealing BEFORE UPDATE ON person_alias FOR EACH ROW
    WHEN (onlinesafety.is_sealed(OLD.alias) OR NOT onlinesafety.is_sealed(NEW.alias)) EXECUTE FUNCTION only_sealing();
CREATE TRIGGER only_sealing BEFORE UPDATE OF note ON alert FOR EACH ROW
    WHEN (NEW.note IS DISTINCT FROM OLD.note AND (onlinesafety.is_sealed(OLD.note) OR NOT onlinesafety.is_sealed(NEW.note))) EXECUTE FUNCTION only_sealing();
CREATE TRIGGER only_sealing_reference BEFORE UPDATE OF reference ON alert FOR EACH ROW
    WHEN (NEW.reference IS DISTINCT FROM OLD.reference AND (onlinesafety.is_sealed(OLD.reference) OR NOT onlinesafety.is_sealed(NEW.reference))) EXECUTE FUNCTION only_sealing();
-- An alert's person is changed by a replay; or named by the hash, once, when its name is sealed.
DROP TRIGGER only_by_replay ON alert;
CREATE TRIGGER only_by_replay BEFORE UPDATE OF route, subject_role, subject_staff ON alert FOR EACH ROW EXECUTE FUNCTION only_by_replay();
CREATE TRIGGER only_by_replay_or_sealing BEFORE UPDATE OF subject_key, subject ON alert FOR EACH ROW
    WHEN ((NEW.subject_key, NEW.subject) IS DISTINCT FROM (OLD.subject_key, OLD.subject)
          AND (OLD.subject IS NOT NULL OR NOT COALESCE(onlinesafety.is_sealed(NEW.subject), starts_with(OLD.subject_key, 'cohort:'), false))) EXECUTE FUNCTION only_by_replay();
-- Digits of a hash in the place of a word, as many as there were.
CREATE TRIGGER only_sealing BEFORE UPDATE OF unmapped_values ON counter_block FOR EACH ROW
    WHEN (cardinality(NEW.unmapped_values) <> cardinality(OLD.unmapped_values)) EXECUTE FUNCTION only_sealing();

-- Steps are still never changed, by anybody: only their words are sealed, once.
CREATE FUNCTION alert_step_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF NOT is_sealed(OLD.note) AND is_sealed(NEW.note) THEN
        OLD.note := NEW.note;
    END IF;
    IF OLD.step = 'hand_over' AND NOT is_sealed(OLD.detail) AND is_sealed(NEW.detail) THEN
        OLD.detail := NEW.detail;
    END IF;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'permission denied: rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER append_only ON alert_step;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON alert_step FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER alert_step_stays BEFORE UPDATE ON alert_step FOR EACH ROW EXECUTE FUNCTION alert_step_stays();

-- Keys ---------------------------------------------------------------------------------------------------------------
-- Whoever changes the master key wraps anew all that the old one wrapped: keys and secrets, sealed as they are, of all schools, and nothing that they open.
GRANT USAGE ON SCHEMA onlinesafety TO onlinesafety_keys;
GRANT SELECT (school_id, name) ON school TO onlinesafety_keys;
GRANT SELECT, INSERT, DELETE, UPDATE (master_id, wrapped) ON data_key, school_key TO onlinesafety_keys;
GRANT UPDATE (retired_at) ON school_key TO onlinesafety_keys;
GRANT SELECT (school_id, source_id, secret_id, master_id, sealed), UPDATE (master_id, sealed) ON source_secret TO onlinesafety_keys;
GRANT SELECT (school_id, channel_id, master_id, sealed), UPDATE (master_id, sealed) ON channel TO onlinesafety_keys;
GRANT SELECT (account_id, totp_master_id, totp_sealed), UPDATE (totp_master_id, totp_sealed) ON account TO onlinesafety_keys;
GRANT EXECUTE ON FUNCTION record_access(uuid, text, text, text, text) TO onlinesafety_keys;
CREATE POLICY keys_find ON school FOR SELECT TO onlinesafety_keys USING (true);
CREATE POLICY keys_all ON data_key TO onlinesafety_keys USING (true) WITH CHECK (true);
CREATE POLICY keys_all ON school_key TO onlinesafety_keys USING (true) WITH CHECK (true);
CREATE POLICY keys_find ON source_secret FOR SELECT TO onlinesafety_keys USING (true);
CREATE POLICY keys_rewrap ON source_secret FOR UPDATE TO onlinesafety_keys USING (true) WITH CHECK (true);
CREATE POLICY keys_find ON channel FOR SELECT TO onlinesafety_keys USING (true);
CREATE POLICY keys_rewrap ON channel FOR UPDATE TO onlinesafety_keys USING (true) WITH CHECK (true);
CREATE POLICY keys_find ON account FOR SELECT TO onlinesafety_keys USING (true);
CREATE POLICY keys_rewrap ON account FOR UPDATE TO onlinesafety_keys USING (true) WITH CHECK (true);
