-- What a person put before the next desk has a clock there, and nobody's page of alerts is read through years of closed ones.

-- Escalated by a person ----------------------------------------------------------------------------------------------

-- As before (0020), and an alert that is escalated begins to wait anew: whoever was asked has it to answer for, as of one that is new.
CREATE OR REPLACE FUNCTION keep_escalation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = onlinesafety, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO escalation (school_id, alert_id, since, next_at) VALUES
            -- Raised behind the last digest's end when the clock was set back: the wait for an answer begins now all the same.
            (NEW.school_id, NEW.alert_id, LEAST(NEW.raised_at, clock_timestamp()), LEAST(NEW.raised_at, clock_timestamp()));
    ELSIF NEW.state IN ('new', 'escalated') AND NEW.state <> OLD.state THEN
        -- Again nobody has answered it: there is more to it, a person opened it again, or put it before others.
        INSERT INTO escalation AS e (school_id, alert_id, since, next_at) VALUES (NEW.school_id, NEW.alert_id, clock_timestamp(), clock_timestamp())
        ON CONFLICT (school_id, alert_id) DO UPDATE
            SET since = EXCLUDED.since, next_at = EXCLUDED.next_at, no_later = NULL, answer_by = NULL, steps_done = 0, rounds = 0, breached_at = NULL, answered_at = NULL;
    ELSIF NEW.state IN ('new', 'escalated') THEN
        -- Graver, or at another desk: the steps begin again. One that had run out of time stays so, and its next round is at once.
        UPDATE escalation SET since = clock_timestamp(), next_at = clock_timestamp(), no_later = LEAST(no_later, answer_by), steps_done = 0, rounds = 0
        WHERE school_id = NEW.school_id AND alert_id = NEW.alert_id;
    ELSE
        UPDATE escalation SET next_at = NULL, answered_at = COALESCE(answered_at, clock_timestamp()) WHERE school_id = NEW.school_id AND alert_id = NEW.alert_id;
    END IF;
    RETURN NULL;
END
$$;

-- Such a wait runs out of time too. What stands was checked when it was written, and is checked no more narrowly now.
ALTER TABLE alert_step DROP CONSTRAINT alert_step_states;
ALTER TABLE alert_step ADD CONSTRAINT alert_step_states CHECK (
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
            WHEN 'breached' THEN from_state IN ('new', 'escalated') AND to_state = from_state
            WHEN 'grown' THEN from_state <> 'resolved' AND to_state = 'new'
            ELSE false END) NOT VALID;

-- Alerts that were escalated before are given a whole clock from now on. The owner reads past no policy, so for this one statement it is not forced.
ALTER TABLE alert NO FORCE ROW LEVEL SECURITY;
INSERT INTO escalation AS e (school_id, alert_id, since, next_at) SELECT school_id, alert_id, now(), now() FROM alert WHERE state = 'escalated'
ON CONFLICT (school_id, alert_id) DO UPDATE
    SET since = EXCLUDED.since, next_at = EXCLUDED.next_at, no_later = NULL, answer_by = NULL, steps_done = 0, rounds = 0, breached_at = NULL, answered_at = NULL;
ALTER TABLE alert FORCE ROW LEVEL SECURITY;

-- Years of closed alerts ---------------------------------------------------------------------------------------------

-- As 0028, in words of which none could tell what they compare: behind row-level security nothing else reaches an index. Minus and COALESCE are not such words.
DROP INDEX alert_queue;
CREATE INDEX alert_queue ON alert (school_id, (state <> 'new'), (CASE severity WHEN 4 THEN 0 WHEN 3 THEN 1 WHEN 2 THEN 2 WHEN 1 THEN 3 ELSE 4 END),
    (CASE WHEN renewed_at IS NULL THEN raised_at ELSE renewed_at END), number) WHERE state <> 'resolved';
-- What is over, the newest first.
CREATE INDEX alert_over ON alert (school_id, number) WHERE state = 'resolved';
-- What came since a page was made.
CREATE INDEX alert_coming ON alert (school_id, number) WHERE state <> 'resolved';
-- What is no pupil's matter, and what somebody was told of: whoever sits at no DSL's desk reads of alerts only these, and they are few.
CREATE INDEX alert_apart ON alert (school_id, alert_id) WHERE NOT (route = 'dsl' AND subject_staff IS NULL AND subject_role <= 1);
CREATE INDEX notification_told ON notification (school_id, staff_id) WHERE alert_id IS NOT NULL;
-- What was closed in a time: precision, digests, retention, the month in which whom it is about may still be found out.
CREATE INDEX alert_closed ON alert (school_id, resolved_at) WHERE resolved_at IS NOT NULL;
-- Cases, each of which falls by a clock of its own.
CREATE INDEX alert_case ON alert (school_id) WHERE state = 'resolved' AND NOT drill AND outcome IN ('concern', 'low-level-concern', 'insufficient-information');
-- What was raised in a time: reports, silences, words that were found before.
CREATE INDEX alert_raised ON alert (school_id, raised_at);
-- One person's alerts, open and closed. (alert_subject holds the open ones alone, by which they grow.)
CREATE INDEX alert_person ON alert (school_id, subject_key, number) WHERE subject_key IS NOT NULL;
-- What did not arrive in a time.
CREATE INDEX notification_failed ON notification (school_id, due_at) WHERE state = 'failed';
