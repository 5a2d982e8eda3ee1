-- What somebody acknowledged by mistake is put back with its clock where it was; what was put before the next desk waits on top of the queue until it is taken on.

-- As before (0036), and an alert that is put back goes on waiting: its clock was never another one. Nothing else makes an acknowledged alert new again and takes back when it was acted on.
CREATE OR REPLACE FUNCTION keep_escalation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = onlinesafety, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO escalation (school_id, alert_id, since, next_at) VALUES
            -- Raised behind the last digest's end when the clock was set back: the wait for an answer begins now all the same.
            (NEW.school_id, NEW.alert_id, LEAST(NEW.raised_at, clock_timestamp()), LEAST(NEW.raised_at, clock_timestamp()));
    ELSIF NEW.state = 'new' AND OLD.state = 'acknowledged' AND NEW.acted_at IS DISTINCT FROM OLD.acted_at THEN
        UPDATE escalation SET next_at = clock_timestamp(), answered_at = NULL WHERE school_id = NEW.school_id AND alert_id = NEW.alert_id;
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

ALTER TABLE alert_step DROP CONSTRAINT alert_step_states;
ALTER TABLE alert_step ADD CONSTRAINT alert_step_states CHECK (
        from_state IN ('new', 'acknowledged', 'in_review', 'escalated', 'handed_over', 'resolved')
        AND CASE step
            WHEN 'acknowledge' THEN from_state = 'new' AND to_state = 'acknowledged'
            WHEN 'put_back' THEN from_state = 'acknowledged' AND to_state = 'new'
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

-- What waits first, and that is also what was escalated and taken on by nobody. In words that row-level security lets reach an index (0036).
DROP INDEX alert_queue;
CREATE INDEX alert_queue ON alert (school_id, (CASE WHEN state = 'new' THEN 0 WHEN state = 'escalated' THEN 0 ELSE 1 END),
    (CASE severity WHEN 4 THEN 0 WHEN 3 THEN 1 WHEN 2 THEN 2 WHEN 1 THEN 3 ELSE 4 END),
    (CASE WHEN renewed_at IS NULL THEN raised_at ELSE renewed_at END), number) WHERE state <> 'resolved';
