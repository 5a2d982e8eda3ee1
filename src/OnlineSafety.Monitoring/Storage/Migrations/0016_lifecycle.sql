-- The whole way of an alert. The state machine is AlertLifecycle; what is written here refuses what it refuses, and a test holds the two against each other.
-- The owner reads past no policy while row-level security is FORCEd: without this the update below would find no row.
ALTER TABLE alert NO FORCE ROW LEVEL SECURITY;
ALTER TABLE alert
    -- When a person last acted on it: told by the database's clock, as the ledger's rows are that it stops.
    ADD COLUMN acted_at    timestamptz,
    -- When it last became new again; null: never since it was raised.
    ADD COLUMN renewed_at  timestamptz,
    ADD COLUMN assigned_to uuid,
    -- Of the case system, where it was handed over.
    ADD COLUMN reference   text CHECK (length(reference) BETWEEN 1 AND 200);
UPDATE alert SET acted_at = COALESCE(resolved_at, acknowledged_at) WHERE state <> 'new';
ALTER TABLE alert FORCE ROW LEVEL SECURITY;

ALTER TABLE alert DROP CONSTRAINT alert_state_check;
ALTER TABLE alert
    ADD CONSTRAINT alert_state_check CHECK (state IN ('new', 'acknowledged', 'in_review', 'escalated', 'handed_over', 'resolved')),
    ADD CONSTRAINT alert_new_check CHECK (state <> 'new' OR (acknowledged_at IS NULL AND acknowledged_by IS NULL)),
    ADD CONSTRAINT alert_taken_check CHECK (state IN ('new', 'resolved') OR (acknowledged_at IS NOT NULL AND acknowledged_by IS NOT NULL AND acknowledged_by <> '')),
    ADD CONSTRAINT alert_acted_check CHECK (state = 'new' OR acted_at IS NOT NULL),
    -- The first schema's check lets a note that is NULL pass: what is unknown is not false.
    ADD CONSTRAINT alert_note_check CHECK ((state = 'resolved') = (note IS NOT NULL)),
    ADD CONSTRAINT alert_handed_over_check CHECK (state <> 'handed_over' OR reference IS NOT NULL);

-- From which state to which, whoever moves it. The service makes it new again and does nothing else: nothing closes by itself.
CREATE FUNCTION alert_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (CASE NEW.state
            WHEN 'new' THEN true
            WHEN 'acknowledged' THEN OLD.state = 'new'
            WHEN 'in_review' THEN OLD.state IN ('new', 'acknowledged', 'escalated', 'handed_over')
            WHEN 'escalated' THEN OLD.state IN ('new', 'acknowledged', 'in_review', 'handed_over')
            WHEN 'handed_over' THEN OLD.state IN ('new', 'acknowledged', 'in_review', 'escalated')
            ELSE true END) THEN
        RAISE EXCEPTION 'an alert does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF current_user = 'onlinesafety_process' AND (NEW.state <> 'new' OR OLD.state = 'resolved') THEN
        RAISE EXCEPTION 'permission denied: the service makes an open alert new again, and nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER alert_moves BEFORE UPDATE OF state ON alert FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION alert_moves();

-- Every step, as it was taken: written with the change itself, never changed.
CREATE TABLE alert_step (
    school_id  uuid NOT NULL REFERENCES school,
    alert_id   uuid NOT NULL,
    -- Counts up in all; the order of one alert's steps.
    step_no    bigint GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('service', 'operator', 'staff')),
    actor_id   uuid,
    actor_name text NOT NULL CHECK (length(actor_name) > 0),
    step       text NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    -- A reference, an outcome, the id of a member of staff, a cause.
    detail     text NOT NULL DEFAULT '' CHECK (length(detail) <= 200),
    -- A person's words, and nothing else.
    note       text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
    PRIMARY KEY (school_id, alert_id, step_no),
    FOREIGN KEY (school_id, alert_id) REFERENCES alert,
    CONSTRAINT alert_step_states CHECK (
        from_state IN ('new', 'acknowledged', 'in_review', 'escalated', 'handed_over', 'resolved')
        AND CASE step
            WHEN 'acknowledge' THEN from_state = 'new' AND to_state = 'acknowledged'
            WHEN 'review' THEN from_state IN ('new', 'acknowledged', 'escalated', 'handed_over') AND to_state = 'in_review'
            WHEN 'assign' THEN from_state <> 'resolved' AND to_state = from_state
            WHEN 'note' THEN to_state = from_state
            WHEN 'escalate' THEN from_state IN ('new', 'acknowledged', 'in_review', 'handed_over') AND to_state = 'escalated'
            WHEN 'hand_over' THEN from_state IN ('new', 'acknowledged', 'in_review', 'escalated') AND to_state = 'handed_over'
            WHEN 'resolve' THEN from_state <> 'resolved' AND to_state = 'resolved'
            WHEN 'reopen' THEN from_state = 'resolved' AND to_state = 'new'
            WHEN 'breached' THEN from_state = 'new' AND to_state = 'new'
            WHEN 'grown' THEN from_state <> 'resolved' AND to_state = 'new'
            ELSE false END),
    CONSTRAINT alert_step_by CHECK ((actor_kind = 'service') = (step IN ('breached', 'grown'))),
    CONSTRAINT alert_step_said CHECK (CASE
        WHEN step IN ('note', 'escalate', 'reopen') THEN length(note) > 0
        WHEN step = 'resolve' THEN length(note) > 0
            AND detail IN ('concern', 'low-level-concern', 'benign-curriculum', 'false-alert', 'duplicate', 'test', 'insufficient-information')
        WHEN step = 'hand_over' THEN length(detail) > 0
        WHEN step = 'assign' THEN detail ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        ELSE true END)
);

-- Nobody rewrites what was done, the schema's owner included.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'permission denied: rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_step FOR EACH STATEMENT EXECUTE FUNCTION append_only();

ALTER TABLE alert_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_step FORCE ROW LEVEL SECURITY;
GRANT INSERT ON alert_step TO onlinesafety_process, onlinesafety_notify;
GRANT SELECT (school_id, alert_id, step_no, at, step, from_state, to_state, actor_kind) ON alert_step TO onlinesafety_notify;
GRANT SELECT, INSERT ON alert_step TO onlinesafety_console;
CREATE POLICY process_write ON alert_step FOR INSERT TO onlinesafety_process WITH CHECK (school_id = current_school() AND actor_kind = 'service');
CREATE POLICY notify_write ON alert_step FOR INSERT TO onlinesafety_notify WITH CHECK (school_id = current_school() AND actor_kind = 'service');
CREATE POLICY notify_scope ON alert_step FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
-- A step is seen by whoever sees its alert: the alert's own policy decides inside. And written in nobody else's name.
CREATE POLICY console_read ON alert_step FOR SELECT TO onlinesafety_console USING (school_id = current_school()
    AND EXISTS (SELECT 1 FROM alert a WHERE a.school_id = alert_step.school_id AND a.alert_id = alert_step.alert_id));
CREATE POLICY console_write ON alert_step FOR INSERT TO onlinesafety_console WITH CHECK (school_id = current_school()
    AND actor_kind = CASE WHEN current_staff() IS NULL THEN 'operator' ELSE 'staff' END
    AND actor_id IS NOT DISTINCT FROM current_staff() AND actor_name = current_setting('app.actor', true)
    AND EXISTS (SELECT 1 FROM alert a WHERE a.school_id = alert_step.school_id AND a.alert_id = alert_step.alert_id));

GRANT UPDATE (acted_at, renewed_at, assigned_to, reference) ON alert TO onlinesafety_console;
GRANT UPDATE (renewed_at) ON alert TO onlinesafety_process;
GRANT SELECT (acted_at, renewed_at, assigned_to) ON alert TO onlinesafety_notify;

-- Who was told, for whoever may see the alert. The alert's policy asks the ledger whether its reader was told; that question is now the owner's, or the two
-- policies would ask each other for ever. It answers about the reader of the transaction and nobody else. A row that a person's step stopped still says
-- that its recipient was to be told.
GRANT SELECT (notification_id, kind, cause, channel, created_at, sent_at, attempts, error) ON notification TO onlinesafety_console;
CREATE POLICY owner_own ON notification FOR SELECT TO onlinesafety_owner USING (school_id = current_school() AND staff_id = current_staff());
CREATE OR REPLACE FUNCTION was_told(school uuid, alert uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = onlinesafety, pg_temp AS $$
    SELECT cardinality(current_routes()) > 0 AND EXISTS (SELECT 1 FROM notification n
        WHERE n.school_id = school AND n.alert_id = alert AND n.staff_id = current_staff() AND NOT n.withdrawn
            AND (n.state <> 'dropped' OR n.error = 'acted-on')) $$;
CREATE POLICY console_told ON notification FOR SELECT TO onlinesafety_console USING (school_id = current_school() AND kind = 'alert'
    AND EXISTS (SELECT 1 FROM alert a WHERE a.school_id = notification.school_id AND a.alert_id = notification.alert_id));

-- A person's step tells others: the next desk, whoever it is given to, the desk of what was opened again. A row makes its recipient see the alert, so the
-- ladder of desks stands here once more, and more narrowly: nobody about themselves, no head about a head, no chair about a pupil.
GRANT INSERT (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, error, due_at, created_at) ON notification TO onlinesafety_console;
CREATE POLICY console_tell ON notification FOR INSERT TO onlinesafety_console WITH CHECK (school_id = current_school() AND kind = 'alert'
    AND channel = 'email' AND cause IN ('escalated', 'assigned', 'reopened') AND state IN ('due', 'failed') AND NOT withdrawn
    AND EXISTS (SELECT 1 FROM alert a LEFT JOIN staff about ON about.school_id = a.school_id AND about.staff_id = a.subject_staff
        WHERE a.school_id = notification.school_id AND a.alert_id = notification.alert_id
        AND (notification.staff_id IS NULL OR EXISTS (SELECT 1 FROM staff s
            WHERE s.school_id = a.school_id AND s.staff_id = notification.staff_id AND s.enabled AND s.staff_id IS DISTINCT FROM a.subject_staff
                AND s.roles && CASE WHEN a.route = 'chair' OR 'head' = ANY (about.roles) THEN ARRAY['chair']
                                    WHEN a.route = 'head' OR a.subject_staff IS NOT NULL THEN ARRAY['head', 'chair']
                                    ELSE ARRAY['dsl', 'deputy', 'head'] END))));
