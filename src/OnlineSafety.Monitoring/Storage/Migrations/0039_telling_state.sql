-- Whether anybody is told at all: whoever answers alerts must see on every page that no message reaches anybody. Counts and times of the school alone, of no alert and no person.

-- wrote_to_folder: the newest mail went to a folder of the installation, and to nobody. Null: none has left yet.
-- waits_since: when the oldest mail was written that the relay has not taken although it was tried, and the relay has taken none since.
CREATE FUNCTION telling_state() RETURNS TABLE (wrote_to_folder boolean, waits_since timestamptz, channels int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    WITH newest AS (
        SELECT n.error, n.sent_at FROM notification n
        WHERE n.school_id = current_school() AND n.state = 'sent' AND n.channel = 'email' ORDER BY n.sent_at DESC LIMIT 1
    )
    SELECT (SELECT error = 'folder' FROM newest),
           (SELECT min(n.created_at) FROM notification n
            WHERE n.school_id = current_school() AND n.state = 'due' AND n.channel = 'email' AND n.attempts > 0 AND n.error NOT IN ('', 'message-refused', 'recipient-refused', 'address')
              AND n.created_at > COALESCE((SELECT sent_at FROM newest), '-infinity')),
           (SELECT count(*)::int FROM channel c WHERE c.school_id = current_school() AND c.removed_at IS NULL)
$$;
REVOKE ALL ON FUNCTION telling_state() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION telling_state() TO onlinesafety_console;
-- What it counts as its owner, in the stated school and nowhere else. (Messages: owner_retains.)
CREATE POLICY telling_counts ON channel FOR SELECT TO onlinesafety_owner USING (school_id = current_school());
