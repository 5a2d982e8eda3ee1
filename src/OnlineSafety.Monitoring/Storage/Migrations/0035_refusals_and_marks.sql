-- A refusal to sign in costs the same whatever was wrong, and who may not silence learns of a silence only that it stands.

-- Signing in ---------------------------------------------------------------------------------------------------------

-- Tells whoever has an account what became of it: one row of the ledger, by mail alone. What a stranger can bring about again and again is told of once a day;
-- set-up tells of none of that, and may not read the ledger.
CREATE FUNCTION tell_staff(at_school uuid, whom uuid, news text) RETURNS void LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF news IN ('guessing', 'codes') THEN
        IF EXISTS (SELECT 1 FROM notification n
            WHERE n.school_id = at_school AND n.kind = 'account' AND n.staff_id = whom AND n.cause = news AND n.created_at > clock_timestamp() - interval '1 day') THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO notification (school_id, notification_id, kind, cause, staff_id, channel, state, due_at, created_at)
    VALUES (at_school, gen_random_uuid(), 'account', news, whom, 'email', 'due', clock_timestamp(), clock_timestamp());
END
$$;

-- What became of the stated account: told of once, at the place with the account's very address, and recorded in every school. One statement for an account and for
-- none, so that the service asks the same of the database whoever was refused. As whoever calls it, within that role's rights. Chains are taken in one order.
CREATE FUNCTION tell_account(action text, news text) RETURNS void LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    places uuid[][];
    place  uuid[];
BEGIN
    SELECT array_agg(ARRAY[s.school_id, s.staff_id] ORDER BY c.name, s.school_id) INTO places
    FROM staff_account a JOIN staff s USING (school_id, staff_id) JOIN school c USING (school_id) WHERE a.account_id = current_account() AND s.enabled;
    IF places IS NULL THEN
        RETURN;
    END IF;

    IF news IS NOT NULL THEN
        SELECT ARRAY[s.school_id, s.staff_id] INTO place
        FROM staff_account a JOIN staff s USING (school_id, staff_id) JOIN school c USING (school_id) JOIN account o USING (account_id)
        WHERE a.account_id = current_account() AND s.enabled ORDER BY lower(s.email) <> o.address, c.name, s.school_id LIMIT 1;
        PERFORM set_config('app.school', place[1]::text, true);
        PERFORM tell_staff(place[1], place[2], news);
    END IF;
    IF action IS NOT NULL THEN
        FOREACH place SLICE 1 IN ARRAY places LOOP
            PERFORM set_config('app.school', place[1]::text, true);
            PERFORM record_access(place[1], 'service', action, place[2]::text, NULL);
        END LOOP;
    END IF;
END
$$;

-- Silences -----------------------------------------------------------------------------------------------------------

-- What a silence is and what it covers is decided here and nowhere else: for what is told, for the mark on the queue, and for the preview of one that is not begun yet.

-- By the database's clock, which is given. One up to high waits for its second person.
CREATE FUNCTION silence_is_on(starts_at timestamptz, ends_at timestamptz, ended_at timestamptz, most smallint, approved_at timestamptz, now timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ended_at IS NULL AND starts_at <= now AND ends_at > now AND (most < 3 OR approved_at IS NOT NULL) $$;

-- Whether an alert is within the scope of a silence.
CREATE FUNCTION silence_fits(of_source uuid, of_theme text, of_rule text, most smallint, severity smallint, sources uuid[], themes text[], rules text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT severity <= most
        AND (of_source IS NULL OR (cardinality(sources) > 0 AND sources <@ ARRAY[of_source]))
        AND (of_theme IS NULL OR themes <@ ARRAY[of_theme])
        AND (of_rule IS NULL OR (of_rule = ANY (rules) AND cardinality(themes) = 1
             AND NOT EXISTS (SELECT 1 FROM unnest(rules) AS named (rule) WHERE named.rule <> of_rule AND named.rule NOT LIKE 'modifier.%'))) $$;

-- Never critical; never what is about staff or for the DSL alone, where the one who silences could be the one it is about, or the child has asked for help;
-- never a drill, nor what a person has handed up, given away or opened again: whatever follows of that, whoever has it in hand counts on being told.
CREATE FUNCTION silence_may_cover(severity smallint, drill boolean, state text, route text, subject_staff uuid, audience smallint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT severity < 4 AND NOT drill AND state <> 'escalated' AND route = 'dsl' AND subject_staff IS NULL AND audience = 0 $$;

CREATE FUNCTION silence_ends_with(step text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT step IN ('escalate', 'assign', 'reopen') $$;

CREATE FUNCTION may_be_silenced(school uuid, alert uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM alert a
        WHERE a.school_id = school AND a.alert_id = $2 AND silence_may_cover(a.severity, a.drill, a.state, a.route, a.subject_staff, a.audience)
          AND NOT EXISTS (SELECT 1 FROM alert_step t WHERE t.school_id = a.school_id AND t.alert_id = a.alert_id AND silence_ends_with(t.step))) $$;

-- The silence that keeps messages about an alert back; null: none does.
CREATE FUNCTION silence_of(school uuid, alert uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT s.silence_id FROM silence s JOIN alert a ON a.school_id = s.school_id AND a.alert_id = $2
    WHERE s.school_id = school AND s.school_id = current_school()
      AND silence_is_on(s.starts_at, s.ends_at, s.ended_at, s.most_severity, s.approved_at, statement_timestamp())
      AND silence_fits(s.source_id, s.theme, s.rule, s.most_severity, a.severity, a.source_ids, a.themes, a.rules) AND may_be_silenced(a.school_id, a.alert_id)
    ORDER BY s.created_at LIMIT 1 $$;
REVOKE ALL ON FUNCTION silence_of(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION silence_of(uuid, uuid) TO onlinesafety_notify;

-- The mark, and nothing else of the silence: for whoever has the alert on the queue and may not silence, a head whom an alert of the safeguarding lead's has reached
-- because nobody answered it, a year lead who reads along. Whose words and scope it has is for who may begin one (console_scope).
CREATE FUNCTION is_silenced(school uuid, alert uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT silence_of(school, alert) IS NOT NULL $$;
REVOKE ALL ON FUNCTION is_silenced(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_silenced(uuid, uuid) TO onlinesafety_console;

-- What both need as their owner.
CREATE POLICY owner_marks ON silence FOR SELECT TO onlinesafety_owner USING (school_id = current_school() AND ended_at IS NULL);
DROP POLICY console_marks ON silence;
