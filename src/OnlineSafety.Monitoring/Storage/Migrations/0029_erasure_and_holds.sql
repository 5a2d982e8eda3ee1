-- What a hold stops and what an erasure leaves: rows that are held stay under a replay too, the hour around an alert that stays goes with it, looks at such an alert
-- stay on record, and words that a mapping took for a category are looked through as well.

-- Rows of a part of a stream that no replay replaces: of a person who is held, and of alerts that are.
CREATE FUNCTION held_rows(stream uuid, from_seq bigint, to_seq bigint) RETURNS TABLE (seq bigint, part int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT e.seq, e.part FROM event e WHERE e.school_id = current_school() AND e.stream_id = stream AND e.seq BETWEEN from_seq AND to_seq
        AND EXISTS (SELECT 1 FROM legal_hold h WHERE h.school_id = current_school() AND h.lifted_at IS NULL)
        AND (is_held(e.school_id, e.alert_id, e.subject_key) OR (e.alert_id IS NOT NULL AND is_alert_held(e.school_id, e.alert_id))) $$;

-- A replay asks for them in the transaction in which it deletes, with the school's lock held; should it ever not have, it fails here and nothing is lost.
CREATE FUNCTION held_stays() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF is_held(OLD.school_id, OLD.alert_id, OLD.subject_key) THEN
        RAISE EXCEPTION 'permission denied: an event that is held is not replaced' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER held_stays BEFORE DELETE ON event FOR EACH ROW WHEN (current_user = 'onlinesafety_process') EXECUTE FUNCTION held_stays();

-- An alert that an erasure leaves, because it is open or held, is left with the hour around it. Once the log has fallen these rows are all that is known of it.
CREATE FUNCTION is_around_kept(school uuid, whose text, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM alert a WHERE a.school_id = school AND a.subject_key = whose
        AND moment BETWEEN a.first_received_at - interval '30 minutes' AND a.last_received_at + interval '30 minutes'
        AND (a.state <> 'resolved' OR is_alert_held(a.school_id, a.alert_id))) $$;

CREATE OR REPLACE FUNCTION erase_events(keys text[]) RETURNS TABLE (events int, evidences int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    streams uuid[];
    seqs bigint[];
    reviews boolean[];
BEGIN
    PERFORM require_erasure();
    WITH gone AS (DELETE FROM event e WHERE e.school_id = current_school() AND e.subject_key = ANY (keys)
        AND NOT is_kept(e.school_id, e.alert_id, e.subject_key) AND NOT (e.alert_id IS NULL AND is_around_kept(e.school_id, e.subject_key, e.received_at))
        RETURNING e.stream_id, e.seq, e.review <> '' AS review)
    SELECT count(*), array_agg(stream_id), array_agg(seq), array_agg(review) INTO events, streams, seqs, reviews FROM gone;
    PERFORM note_erased(COALESCE(streams, '{}'), COALESCE(seqs, '{}'), COALESCE(reviews, '{}'));
    evidences := drop_lone_evidence(COALESCE(streams, '{}'), COALESCE(seqs, '{}'));
    RETURN NEXT;
END
$$;

-- Which alert an access record is about, where its object says so first.
CREATE FUNCTION kept_alert_of(school uuid, object text) RETURNS uuid LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    SELECT a.alert_id FROM alert a WHERE a.school_id = school AND split_part(object, ' ', 1) ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$'
        AND a.alert_id::text = split_part(object, ' ', 1) AND is_kept(a.school_id, a.alert_id, NULL) $$;

-- Who looked at an alert that stays, and why, stays with it.
CREATE OR REPLACE FUNCTION erase_access(wanted bigint[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE access_record r SET object = NULL, reason = NULL, salt = NULL WHERE r.school_id = current_school() AND r.seq = ANY (wanted) AND r.object IS NOT NULL
        AND kept_alert_of(r.school_id, r.object) IS NULL;
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

-- A hold that was lifted says whom it was on, and why: the words go, that it stood and who placed it stays. What stands is left as it is.
CREATE FUNCTION rewrite_hold(wanted uuid, named bytea, why bytea, ended bytea) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE legal_hold h SET about = named, reason = why, why_lifted = ended WHERE h.school_id = current_school() AND h.hold_id = wanted AND h.lifted_at IS NOT NULL;
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

-- A product's word that no map knows, where it was a name: the hash stays, by which a replay takes back what was counted under it.
CREATE FUNCTION rewrite_unmapped(source uuid, of_kind text, hashed text, word bytea) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE unmapped u SET sealed = word WHERE u.school_id = current_school() AND u.source_id = source AND u.kind = of_kind AND u.value = hashed;
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

-- The same word where it is counted, which is plain: products' own names of categories.
CREATE FUNCTION counted_words() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT DISTINCT c.word FROM counter_block b, unnest(b.categories) AS c (word) WHERE b.school_id = current_school() $$;
CREATE FUNCTION rewrite_counted(old_word text, new_word text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE counter_block b SET categories = array_replace(b.categories, old_word, new_word) WHERE b.school_id = current_school() AND old_word = ANY (b.categories);
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

CREATE POLICY owner_retains ON unmapped TO onlinesafety_owner USING (school_id = current_school()) WITH CHECK (school_id = current_school());
GRANT SELECT ON unmapped TO onlinesafety_retention;
CREATE POLICY retention_scope ON unmapped FOR SELECT TO onlinesafety_retention USING (school_id = current_school());

REVOKE ALL ON FUNCTION held_rows(uuid, bigint, bigint), held_stays(), rewrite_hold(uuid, bytea, bytea, bytea), rewrite_unmapped(uuid, text, text, bytea), counted_words(), rewrite_counted(text, text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION held_rows(uuid, bigint, bigint) TO onlinesafety_process;
GRANT EXECUTE ON FUNCTION rewrite_hold(uuid, bytea, bytea, bytea), rewrite_unmapped(uuid, text, text, bytea), counted_words(), rewrite_counted(text, text)
    TO onlinesafety_retention;
