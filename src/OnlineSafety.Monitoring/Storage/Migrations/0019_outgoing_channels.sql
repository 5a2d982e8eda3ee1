-- Channels beside e-mail: where a school has its alerts told as well. An address may hold a secret, and so may what signs for it: both are sealed.
CREATE TABLE channel (
    school_id      uuid NOT NULL REFERENCES school,
    channel_id     uuid NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('webhook', 'teams', 'exec')),
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    least_severity smallint NOT NULL CHECK (least_severity BETWEEN 1 AND 4),
    master_id      text NOT NULL,
    sealed         bytea NOT NULL,
    created_at     timestamptz NOT NULL,
    removed_at     timestamptz,
    PRIMARY KEY (school_id, channel_id)
);
ALTER TABLE channel ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE (removed_at) ON channel TO onlinesafety_setup;
CREATE POLICY setup_scope ON channel TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
GRANT SELECT ON channel TO onlinesafety_notify;
CREATE POLICY notify_scope ON channel FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
-- Whoever raises an alert knows which channels there are, and nothing of where they lead.
GRANT SELECT (school_id, channel_id, kind, least_severity, removed_at) ON channel TO onlinesafety_process;
CREATE POLICY process_scope ON channel FOR SELECT TO onlinesafety_process USING (school_id = current_school());

ALTER TABLE notification ADD COLUMN target uuid;
ALTER TABLE notification DROP CONSTRAINT notification_channel_check;
ALTER TABLE notification ADD CONSTRAINT notification_channel_check CHECK (channel IN ('email', 'webhook', 'teams', 'exec'));
ALTER TABLE notification ADD CONSTRAINT notification_target_check CHECK ((channel = 'email') = (target IS NULL) AND (target IS NULL OR staff_id IS NULL));
