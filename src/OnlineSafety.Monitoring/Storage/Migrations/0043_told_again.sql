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
