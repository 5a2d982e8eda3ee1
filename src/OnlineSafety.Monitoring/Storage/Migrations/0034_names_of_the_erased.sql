-- Names of those who were erased are taken out of whatever is read of the log again, also where an alert comes of it; a legal hold wins there as it does in the erasure.

-- Whose words stay as they are, whomever they name: of the people on whom a hold stands, and of those whose alert it stands on. Keyed hashes.
CREATE FUNCTION held_subjects() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT k FROM legal_hold h, unnest(h.subject_keys) AS k WHERE h.school_id = current_school() AND h.lifted_at IS NULL
    UNION SELECT a.subject_key FROM legal_hold h JOIN alert a ON a.school_id = h.school_id AND a.alert_id = h.alert_id
        WHERE h.school_id = current_school() AND h.lifted_at IS NULL AND a.subject_key IS NOT NULL $$;

-- As before, and the name under which an alert about somebody else stands, where it is one that a product gave the person or a device. Null: it stays.
DROP FUNCTION rewrite_alert(uuid, bytea, bytea, bytea);
CREATE FUNCTION rewrite_alert(wanted uuid, said bytea, words bytea, other bytea, whose bytea) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE rewritten int;
BEGIN
    PERFORM require_erasure();
    UPDATE alert a SET reasons = said, note = words, reference = other, subject = COALESCE(whose, a.subject)
        WHERE a.school_id = current_school() AND a.alert_id = wanted AND NOT is_kept(a.school_id, a.alert_id, NULL);
    GET DIAGNOSTICS rewritten = ROW_COUNT;
    RETURN rewritten;
END
$$;

-- A name that somebody has told apart from another person's is the erased one's own.
CREATE FUNCTION erase_names_apart(keys text[]) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE fell int;
BEGIN
    PERFORM require_erasure();
    DELETE FROM person_alias a WHERE a.school_id = current_school() AND a.alias_key = ANY (keys) AND a.apart_since IS NOT NULL;
    GET DIAGNOSTICS fell = ROW_COUNT;
    RETURN fell;
END
$$;

REVOKE ALL ON FUNCTION held_subjects(), rewrite_alert(uuid, bytea, bytea, bytea, bytea), erase_names_apart(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION held_subjects() TO onlinesafety_process;
GRANT EXECUTE ON FUNCTION rewrite_alert(uuid, bytea, bytea, bytea, bytea), erase_names_apart(text[]) TO onlinesafety_retention;
