-- Silences -----------------------------------------------------------------------------------------------------------

-- Who has an alert on the queue sees that no message is sent about it, also who may not silence: a head whom an alert of the safeguarding lead's has reached because nobody
-- answered it, a year lead who reads along. Only that a silence stands; what has ended is for those who may begin one.
CREATE POLICY console_marks ON silence FOR SELECT TO onlinesafety_console
    USING (school_id = current_school() AND ended_at IS NULL AND my_desks() && ARRAY['head', 'chair', 'trust', 'pastoral']);

-- People -------------------------------------------------------------------------------------------------------------

-- Since when a name of the list joins nothing, because somebody has said that it is another person's. It stays, so that it can be given back. Null: it is this person's.
ALTER TABLE person_alias ADD COLUMN apart_since timestamptz;
