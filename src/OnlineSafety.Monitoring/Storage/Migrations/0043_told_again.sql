-- What was refused is counted among what does not leave, so that nobody believes that people are told while the relay refuses every message.

-- wrote_to_folder: the newest mail went to a folder of the installation, and to nobody. Null: none has left yet.
-- waits_since: when the oldest mail was written that the relay has not taken although it was asked, also one that was given up, and the relay has taken none since. Where one mailbox
-- alone is at fault others are told at once in its place, and what they are told is taken. What came back had been taken, and an address that cannot be used never reaches a relay.
CREATE OR REPLACE FUNCTION telling_state() RETURNS TABLE (wrote_to_folder boolean, waits_since timestamptz, channels int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    WITH newest AS (
        SELECT n.error, n.sent_at FROM notification n
        WHERE n.school_id = current_school() AND n.state = 'sent' AND n.channel = 'email' ORDER BY n.sent_at DESC LIMIT 1
    )
    SELECT (SELECT error = 'folder' FROM newest),
           (SELECT min(n.created_at) FROM notification n
            WHERE n.school_id = current_school() AND n.state IN ('due', 'failed') AND n.channel = 'email' AND n.error NOT IN ('', 'no-recipient', 'address', 'bounced')
              AND n.created_at > COALESCE((SELECT sent_at FROM newest), '-infinity')),
           (SELECT count(*)::int FROM channel c WHERE c.school_id = current_school() AND c.removed_at IS NULL)
$$;

-- An address that is put right brings back what did not reach the old one, of alerts that are still open; whether it is still to be told is asked at sending, as of everything that
-- waits. A failed message left its recipient out of what the alert's desk is told later, so its clock is looked at again as well.
CREATE FUNCTION mail_to_new_address() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = onlinesafety, pg_temp
AS $$
BEGIN
    -- As ask_escalation_again().
    PERFORM pg_advisory_xact_lock(hashtextextended('alerts:' || NEW.school_id::text, 0));
    UPDATE notification n
    -- A mail of its own: another may hold what was in the one that came back.
    SET state = 'due', error = '', attempts = 0, due_at = clock_timestamp(), sent_at = NULL, bundle_id = NULL, answered_for = false
    FROM alert a
    WHERE n.school_id = NEW.school_id AND n.staff_id = NEW.staff_id AND n.kind = 'alert' AND n.channel = 'email' AND n.state = 'failed' AND NOT n.withdrawn
      AND a.school_id = n.school_id AND a.alert_id = n.alert_id AND a.state <> 'resolved';
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION mail_to_new_address() FROM PUBLIC;
-- In this order, which is that of their names: clocks are looked at by what is due by then.
CREATE TRIGGER address_put_right AFTER UPDATE OF email ON staff FOR EACH ROW WHEN (NEW.email IS DISTINCT FROM OLD.email) EXECUTE FUNCTION mail_to_new_address();
CREATE TRIGGER ask_escalation_again_address AFTER UPDATE OF email ON staff FOR EACH ROW WHEN (NEW.email IS DISTINCT FROM OLD.email) EXECUTE FUNCTION ask_escalation_again();
