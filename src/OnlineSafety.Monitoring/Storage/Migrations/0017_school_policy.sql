-- What a school decided about its alerts: clocks, out of hours, who is told besides, escalation (schemas/policy.schema.json).

-- named: e-mail addresses in the policy and the staff they were when it was imported, so that a changed address changes nobody's desk.
CREATE TABLE school_policy (
    school_id uuid PRIMARY KEY REFERENCES school,
    policy    jsonb NOT NULL,
    named     jsonb NOT NULL DEFAULT '{}',
    set_at    timestamptz NOT NULL,
    set_by    text NOT NULL CHECK (length(set_by) > 0),
    revision  int NOT NULL CHECK (revision > 0)
);
ALTER TABLE school_policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE school_policy FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE (policy, named, set_at, set_by, revision) ON school_policy TO onlinesafety_setup;
CREATE POLICY setup_scope ON school_policy TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
DO $$
DECLARE r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['process', 'notify', 'console'] LOOP
        EXECUTE format('GRANT SELECT ON school_policy TO onlinesafety_%s', r);
        EXECUTE format('CREATE POLICY %s_scope ON school_policy FOR SELECT TO onlinesafety_%s USING (school_id = current_school())', r, r);
    END LOOP;
    -- Clocks run by the school's bells; processing and set-up read those already.
    FOREACH r IN ARRAY ARRAY['notify', 'console'] LOOP
        EXECUTE format('GRANT SELECT ON school_calendar TO onlinesafety_%s', r);
        EXECUTE format('CREATE POLICY %s_scope ON school_calendar FOR SELECT TO onlinesafety_%s USING (school_id = current_school())', r, r);
    END LOOP;
END
$$;

-- What routing rules ask for beside what an alert holds already: years, classes and key stages of the pupils in it, as the people list has them.
ALTER TABLE alert ADD COLUMN groups text[] NOT NULL DEFAULT '{}';
GRANT UPDATE (groups) ON alert TO onlinesafety_process;
GRANT SELECT (groups, subject_role) ON alert TO onlinesafety_notify;

-- Who may read an alert -----------------------------------------------------------------------------------------------
--
-- Recipients (C#) decides who is told; this decides once more, from the staff list and the policy, who may read, so that a slip there shows nobody anything. The
-- functions name their tables in full: a temporary table of the same name is none of them. They see what the role that asks may see, which is its school.

-- Staff whom the school's policy names as the desk behind the chair.
CREATE FUNCTION trust_staff() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT COALESCE(array_agg((p.named ->> lower(btrim(address)))::uuid), '{}')
    FROM onlinesafety.school_policy p, jsonb_array_elements_text(CASE jsonb_typeof(p.policy -> 'trust') WHEN 'array' THEN p.policy -> 'trust' ELSE '[]' END) AS address
    WHERE p.school_id = current_school() AND p.named ? lower(btrim(address)) $$;

-- Desks at which a person sits now: never what a process claims. None for a service, a disabled account or a stranger.
CREATE FUNCTION desks_of(person uuid) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT COALESCE((SELECT CASE WHEN s.staff_id = ANY (trust_staff()) THEN s.roles || 'trust'::text ELSE s.roles END
        FROM onlinesafety.staff s WHERE s.school_id = current_school() AND s.staff_id = person AND s.enabled), '{}') $$;

-- Roles that a subject may hold whom no account leads to (PersonRole): whoever holds one of them may be the very person. A governor may be the chair.
CREATE FUNCTION roles_of_subject(subject uuid, subject_role smallint) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN subject IS NOT NULL THEN '{}'::text[] ELSE CASE subject_role
        WHEN 3 THEN ARRAY['head'] WHEN 4 THEN ARRAY['dsl'] WHEN 5 THEN ARRAY['deputy'] WHEN 6 THEN ARRAY['chair'] WHEN 7 THEN ARRAY['chair'] ELSE '{}'::text[] END END $$;

-- Roles held by somebody whom the alert cannot be about: such a desk is not empty, and the ones behind it are not asked.
CREATE FUNCTION desks_filled(subject uuid, subject_role smallint) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT COALESCE(array_agg(DISTINCT held), '{}') FROM onlinesafety.staff s, unnest(s.roles) AS held
    WHERE s.school_id = current_school() AND s.enabled AND s.staff_id IS DISTINCT FROM subject AND NOT s.roles && roles_of_subject(subject, subject_role) $$;

-- Whose matter it is: that of a head, of other staff, of a pupil who asks for help, or of a pupil. A head is a head whatever the route says.
CREATE FUNCTION matter_of(route text, audience smallint, subject uuid, subject_role smallint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN route = 'chair' OR subject_role = 3
            OR EXISTS (SELECT 1 FROM onlinesafety.staff s WHERE s.school_id = current_school() AND s.staff_id = subject AND 'head' = ANY (s.roles)) THEN 'head'
        WHEN route <> 'dsl' OR subject IS NOT NULL OR subject_role > 1 THEN 'staff'
        WHEN audience = 0 THEN 'pupil'
        ELSE 'help' END $$;

-- 2: it is on this person's desk. 1: only when this person was told of it. 0: never.
-- at_empty_desks: the chair counts although there is a DSL by now, because there was none when the chair was told. Help-seeking makes no such exception: it may have
-- been found in an alert that others were told of before.
CREATE FUNCTION standing(person uuid, desks text[], route text, audience smallint, subject uuid, subject_role smallint, at_empty_desks boolean) RETURNS int
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN person IS NULL OR person = subject THEN 0
        WHEN roles_of_subject(subject, subject_role) <> '{}' AND desks_of(person) && roles_of_subject(subject, subject_role) THEN 0
        ELSE CASE matter_of(route, audience, subject, subject_role)
            WHEN 'pupil' THEN CASE
                WHEN desks && ARRAY['dsl', 'deputy'] THEN 2
                WHEN desks && ARRAY['head', 'trust'] THEN 1
                WHEN 'chair' = ANY (desks) AND (at_empty_desks OR NOT desks_filled(subject, subject_role) && ARRAY['dsl', 'deputy', 'head']) THEN 1
                ELSE 0 END
            WHEN 'help' THEN CASE
                WHEN desks && ARRAY['dsl', 'deputy'] THEN 2
                WHEN 'head' = ANY (desks) AND NOT desks_filled(subject, subject_role) && ARRAY['dsl', 'deputy'] THEN 1
                ELSE 0 END
            WHEN 'staff' THEN CASE WHEN 'head' = ANY (desks) THEN 2 WHEN desks && ARRAY['chair', 'trust'] THEN 1 ELSE 0 END
            ELSE CASE WHEN 'chair' = ANY (desks) THEN 2 WHEN 'trust' = ANY (desks) THEN 1 ELSE 0 END
            END
        END $$;

-- What the reader may claim of these: a process that states fewer routes than the person has is believed, one that states more is not.
CREATE FUNCTION my_desks() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT COALESCE(array_agg(desk), '{}') FROM unnest(desks_of(current_staff())) AS desk
    WHERE CASE desk WHEN 'dsl' THEN 'dsl' WHEN 'deputy' THEN 'dsl' WHEN 'head' THEN 'head' WHEN 'chair' THEN 'chair' END = ANY (current_routes()) OR desk = 'trust' $$;

-- Whoever was told may look where the next desk had to be asked: a mail that leads to "no such alert" helps nobody. As before, but that somebody at the trust, who has
-- no route, may look too: standing() decides who may at all.
CREATE OR REPLACE FUNCTION was_told(school uuid, alert uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = onlinesafety, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM notification n
        WHERE n.school_id = school AND n.alert_id = alert AND n.staff_id = current_staff() AND NOT n.withdrawn
            AND (n.state <> 'dropped' OR n.error IN ('acted-on', 'alert-resolved'))) $$;
-- It works as its owner: for the role whose policies ask it, and no other.
REVOKE ALL ON FUNCTION was_told(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION was_told(uuid, uuid) TO onlinesafety_console;

-- was_told() asks as the owner; nobody else needs rows of alerts that their recipient may not read, such as one that was dropped because it is about that person.
DROP POLICY console_own ON notification;

-- The host's own account, or a person by that person's standing. What is nearly always asked (a pupil's alert, on the reader's own desk) is answered once for a statement;
-- being told is looked up before the standing, which costs more.
DO $$
DECLARE
    may_read text := $policy$school_id = current_school() AND ((SELECT current_staff() IS NULL AND 'operator' = ANY (current_routes()))
        OR CASE WHEN route = 'dsl' AND subject_staff IS NULL AND subject_role <= 1
            THEN (SELECT my_desks() && ARRAY['dsl', 'deputy'])
            ELSE standing((SELECT current_staff()), (SELECT my_desks()), route, audience, subject_staff, subject_role, false) = 2 END
        OR (was_told(school_id, alert_id)
            AND standing((SELECT current_staff()), (SELECT my_desks()), route, audience, subject_staff, subject_role, false) > 0))$policy$;
BEGIN
    DROP POLICY console_read ON alert;
    DROP POLICY console_act ON alert;
    DROP POLICY console_read ON event;
    EXECUTE 'CREATE POLICY console_read ON alert FOR SELECT TO onlinesafety_console USING (' || may_read || ')';
    EXECUTE 'CREATE POLICY console_act ON alert FOR UPDATE TO onlinesafety_console USING (' || may_read || ') WITH CHECK (' || may_read || ')';
    -- An event shows no more than the alert that holds it, which may be narrower than each of its events.
    EXECUTE 'CREATE POLICY console_read ON event FOR SELECT TO onlinesafety_console USING (' || may_read
        || ' AND (alert_id IS NULL OR EXISTS (SELECT 1 FROM alert a WHERE a.school_id = event.school_id AND a.alert_id = event.alert_id)))';
END
$$;

-- While a mail is made for somebody, app.staff names that person, and what the person may not be told of is not there.
CREATE POLICY notify_recipient ON alert AS RESTRICTIVE FOR SELECT TO onlinesafety_notify
    USING (current_staff() IS NULL OR standing(current_staff(), (SELECT desks_of(current_staff())), route, audience, subject_staff, subject_role, true) > 0);

-- Whom a person's step tells: the same ladder. (Rows are written by it, and a row makes its recipient see the alert.)
DROP POLICY console_tell ON notification;
CREATE POLICY console_tell ON notification FOR INSERT TO onlinesafety_console WITH CHECK (school_id = current_school() AND kind = 'alert'
    AND channel = 'email' AND cause IN ('escalated', 'assigned', 'reopened') AND state IN ('due', 'failed') AND NOT withdrawn
    AND EXISTS (SELECT 1 FROM alert a WHERE a.school_id = notification.school_id AND a.alert_id = notification.alert_id
        AND (notification.staff_id IS NULL
            OR standing(notification.staff_id, desks_of(notification.staff_id), a.route, a.audience, a.subject_staff, a.subject_role, false) > 0)));
