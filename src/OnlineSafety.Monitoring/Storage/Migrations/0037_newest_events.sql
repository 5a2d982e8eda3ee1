-- What Processing asks for each chunk are the newest events of a person or of the same words: these two indexes read them and stop. Until a new server has counted its
-- rows every index seems as good to it, and of such it takes the one that was made last: that was event_received, which passes over what everybody else did.
DROP INDEX event_signature;
CREATE INDEX event_signature ON event (school_id, signature, received_at) WHERE signature IS NOT NULL;
DROP INDEX event_subject;
CREATE INDEX event_subject ON event (school_id, subject_key, received_at) WHERE subject_key IS NOT NULL;
