-- Clocks are looked at again when what they follow changes, and an alert that has reached nobody waits for no clock.

-- How many steps the plan had by which steps_done was counted: in one of another length a round begins its steps anew. Null: not known, taken for the plan of now.
ALTER TABLE escalation ADD COLUMN plan_steps int;
GRANT UPDATE (plan_steps) ON escalation TO onlinesafety_notify;

-- Kept by what is changed itself, whoever changes it and from wherever: another policy, other days, somebody at a desk. With the owner's rights, as keep_escalation().
-- Looked at at once is: every clock that runs, because it may end sooner now; what has told nobody, or has told for the last time, because there may be somebody now.
CREATE FUNCTION ask_escalation_again() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = onlinesafety, pg_temp
AS $$
BEGIN
    -- The lock of whoever raises alerts at this school: both change many clocks, each in an order of its own.
    PERFORM pg_advisory_xact_lock(hashtextextended('alerts:' || NEW.school_id::text, 0));
    UPDATE escalation e SET next_at = clock_timestamp()
    -- One that is due as well: escalation may be at it, by what was there before.
    WHERE e.school_id = NEW.school_id AND e.answered_at IS NULL
      AND (e.rounds = 0 OR e.next_at IS NULL
           OR NOT EXISTS (SELECT 1 FROM notification n WHERE n.school_id = e.school_id AND n.alert_id = e.alert_id AND n.staff_id IS NOT NULL AND NOT n.withdrawn
                          AND n.state IN ('sent', 'due', 'sending')));
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION ask_escalation_again() FROM PUBLIC;
CREATE TRIGGER ask_escalation_again AFTER INSERT ON staff FOR EACH ROW EXECUTE FUNCTION ask_escalation_again();
CREATE TRIGGER ask_escalation_again_changed AFTER UPDATE OF roles, enabled ON staff FOR EACH ROW
    WHEN (NEW.roles IS DISTINCT FROM OLD.roles OR NEW.enabled IS DISTINCT FROM OLD.enabled) EXECUTE FUNCTION ask_escalation_again();
CREATE TRIGGER ask_escalation_again AFTER INSERT OR UPDATE OF policy, named ON school_policy FOR EACH ROW EXECUTE FUNCTION ask_escalation_again();
CREATE TRIGGER ask_escalation_again AFTER INSERT OR UPDATE OF content ON school_calendar FOR EACH ROW EXECUTE FUNCTION ask_escalation_again();

-- A message that its recipient does not get, also one that was dropped because its recipient has left the desk, and one that the relay refuses although nothing is wrong
-- with the mailbox: that one is tried again, and meanwhile another person is told. Whoever stands in already calls for nobody else.
DROP INDEX notification_failed;
CREATE INDEX notification_lost ON notification (school_id) WHERE NOT answered_for
    AND (state = 'failed' OR (state = 'dropped' AND error IN ('recipient-gone', 'recipient-disabled', 'not-routed')) OR (state = 'due' AND error = 'message-refused' AND cause <> 'unreached'));
-- What was dropped before this version is old news.
ALTER TABLE notification NO FORCE ROW LEVEL SECURITY;
UPDATE notification SET answered_for = true WHERE state = 'dropped' AND error IN ('recipient-gone', 'recipient-disabled', 'not-routed') AND NOT answered_for;
ALTER TABLE notification FORCE ROW LEVEL SECURITY;
