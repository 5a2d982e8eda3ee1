-- Noticing silence: what each source usually does, how it stands, and who was told.

-- When pupils are in school, as the school gave it (schemas/calendar.schema.json).
CREATE TABLE school_calendar (
    school_id  uuid PRIMARY KEY REFERENCES school,
    content    jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Set by hand; null: measured.
ALTER TABLE source ADD COLUMN expected_gap interval CHECK (expected_gap BETWEEN interval '5 minutes' AND interval '30 days');

-- Activity is what is neither a heartbeat nor a canary.
ALTER TABLE source_health ADD COLUMN last_activity_at timestamptz;
ALTER TABLE source_health ADD COLUMN last_canary_at timestamptz;
-- Forced on its owner too, it would show this statement no row.
ALTER TABLE source_health NO FORCE ROW LEVEL SECURITY;
UPDATE source_health SET last_activity_at = last_received_at;
ALTER TABLE source_health FORCE ROW LEVEL SECURITY;

-- Same order as the other arrays; empty in ranges recorded before.
ALTER TABLE counter_block ADD COLUMN devices text[] NOT NULL DEFAULT '{}';

-- One row for an hour of received time: bit m of heard is set when something came in minute m. Gaps to the minute, in eight bytes.
CREATE TABLE source_activity (
    school_id  uuid NOT NULL,
    source_id  uuid NOT NULL,
    hour       timestamptz NOT NULL,
    records    int NOT NULL,
    unreadable int NOT NULL,
    skewed     int NOT NULL,
    heard      bigint NOT NULL,
    PRIMARY KEY (school_id, source_id, hour),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
) WITH (fillfactor = 50);
CREATE INDEX source_activity_hour ON source_activity (school_id, hour);

-- A class of devices was seen by a source on a day: never which device.
CREATE TABLE source_device_day (
    school_id uuid NOT NULL,
    source_id uuid NOT NULL,
    day       date NOT NULL,
    device    text NOT NULL,
    PRIMARY KEY (school_id, source_id, day, device),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
);

-- What a managed device behind the filter asks for on a schedule. The token is no secret: whoever sends it says only that it was sent.
CREATE TABLE canary (
    school_id    uuid NOT NULL,
    canary_id    uuid NOT NULL,
    source_id    uuid NOT NULL,
    name         text NOT NULL,
    token        text NOT NULL CHECK (token ~ '^[a-z0-9]{20,63}$'),
    address      text NOT NULL,
    every        interval NOT NULL CHECK (every BETWEEN interval '5 minutes' AND interval '1 day'),
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz,
    removed_at   timestamptz,
    PRIMARY KEY (school_id, canary_id),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
);
CREATE UNIQUE INDEX canary_token ON canary (school_id, token);

-- How a source stands, as last judged. Written when it changes.
CREATE TABLE source_state (
    school_id    uuid NOT NULL,
    source_id    uuid NOT NULL,
    state        text NOT NULL,
    alarming     boolean NOT NULL,
    since        timestamptz NOT NULL,
    calm_since   timestamptz,
    listed_at    timestamptz,
    expected_gap interval NOT NULL,
    gap_basis    text NOT NULL CHECK (gap_basis IN ('measured', 'set', 'assumed', 'canary')),
    words        text NOT NULL,
    notices      text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (school_id, source_id),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
) WITH (fillfactor = 50);

-- One open alarm of a source at most: two hosts that judge at the same moment cannot both raise it.
CREATE TABLE source_alarm (
    school_id    uuid NOT NULL,
    alarm_id     uuid NOT NULL,
    source_id    uuid NOT NULL,
    state        text NOT NULL,
    since        timestamptz NOT NULL,
    opened_at    timestamptz NOT NULL,
    told_at      timestamptz NOT NULL,
    cleared_at   timestamptz,
    clear_told   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (school_id, alarm_id),
    FOREIGN KEY (school_id, source_id) REFERENCES source ON DELETE CASCADE
);
CREATE UNIQUE INDEX source_alarm_open ON source_alarm (school_id, source_id) WHERE cleared_at IS NULL;

-- When a school was last judged, and since when without a break: time in which nobody listened is not held against a source.
CREATE TABLE source_watch (
    school_id      uuid PRIMARY KEY REFERENCES school,
    judged_at      timestamptz NOT NULL,
    watching_since timestamptz NOT NULL,
    notices        text[] NOT NULL DEFAULT '{}'
);

-- What one mail about sources says: names of sources and times, nothing of a person.
CREATE TABLE source_notice (
    school_id  uuid NOT NULL REFERENCES school,
    notice_id  uuid NOT NULL,
    created_at timestamptz NOT NULL,
    content    bytea NOT NULL,
    PRIMARY KEY (school_id, notice_id)
);

ALTER TABLE staff DROP CONSTRAINT staff_roles_check;
ALTER TABLE staff ADD CONSTRAINT staff_roles_check CHECK (roles <@ ARRAY['dsl', 'deputy', 'head', 'chair', 'digest', 'it'] AND cardinality(roles) > 0);

ALTER TABLE notification ADD COLUMN notice_id uuid;
ALTER TABLE notification DROP CONSTRAINT notification_kind_check;
ALTER TABLE notification DROP CONSTRAINT notification_check;
ALTER TABLE notification ADD CONSTRAINT notification_kind_check CHECK (kind IN ('alert', 'digest', 'source'));
ALTER TABLE notification ADD CONSTRAINT notification_check CHECK (
    (kind = 'alert') = (alert_id IS NOT NULL) AND (kind = 'digest') = (digest_day IS NOT NULL) AND (kind = 'source') = (notice_id IS NOT NULL));

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['school_calendar', 'source_activity', 'source_device_day', 'canary', 'source_state', 'source_alarm', 'source_watch', 'source_notice'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['school_calendar', 'canary', 'source_device_day', 'source_state', 'source_alarm', 'source_watch'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO onlinesafety_setup', t);
        EXECUTE format('CREATE POLICY setup_scope ON %I TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school())', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['school_calendar', 'source_activity', 'source_device_day', 'canary', 'source_state', 'source_alarm', 'source_watch', 'source_notice'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO onlinesafety_process', t);
        EXECUTE format('CREATE POLICY process_scope ON %I TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school())', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['source_state', 'source_alarm', 'source_watch', 'source_notice'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO onlinesafety_notify', t);
        EXECUTE format('CREATE POLICY notify_scope ON %I FOR SELECT TO onlinesafety_notify USING (school_id = current_school())', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['source_state', 'source_alarm'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO onlinesafety_console', t);
        EXECUTE format('CREATE POLICY console_scope ON %I FOR SELECT TO onlinesafety_console USING (school_id = current_school())', t);
    END LOOP;
END
$$;
GRANT INSERT, UPDATE ON school_calendar TO onlinesafety_setup;
GRANT INSERT, UPDATE (removed_at) ON canary TO onlinesafety_setup;
GRANT UPDATE (last_seen_at) ON canary TO onlinesafety_process;
GRANT INSERT, UPDATE, DELETE ON source_activity TO onlinesafety_process;
GRANT INSERT, DELETE ON source_device_day TO onlinesafety_process;
GRANT INSERT, UPDATE ON source_state, source_alarm, source_watch TO onlinesafety_process;
GRANT INSERT, DELETE ON source_notice TO onlinesafety_process;
