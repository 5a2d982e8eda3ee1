-- Somebody always answers: when an alert must be answered and what became of that, what is silenced, what is a drill, and a digest for each recipient.

-- Raised to try the chain out. Marked in every message, and in no count.
ALTER TABLE alert ADD COLUMN drill boolean NOT NULL DEFAULT false;

-- Which rules the reasons name. Made of the reasons themselves, as unproven is: who mails may know them without a right to the reasons.
CREATE FUNCTION rules_in(reasons bytea) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog
    AS $$ SELECT ARRAY(SELECT DISTINCT found[1] FROM regexp_matches(encode(reasons, 'escape'), '"rule":"([^"\\]{1,200})"', 'g') AS found ORDER BY 1) $$;
ALTER TABLE alert ADD COLUMN rules text[] NOT NULL GENERATED ALWAYS AS (rules_in(reasons)) STORED;

GRANT SELECT (drill, rules, source_ids) ON alert TO onlinesafety_notify;
-- Who processes raises a drill and never makes one of an alert that is none: there is no right to change it.

-- Escalation ---------------------------------------------------------------------------------------------------------

-- ids only: one row for each alert that waited for an answer. next_at is when it is looked at next; null: somebody acted, or all rounds are done.
CREATE TABLE escalation (
    school_id    uuid NOT NULL,
    alert_id     uuid NOT NULL,
    since        timestamptz NOT NULL,
    -- What it had to be answered by before it became graver: a new clock never gives it longer.
    no_later     timestamptz,
    answer_by    timestamptz,
    steps_done   int NOT NULL DEFAULT 0,
    rounds       int NOT NULL DEFAULT 0,
    breached_at  timestamptz,
    answered_at  timestamptz,
    next_at      timestamptz,
    PRIMARY KEY (school_id, alert_id),
    FOREIGN KEY (school_id, alert_id) REFERENCES alert ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX escalation_next ON escalation (school_id, next_at) WHERE next_at IS NOT NULL;
-- Digests list what ran out of time.
CREATE INDEX alert_step_breached ON alert_step (school_id, at) WHERE step = 'breached';
CREATE INDEX escalation_red ON escalation (school_id, breached_at) WHERE breached_at IS NOT NULL AND answered_at IS NULL;
ALTER TABLE escalation ENABLE ROW LEVEL SECURITY;
ALTER TABLE escalation FORCE ROW LEVEL SECURITY;

-- Kept by the alert itself: whoever changes an alert starts and stops its clock in the same transaction, and cannot forget to. With the owner's rights, so
-- that neither who processes nor who acts can write a clock by hand.
CREATE FUNCTION keep_escalation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = onlinesafety, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO escalation (school_id, alert_id, since, next_at) VALUES
            -- Raised behind the last digest's end when the clock was set back: the wait for an answer begins now all the same.
            (NEW.school_id, NEW.alert_id, LEAST(NEW.raised_at, clock_timestamp()), LEAST(NEW.raised_at, clock_timestamp()));
    ELSIF NEW.state = 'new' AND OLD.state <> 'new' THEN
        -- Again nobody has answered it: there is more to it, or a person opened it again.
        INSERT INTO escalation AS e (school_id, alert_id, since, next_at) VALUES (NEW.school_id, NEW.alert_id, clock_timestamp(), clock_timestamp())
        ON CONFLICT (school_id, alert_id) DO UPDATE
            SET since = EXCLUDED.since, next_at = EXCLUDED.next_at, no_later = NULL, answer_by = NULL, steps_done = 0, rounds = 0, breached_at = NULL, answered_at = NULL;
    ELSIF NEW.state = 'new' THEN
        -- Graver, or at another desk: the steps begin again. One that had run out of time stays so, and its next round is at once.
        UPDATE escalation SET since = clock_timestamp(), next_at = clock_timestamp(), no_later = LEAST(no_later, answer_by), steps_done = 0, rounds = 0
        WHERE school_id = NEW.school_id AND alert_id = NEW.alert_id;
    ELSE
        UPDATE escalation SET next_at = NULL, answered_at = COALESCE(answered_at, clock_timestamp()) WHERE school_id = NEW.school_id AND alert_id = NEW.alert_id;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION keep_escalation() FROM PUBLIC;
CREATE TRIGGER keep_escalation AFTER INSERT ON alert FOR EACH ROW WHEN (NEW.state = 'new') EXECUTE FUNCTION keep_escalation();
CREATE TRIGGER keep_escalation_changed AFTER UPDATE OF state, severity, route ON alert FOR EACH ROW
    WHEN (NEW.state IS DISTINCT FROM OLD.state OR NEW.severity > OLD.severity OR NEW.route IS DISTINCT FROM OLD.route) EXECUTE FUNCTION keep_escalation();
CREATE POLICY owner_keeps ON escalation TO onlinesafety_owner USING (true) WITH CHECK (true);

-- Alerts that wait already are given a whole clock from now on. The owner reads past no policy either, so for this one statement it is not forced.
ALTER TABLE alert NO FORCE ROW LEVEL SECURITY;
INSERT INTO escalation (school_id, alert_id, since, next_at) SELECT school_id, alert_id, now(), now() FROM alert WHERE state = 'new';
ALTER TABLE alert FORCE ROW LEVEL SECURITY;

GRANT SELECT ON escalation TO onlinesafety_notify, onlinesafety_console;
GRANT UPDATE (answer_by, steps_done, rounds, breached_at, next_at) ON escalation TO onlinesafety_notify;
CREATE POLICY notify_find ON escalation FOR SELECT TO onlinesafety_notify USING (true);
CREATE POLICY notify_scope ON escalation FOR UPDATE TO onlinesafety_notify USING (school_id = current_school()) WITH CHECK (school_id = current_school());
-- Of the alerts that the reader may see.
CREATE POLICY console_read ON escalation FOR SELECT TO onlinesafety_console USING (school_id = current_school()
    AND EXISTS (SELECT 1 FROM alert a WHERE a.school_id = escalation.school_id AND a.alert_id = escalation.alert_id));

-- A message that did not reach its recipient: looked at once, so that somebody else is told.
ALTER TABLE notification ADD COLUMN answered_for boolean NOT NULL DEFAULT false;
CREATE INDEX notification_failed ON notification (school_id, due_at) WHERE state = 'failed' AND NOT answered_for;
GRANT UPDATE (answered_for) ON notification TO onlinesafety_notify;
-- Which mail came back.
CREATE INDEX notification_mail ON notification (school_id, bundle_id) WHERE state = 'sent';
-- What failed before this version is old news.
ALTER TABLE notification NO FORCE ROW LEVEL SECURITY;
UPDATE notification SET answered_for = true WHERE state = 'failed';
ALTER TABLE notification FORCE ROW LEVEL SECURITY;

-- delivery: that somebody's mailbox refuses mail; the notice is that person.
ALTER TABLE notification DROP CONSTRAINT notification_kind_check;
ALTER TABLE notification DROP CONSTRAINT notification_check;
ALTER TABLE notification ADD CONSTRAINT notification_kind_check CHECK (kind IN ('alert', 'digest', 'source', 'delivery'));
ALTER TABLE notification ADD CONSTRAINT notification_check CHECK (
    (kind = 'alert') = (alert_id IS NOT NULL) AND (kind = 'digest') = (digest_day IS NOT NULL) AND (kind IN ('source', 'delivery')) = (notice_id IS NOT NULL));

-- Silences -----------------------------------------------------------------------------------------------------------

CREATE TABLE silence (
    school_id     uuid NOT NULL REFERENCES school,
    silence_id    uuid NOT NULL,
    source_id     uuid,
    theme         text CHECK (length(theme) BETWEEN 1 AND 200),
    rule          text CHECK (length(rule) BETWEEN 1 AND 200),
    most_severity smallint NOT NULL CHECK (most_severity BETWEEN 1 AND 3),
    reason        text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    author        text NOT NULL CHECK (length(author) BETWEEN 1 AND 200),
    author_id     uuid NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,
    approver      text,
    approver_id   uuid,
    approved_at   timestamptz,
    ended_at      timestamptz,
    ended_by      text,
    why_ended     text CHECK (why_ended IN ('by-hand', 'over', 'unmatched')),
    PRIMARY KEY (school_id, silence_id),
    CHECK (source_id IS NOT NULL OR theme IS NOT NULL OR rule IS NOT NULL),
    CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '14 days'),
    CHECK ((approver_id IS NULL) = (approved_at IS NULL) AND (approver_id IS NULL) = (approver IS NULL)),
    CHECK (approver_id <> author_id),
    CHECK ((ended_at IS NULL) = (why_ended IS NULL))
);
CREATE INDEX silence_open ON silence (school_id, ends_at) WHERE ended_at IS NULL;
ALTER TABLE silence ENABLE ROW LEVEL SECURITY;
ALTER TABLE silence FORCE ROW LEVEL SECURITY;
ALTER TABLE notification ADD COLUMN silence_id uuid;
CREATE INDEX notification_silence ON notification (school_id, silence_id) WHERE silence_id IS NOT NULL;
GRANT UPDATE (silence_id) ON notification TO onlinesafety_notify;
-- How often a silence was met, for whoever may see the alerts that it met.
GRANT SELECT (silence_id) ON notification TO onlinesafety_console;

-- Whoever answers alerts about pupils decides which of them need no message; a second one of them lets a silence up to high begin.
GRANT SELECT, INSERT, UPDATE (approver, approver_id, approved_at, ended_at, ended_by, why_ended) ON silence TO onlinesafety_console;
CREATE POLICY console_scope ON silence TO onlinesafety_console
    USING (school_id = current_school() AND cardinality(current_routes()) > 0)
    WITH CHECK (school_id = current_school() AND current_routes() && ARRAY['dsl', 'operator']);
-- Nobody begins a silence in another's name, and none begins approved. Both people sit at the DSL's desk, by the staff list.
CREATE POLICY console_begins ON silence AS RESTRICTIVE FOR INSERT TO onlinesafety_console
    WITH CHECK (author_id = current_staff() AND desks_of(author_id) && ARRAY['dsl', 'deputy'] AND approver_id IS NULL AND ended_at IS NULL);
-- What has ended stays so.
CREATE POLICY console_ended ON silence AS RESTRICTIVE FOR UPDATE TO onlinesafety_console USING (ended_at IS NULL)
    WITH CHECK (approver_id IS NULL OR ended_at IS NOT NULL OR (approver_id = current_staff() AND desks_of(approver_id) && ARRAY['dsl', 'deputy']));
GRANT SELECT, UPDATE (ended_at, ended_by, why_ended) ON silence TO onlinesafety_notify;
CREATE POLICY notify_find ON silence FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_ends ON silence FOR UPDATE TO onlinesafety_notify USING (school_id = current_school() AND ended_at IS NULL)
    WITH CHECK (school_id = current_school() AND ended_at IS NOT NULL);

-- Digests ------------------------------------------------------------------------------------------------------------

ALTER TABLE school ADD COLUMN digest_days text NOT NULL DEFAULT 'every' CHECK (digest_days IN ('every', 'school'));

-- What one recipient was told of a day: cut from what the school's digest knows when it was made.
CREATE TABLE digest_recipient (
    school_id  uuid NOT NULL,
    day        date NOT NULL,
    staff_id   uuid NOT NULL,
    content    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (school_id, day, staff_id),
    FOREIGN KEY (school_id, day) REFERENCES digest ON DELETE CASCADE
);
ALTER TABLE digest_recipient ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest_recipient FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON digest_recipient TO onlinesafety_notify;
CREATE POLICY notify_scope ON digest_recipient TO onlinesafety_notify USING (school_id = current_school()) WITH CHECK (school_id = current_school());
-- One message of a day for each recipient, whatever makes it.
CREATE UNIQUE INDEX notification_digest ON notification (school_id, digest_day, staff_id) WHERE kind = 'digest';
