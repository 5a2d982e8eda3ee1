-- Digests tell when the certificate of the doors ends, which the doors say here.
GRANT SELECT ON door_trouble TO onlinesafety_notify;
CREATE POLICY notify_scope ON door_trouble FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
