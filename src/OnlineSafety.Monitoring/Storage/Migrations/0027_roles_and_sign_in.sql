-- What reviews found in sign-in, roles and audit: delays instead of locks, mails about one's own account, year leads, staff keys that end, and rules that rested on
-- the service's code alone and are now the database's.

-- Sign-in ------------------------------------------------------------------------------------------------------------

-- A bucket of attempts empties with time and delays the next one when it is full: what counts is when the last one was.
ALTER TABLE sign_in_attempts RENAME COLUMN began_at TO last_at;

-- A person is told what became of that person's account. Other versions may have added kinds of their own: this one is put beside whatever is there.
DO $$
DECLARE kinds text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO STRICT kinds FROM pg_constraint WHERE conrelid = 'onlinesafety.notification'::regclass AND conname = 'notification_kind_check';
    ALTER TABLE notification DROP CONSTRAINT notification_kind_check;
    EXECUTE 'ALTER TABLE notification ADD CONSTRAINT notification_kind_check ' || replace(kinds, '''alert''::text', '''alert''::text, ''account''::text');
END
$$;
CREATE INDEX notification_account ON notification (school_id, staff_id, created_at) WHERE kind = 'account';
-- Of the stated account, whose rows of staff_account are all that the console sees of that table. By e-mail: no right to a target, no other channel.
CREATE POLICY console_news ON notification FOR INSERT TO onlinesafety_console WITH CHECK (school_id = current_school() AND kind = 'account'
    AND state = 'due' AND EXISTS (SELECT 1 FROM staff_account o WHERE o.school_id = notification.school_id AND o.staff_id = notification.staff_id));
CREATE POLICY console_own_news ON notification FOR SELECT TO onlinesafety_console USING (school_id = current_school() AND kind = 'account'
    AND EXISTS (SELECT 1 FROM staff_account o WHERE o.school_id = notification.school_id AND o.staff_id = notification.staff_id));
-- Whoever manages staff takes factors away and gives out keys: the person is told of that too.
GRANT INSERT (school_id, notification_id, kind, cause, staff_id, channel, state, due_at, created_at) ON notification TO onlinesafety_setup;
CREATE POLICY setup_news ON notification FOR INSERT TO onlinesafety_setup WITH CHECK (school_id = current_school() AND kind = 'account' AND state = 'due');

-- Whether an account's holder works there now: by the staff list, not by what a process says.
CREATE FUNCTION works_in(school uuid, staff uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT 1 FROM onlinesafety.staff_account a JOIN onlinesafety.staff s ON s.school_id = a.school_id AND s.staff_id = a.staff_id
        WHERE a.school_id = school AND a.staff_id = staff AND a.account_id = current_account() AND s.enabled) $$;
-- Whether an account may be joined to one of a school's staff: it has that very address, and the link was used by this very transaction or a provider vouched for it.
CREATE FUNCTION may_join(school uuid, staff uuid, account uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT account = current_account()
        AND EXISTS (SELECT 1 FROM onlinesafety.staff s JOIN onlinesafety.account o ON o.address = lower(s.email)
            WHERE s.school_id = school AND s.staff_id = staff AND s.enabled AND o.account_id = account)
        AND (EXISTS (SELECT 1 FROM onlinesafety.account_identity i WHERE i.account_id = account)
            OR EXISTS (SELECT 1 FROM onlinesafety.invitation i WHERE i.school_id = school AND i.staff_id = staff AND i.used_at IS NOT NULL
                AND i.xmin = pg_current_xact_id()::xid)) $$;

DROP POLICY console_join ON staff_account;
CREATE POLICY console_join ON staff_account FOR INSERT TO onlinesafety_console WITH CHECK (school_id = current_school() AND may_join(school_id, staff_id, account_id));
-- Nobody begins inside a school, and nobody stands in one where the account has no place. Whose session it is nobody can change.
DROP POLICY console_begin ON session;
DROP POLICY console_go_on ON session;
CREATE POLICY console_begin ON session FOR INSERT TO onlinesafety_console WITH CHECK (account_id = current_account() AND stage < 3);
CREATE POLICY console_go_on ON session FOR UPDATE TO onlinesafety_console USING (account_id = current_account())
    WITH CHECK (school_id IS NULL OR works_in(school_id, staff_id));
-- More rights, or another place, only under a new secret; and no way back.
CREATE FUNCTION session_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.stage < OLD.stage OR NEW.stage > OLD.stage + 1 OR NEW.token_hash = OLD.token_hash THEN
        RAISE EXCEPTION 'permission denied: a session goes on by one step and under a new secret' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER session_goes_on BEFORE UPDATE ON session FOR EACH ROW
    WHEN (OLD.stage IS DISTINCT FROM NEW.stage OR OLD.school_id IS DISTINCT FROM NEW.school_id OR OLD.staff_id IS DISTINCT FROM NEW.staff_id)
    EXECUTE FUNCTION session_goes_on();

-- Set-up finds the account of an address: whoever asks to take factors away must be told when other schools share them.
CREATE POLICY setup_by_address ON account FOR SELECT TO onlinesafety_setup USING (address = current_address());
-- The link for the very first person is given out once, and is short.
ALTER TABLE invitation ADD COLUMN first boolean NOT NULL DEFAULT false;

-- Staff keys: several of a person, each with a name and an end, revoked without a trace lost.
ALTER TABLE staff_key
    ADD COLUMN key_id     uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN name       text NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN revoked_at timestamptz;

-- Silences -----------------------------------------------------------------------------------------------------------

-- By the staff list, and not by what a process claims of the person: of pupils' matters, whoever answers for them, and the host's own account.
CREATE FUNCTION is_operator() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT current_staff() IS NULL AND 'operator' = ANY (current_routes()) $$;
DROP POLICY console_scope ON silence;
DROP POLICY console_begins ON silence;
DROP POLICY console_ended ON silence;
CREATE POLICY console_scope ON silence TO onlinesafety_console USING (school_id = current_school() AND (is_operator() OR my_desks() && ARRAY['dsl', 'deputy']));
-- Nobody begins a silence in another's name, and none begins approved; what has ended stays so.
CREATE POLICY console_begins ON silence AS RESTRICTIVE FOR INSERT TO onlinesafety_console
    WITH CHECK (author_id = current_staff() AND approver_id IS NULL AND ended_at IS NULL);
CREATE POLICY console_ended ON silence AS RESTRICTIVE FOR UPDATE TO onlinesafety_console USING (ended_at IS NULL)
    WITH CHECK (approver_id IS NULL OR ended_at IS NOT NULL OR approver_id = current_staff());

-- Year leads ---------------------------------------------------------------------------------------------------------

-- Of which years somebody with the role pastoral is the lead, and of which year the one pupil of an alert is (YearGroup writes both alike: "Year 9" and "Y9" are "9").
-- Null: not known, or of several people: for no year lead.
ALTER TABLE staff ADD COLUMN years text[] NOT NULL DEFAULT '{}' CHECK (NOT '' = ANY (years) AND array_position(years, NULL) IS NULL AND cardinality(years) <= 20);
ALTER TABLE alert ADD COLUMN subject_year text CHECK (length(subject_year) BETWEEN 1 AND 100);
GRANT UPDATE (subject_year) ON alert TO onlinesafety_process;

CREATE OR REPLACE FUNCTION my_desks() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT COALESCE(array_agg(desk), '{}') FROM unnest(desks_of(current_staff())) AS desk
    WHERE CASE desk WHEN 'dsl' THEN 'dsl' WHEN 'deputy' THEN 'dsl' WHEN 'head' THEN 'head' WHEN 'chair' THEN 'chair' WHEN 'pastoral' THEN 'pastoral' END = ANY (current_routes())
        OR desk = 'trust' $$;
CREATE FUNCTION my_years() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT COALESCE((SELECT s.years FROM onlinesafety.staff s
        WHERE s.school_id = current_school() AND s.staff_id = current_staff() AND 'pastoral' = ANY (my_desks())), '{}') $$;
-- A digest counts alerts of every desk: a year lead has none of those.
DROP POLICY console_desk ON digest;
CREATE POLICY console_desk ON digest FOR SELECT TO onlinesafety_console
    USING (school_id = current_school() AND my_desks() && ARRAY['dsl', 'deputy', 'head', 'chair', 'trust']);

-- Reading only: open alerts about one pupil of the reader's years, at the DSL's desk and for no smaller audience. Help-seeking has one; staff are no pupils.
CREATE POLICY console_years ON alert FOR SELECT TO onlinesafety_console USING (school_id = current_school() AND route = 'dsl' AND audience = 0 AND subject_staff IS NULL
    AND subject_role = 1 AND state <> 'resolved' AND subject_year = ANY ((SELECT my_years())::text[]));
-- Reads with the alert and never without it; the alert's own policy decides inside.
CREATE POLICY console_years ON event FOR SELECT TO onlinesafety_console USING (school_id = current_school() AND route = 'dsl' AND audience = 0 AND subject_staff IS NULL
    AND subject_role = 1 AND (SELECT 'pastoral' = ANY (my_desks()))
    AND EXISTS (SELECT 1 FROM alert a WHERE a.school_id = event.school_id AND a.alert_id = event.alert_id));

-- Whether an alert is the reader's to act on, and not only to read: what console_act asks of the alert itself.
CREATE FUNCTION acts_on(school uuid, alert uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_staff() IS NULL OR EXISTS (SELECT 1 FROM onlinesafety.alert a WHERE a.school_id = school AND a.alert_id = alert
        AND CASE standing(current_staff(), my_desks(), a.route, a.audience, a.subject_staff, a.subject_role, false)
            WHEN 2 THEN true WHEN 1 THEN was_told(a.school_id, a.alert_id) ELSE false END) $$;
-- Whoever only reads may add a note, which changes nothing of the alert, and reads no other person's words.
CREATE POLICY console_acts ON alert_step AS RESTRICTIVE FOR INSERT TO onlinesafety_console WITH CHECK (step = 'note' OR acts_on(school_id, alert_id));
CREATE POLICY console_words ON alert_step AS RESTRICTIVE FOR SELECT TO onlinesafety_console
    USING ((note = '' AND step <> 'hand_over') OR actor_id = current_staff() OR acts_on(school_id, alert_id));
-- The kept hour is evidence: for whoever acts on the alert.
DROP POLICY console_read ON kept_context;
CREATE POLICY console_read ON kept_context FOR SELECT TO onlinesafety_console USING (school_id = current_school()
    AND EXISTS (SELECT 1 FROM alert a WHERE a.school_id = kept_context.school_id AND a.alert_id = kept_context.alert_id) AND acts_on(school_id, alert_id));

-- What if ------------------------------------------------------------------------------------------------------------

-- Who asked, and why: the comparison holds what that person may see, and nobody else is shown it. Null: the account of the host.
ALTER TABLE source_job
    ADD COLUMN asked_by uuid;
CREATE POLICY setup_own_question ON source_job AS RESTRICTIVE FOR SELECT TO onlinesafety_setup
    USING (kind <> 'whatif' OR current_staff() IS NULL OR asked_by = current_staff());
CREATE POLICY setup_asks ON source_job AS RESTRICTIVE FOR INSERT TO onlinesafety_setup WITH CHECK (asked_by IS NULL OR asked_by = current_staff());

-- Governors ----------------------------------------------------------------------------------------------------------

-- A term is counted once, two weeks after its end, and stays as it was counted: no two prints differ, so that none can be subtracted from another, whatever was
-- resolved, replayed or erased in between.
CREATE TABLE governors_figure (
    school_id  uuid NOT NULL REFERENCES school,
    term       date NOT NULL,
    dimension  text NOT NULL,
    value      text NOT NULL,
    about      int NOT NULL,
    counted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (school_id, term, dimension, value)
);
ALTER TABLE governors_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE governors_figure FORCE ROW LEVEL SECURITY;
CREATE POLICY report_keeps ON governors_figure FOR INSERT TO onlinesafety_owner WITH CHECK (school_id = current_school());
CREATE POLICY report_reads ON governors_figure FOR SELECT TO onlinesafety_owner USING (school_id = current_school());

DROP FUNCTION governors_report(date);
-- The figures of a term that has ended, after the rules:
--   * only pupils' matters of the DSL's desk that are not for the DSL alone;
--   * a person is an account, of whom five or more must be behind a figure: a device or an address may be anybody, or the same one again, and counts as nobody;
--   * of one kind (risks, themes, severities) no single small figure is left out, or it would be the total less the rest: those left out have five people
--     between them, and the smallest of the others goes with them until they have;
--   * rounded to five: fewer than five and none look the same.
CREATE FUNCTION governors_count(begins date, ends date, zone text) RETURNS TABLE (dimension text, value text, about int)
LANGUAGE sql STABLE SET search_path = onlinesafety, pg_temp AS $$
    WITH counted AS MATERIALIZED (
        SELECT a.risk::text AS risk, a.parent_theme AS theme, a.severity::text AS severity, a.outcome, extract(epoch FROM a.acknowledged_at - a.raised_at) / 60 AS minutes,
               CASE WHEN a.subject_key LIKE 'user:%' THEN a.subject_key END AS person
        FROM alert a
        WHERE a.school_id = current_school() AND a.route = 'dsl' AND a.audience = 0 AND a.subject_staff IS NULL AND NOT a.drill
          AND a.raised_at >= begins::timestamp AT TIME ZONE zone AND a.raised_at < ends::timestamp AT TIME ZONE zone
    ), cells AS MATERIALIZED (
        SELECT k.dimension, k.value, count(*) AS figure, count(DISTINCT c.person) AS people, array_agg(DISTINCT c.person) FILTER (WHERE c.person IS NOT NULL) AS who
        FROM counted c CROSS JOIN LATERAL (VALUES ('risk', c.risk), ('theme', c.theme), ('severity', c.severity)) AS k (dimension, value)
        GROUP BY k.dimension, k.value
    ), ranked AS (
        SELECT c.*, row_number() OVER (PARTITION BY c.dimension ORDER BY c.people, c.figure, c.value) AS place FROM cells c
    ), hidden AS (
        -- How many of the smallest stay out: none, or so many that those left are of five people each and those out have five between them.
        SELECT r.dimension, min(r.place) AS places
        FROM (SELECT r.dimension, r.place - 1 AS place, r.people FROM ranked r UNION ALL SELECT r.dimension, max(r.place), 5 FROM ranked r GROUP BY r.dimension) AS r
        WHERE r.people >= 5 AND (r.place = 0
            OR r.place = (SELECT max(l.place) FROM ranked l WHERE l.dimension = r.dimension)
            OR (SELECT count(DISTINCT w) FROM ranked o, unnest(o.who) AS w WHERE o.dimension = r.dimension AND o.place <= r.place) >= 5)
        GROUP BY r.dimension
    ), figures AS (
        SELECT r.dimension, r.value, r.figure::numeric AS figure FROM ranked r JOIN hidden h USING (dimension) WHERE r.place > h.places
        UNION ALL SELECT 'all', '', count(*) FROM counted c HAVING count(DISTINCT c.person) >= 5
        UNION ALL SELECT 'minutes', '', (percentile_cont(0.5) WITHIN GROUP (ORDER BY c.minutes))::numeric FROM counted c WHERE c.minutes IS NOT NULL HAVING count(DISTINCT c.person) >= 5
        UNION ALL SELECT 'within-hour', '', 100.0 * count(*) FILTER (WHERE c.minutes <= 60) / greatest(count(*), 1) FROM counted c HAVING count(DISTINCT c.person) >= 5
        UNION ALL SELECT 'true', '', 100.0 * count(*) FILTER (WHERE c.outcome IN ('concern', 'low-level-concern')) / greatest(count(*), 1) FROM counted c
            WHERE c.outcome IN ('concern', 'low-level-concern', 'benign-curriculum', 'false-alert') HAVING count(DISTINCT c.person) >= 5
    )
    SELECT f.dimension, f.value, (round(f.figure / 5.0) * 5)::int FROM figures f $$;
REVOKE ALL ON FUNCTION governors_count(date, date, text) FROM PUBLIC;

CREATE FUNCTION governors_report(begins date) RETURNS TABLE (dimension text, value text, about int, until date)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    zone text;
    ends date;
BEGIN
    IF extract(day FROM begins) <> 1 OR extract(month FROM begins) NOT IN (1, 4, 9) THEN
        RAISE EXCEPTION 'a term begins on 1 September, 1 January or 1 April' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT time_zone INTO zone FROM school WHERE school_id = current_school();
    ends := begins + CASE extract(month FROM begins) WHEN 9 THEN interval '4 months' WHEN 1 THEN interval '3 months' ELSE interval '5 months' END;
    IF (now() AT TIME ZONE zone)::date < ends + 14 THEN
        RETURN QUERY SELECT 'period', '', 0, begins;
        RETURN;
    END IF;

    -- Two who ask first at the same time: one counts.
    PERFORM pg_advisory_xact_lock(hashtextextended('governors:' || current_school()::text || begins::text, 0));
    IF NOT EXISTS (SELECT 1 FROM governors_figure f WHERE f.school_id = current_school() AND f.term = begins) THEN
        INSERT INTO governors_figure (school_id, term, dimension, value, about)
        SELECT current_school(), begins, c.dimension, c.value, c.about FROM governors_count(begins, ends, zone) c
        UNION ALL SELECT current_school(), begins, 'period', '', 0;
    END IF;

    RETURN QUERY SELECT f.dimension, f.value, f.about, ends FROM governors_figure f
        WHERE f.school_id = current_school() AND f.term = begins ORDER BY 1, 3 DESC, 2;
END
$$;
REVOKE ALL ON FUNCTION governors_report(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governors_report(date) TO onlinesafety_console;
