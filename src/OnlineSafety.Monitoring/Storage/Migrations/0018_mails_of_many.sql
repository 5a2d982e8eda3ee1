-- Flood control: many rows of one recipient leave in one mail. A row says which mail it was part of; the mail's id is also that of its Message-ID.
ALTER TABLE notification ADD COLUMN bundle_id uuid;
-- A mail that was under way, or that its relay may have, comes again as the same mail.
-- Forced on its owner too, it would show this statement no row.
ALTER TABLE notification NO FORCE ROW LEVEL SECURITY;
UPDATE notification SET bundle_id = notification_id WHERE state IN ('sent', 'sending') OR error IN ('unanswered', 'timeout');
ALTER TABLE notification FORCE ROW LEVEL SECURITY;
GRANT UPDATE (bundle_id) ON notification TO onlinesafety_notify;

-- Claims go by school, so that one school's flood stands before nobody else's alert: what is due, what a dead worker left, what was sent in the last minute.
DROP INDEX notification_due;
CREATE INDEX notification_due ON notification (school_id, due_at) WHERE state = 'due';
CREATE INDEX notification_sending ON notification (school_id, lease_until) WHERE state = 'sending';
CREATE INDEX notification_sent ON notification (school_id, sent_at) WHERE state = 'sent';
