-- The first schema. Rules that hold for every table here, checked against the catalogue by a test:
--   * school_id comes first in every primary key and unique index;
--   * row-level security is on and FORCEd, so that not even the owner reads past it;
--   * a role may do only what a policy names; a role with no policy on a table sees nothing.
-- A transaction states its school and its actor with SET LOCAL (see Access/Database.cs). No scope: no rows.
-- "ids only" marks the tables that a worker may search across schools, because they hold ids, times, sizes and hashes and nothing about a person.

CREATE FUNCTION current_school() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('app.school', true), '')::uuid $$;
CREATE FUNCTION current_staff() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('app.staff', true), '')::uuid $$;
-- Comma-separated routes that the actor may read ('dsl', 'head', 'chair'); 'operator' is the host's own account.
CREATE FUNCTION current_routes() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT string_to_array(COALESCE(current_setting('app.routes', true), ''), ',') $$;

-- Schools, sources, people -------------------------------------------------------------------------------------------

CREATE TABLE school (
    school_id        uuid PRIMARY KEY,
    name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    urn              text NOT NULL DEFAULT '',
    kind             text NOT NULL DEFAULT 'school' CHECK (kind IN ('school', 'unassigned')),
    time_zone        text NOT NULL DEFAULT 'Europe/London',
    digest_at        time NOT NULL DEFAULT '07:30',
    grouping_minutes int  NOT NULL DEFAULT 120 CHECK (grouping_minutes BETWEEN 1 AND 1440),
    next_alert       int  NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE source (
    school_id    uuid NOT NULL REFERENCES school,
    source_id    uuid NOT NULL,
    name         text NOT NULL,
    product      text NOT NULL,
    door         smallint NOT NULL CHECK (door BETWEEN 1 AND 3),
    key_hashes   bytea[] NOT NULL DEFAULT '{}',
    networks     text[] NOT NULL DEFAULT '{}',
    port         int CHECK (port BETWEEN 1 AND 65535),
    match_host   text,
    match_app    text,
    unassigned   boolean NOT NULL DEFAULT false,
    listener     text,
    time_zone    text NOT NULL DEFAULT 'Europe/London',
    enabled      boolean NOT NULL DEFAULT true,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, source_id)
);
CREATE UNIQUE INDEX source_unassigned ON source (school_id, listener) WHERE unassigned;

CREATE TABLE person (
    school_id     uuid NOT NULL REFERENCES school,
    person_id     uuid NOT NULL,
    account       text NOT NULL,
    role          smallint NOT NULL,
    year_group    text NOT NULL DEFAULT '',
    class         text NOT NULL DEFAULT '',
    date_of_birth date,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, person_id)
);
CREATE UNIQUE INDEX person_account ON person (school_id, account);

CREATE TABLE person_alias (
    school_id uuid NOT NULL,
    alias     text NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (school_id, alias),
    FOREIGN KEY (school_id, person_id) REFERENCES person ON DELETE CASCADE
);

CREATE TABLE staff (
    school_id  uuid NOT NULL REFERENCES school,
    staff_id   uuid NOT NULL,
    name       text NOT NULL,
    email      text NOT NULL,
    roles      text[] NOT NULL CHECK (roles <@ ARRAY['dsl', 'deputy', 'head', 'chair', 'digest'] AND cardinality(roles) > 0),
    accounts   text[] NOT NULL DEFAULT '{}',
    enabled    boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, staff_id)
);
CREATE UNIQUE INDEX staff_email ON staff (school_id, lower(email));

-- ids only: finds the school of a presented key before any scope is known.
CREATE TABLE staff_key (
    school_id  uuid NOT NULL,
    staff_id   uuid NOT NULL,
    key_hash   bytea NOT NULL CHECK (length(key_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, staff_id, key_hash),
    FOREIGN KEY (school_id, staff_id) REFERENCES staff ON DELETE CASCADE
);
CREATE INDEX staff_key_hash ON staff_key (key_hash);

-- The intake log -----------------------------------------------------------------------------------------------------

-- Data keys, wrapped by the master key. Destroying a row is that school's retention for that day.
CREATE TABLE data_key (
    school_id  uuid NOT NULL REFERENCES school,
    day        date NOT NULL,
    key_id     uuid NOT NULL,
    master_id  text NOT NULL,
    wrapped    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, day)
);

-- ids only: one source through one writer run on one day.
CREATE TABLE intake_stream (
    school_id        uuid NOT NULL REFERENCES school,
    stream_id        uuid NOT NULL,
    source_id        uuid NOT NULL,
    day              date NOT NULL,
    writer_id        uuid NOT NULL,
    last_seq         bigint NOT NULL,
    head_hash        bytea NOT NULL CHECK (length(head_hash) = 32),
    last_received_at timestamptz NOT NULL,
    opened_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, stream_id)
) WITH (fillfactor = 50);
CREATE INDEX intake_stream_day ON intake_stream (day);

CREATE TABLE intake_segment (
    school_id     uuid NOT NULL,
    stream_id     uuid NOT NULL,
    source_id     uuid NOT NULL,
    day           date NOT NULL,
    first_seq     bigint NOT NULL,
    last_seq      bigint NOT NULL CHECK (last_seq >= first_seq),
    received_from timestamptz NOT NULL,
    received_to   timestamptz NOT NULL,
    codec         smallint NOT NULL,
    key_id        uuid NOT NULL,
    previous_hash bytea NOT NULL,
    hash          bytea NOT NULL,
    payload       bytea NOT NULL,
    PRIMARY KEY (school_id, stream_id, first_seq, day)
) PARTITION BY RANGE (day);
-- Compressed and sealed already: no point in trying again.
ALTER TABLE intake_segment ALTER COLUMN payload SET STORAGE EXTERNAL;

-- Partitions are made by the owner's function, because the writing role owns nothing.
CREATE FUNCTION ensure_intake_partition(wanted date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = onlinesafety, pg_temp
AS $$
DECLARE
    partition_name text := 'intake_segment_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    IF to_regclass('onlinesafety.' || quote_ident(partition_name)) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('onlinesafety.intake_partition', 0));
    BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF intake_segment FOR VALUES FROM (%L) TO (%L)', partition_name, wanted, wanted + 1);
    EXCEPTION WHEN duplicate_table THEN
        -- Made by another writer while this one waited for the lock; this session's catalogue cache had not heard of it yet.
        RETURN;
    END;
    EXECUTE format('ALTER TABLE %I ALTER COLUMN payload SET STORAGE EXTERNAL', partition_name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', partition_name);
END
$$;
REVOKE ALL ON FUNCTION ensure_intake_partition(date) FROM PUBLIC;

CREATE TABLE delivery (
    school_id   uuid NOT NULL REFERENCES school,
    source_id   uuid NOT NULL,
    id_hash     bytea NOT NULL CHECK (length(id_hash) = 32),
    body_hash   bytea NOT NULL,
    stream_id   uuid NOT NULL,
    first_seq   bigint NOT NULL,
    records     int NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, source_id, id_hash)
);

-- Processing ---------------------------------------------------------------------------------------------------------

-- ids only. next_seq is the fence: a worker whose lease was taken over fails to move it and rolls back.
CREATE TABLE checkpoint (
    school_id   uuid NOT NULL REFERENCES school,
    stream_id   uuid NOT NULL,
    source_id   uuid NOT NULL,
    day         date NOT NULL,
    next_seq    bigint NOT NULL,
    worker_id   uuid,
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, stream_id)
) WITH (fillfactor = 50);
CREATE INDEX checkpoint_day ON checkpoint (day);

CREATE TABLE counter_block (
    school_id   uuid NOT NULL REFERENCES school,
    stream_id   uuid NOT NULL,
    first_seq   bigint NOT NULL,
    last_seq    bigint NOT NULL,
    source_id   uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    concern     int NOT NULL,
    counted     int NOT NULL,
    review      int NOT NULL,
    control     int NOT NULL,
    hours       timestamptz[] NOT NULL,
    actions     smallint[] NOT NULL,
    categories  text[] NOT NULL,
    themes      text[] NOT NULL,
    roles       smallint[] NOT NULL,
    years       text[] NOT NULL,
    counts      int[] NOT NULL,
    PRIMARY KEY (school_id, stream_id, first_seq),
    CHECK (concern + counted + review + control = last_seq - first_seq + 1)
);
CREATE INDEX counter_block_recorded ON counter_block (school_id, recorded_at);

CREATE TABLE unmapped (
    school_id  uuid NOT NULL REFERENCES school,
    source_id  uuid NOT NULL,
    kind       text NOT NULL,
    value      text NOT NULL,
    count      bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    PRIMARY KEY (school_id, source_id, kind, value)
);

CREATE TABLE source_health (
    school_id        uuid NOT NULL REFERENCES school,
    source_id        uuid NOT NULL,
    first_received_at timestamptz NOT NULL,
    last_received_at timestamptz NOT NULL,
    last_control_at  timestamptz,
    records          bigint NOT NULL,
    concern          bigint NOT NULL,
    review           bigint NOT NULL,
    unknown_role     bigint NOT NULL,
    PRIMARY KEY (school_id, source_id)
) WITH (fillfactor = 50);

CREATE TABLE alert (
    school_id         uuid NOT NULL REFERENCES school,
    alert_id          uuid NOT NULL,
    number            int NOT NULL,
    state             text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'acknowledged', 'resolved')),
    severity          smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    risk              smallint NOT NULL,
    theme             text NOT NULL,
    parent_theme      text NOT NULL,
    themes            text[] NOT NULL,
    needs_review      boolean NOT NULL,
    audience          smallint NOT NULL,
    route             text NOT NULL CHECK (route IN ('dsl', 'head', 'chair')),
    subject_key       text,
    subject_role      smallint NOT NULL,
    subject_staff     uuid,
    source_ids        uuid[] NOT NULL,
    vendors           text[] NOT NULL,
    event_count       int NOT NULL,
    reasons           bytea NOT NULL,
    instructions      text NOT NULL DEFAULT '',
    first_received_at timestamptz NOT NULL,
    last_received_at  timestamptz NOT NULL,
    raised_at         timestamptz NOT NULL,
    acknowledged_at   timestamptz,
    acknowledged_by   text,
    resolved_at       timestamptz,
    resolved_by       text,
    outcome           text CHECK (outcome IN ('concern', 'low-level-concern', 'benign-curriculum', 'false-alert', 'duplicate', 'test', 'insufficient-information')),
    note              text,
    PRIMARY KEY (school_id, alert_id),
    CHECK ((state = 'resolved') = (outcome IS NOT NULL AND resolved_at IS NOT NULL AND resolved_by IS NOT NULL AND length(note) > 0))
);
CREATE UNIQUE INDEX alert_number ON alert (school_id, number);
CREATE INDEX alert_subject ON alert (school_id, subject_key, last_received_at DESC) WHERE subject_key IS NOT NULL;
CREATE INDEX alert_open ON alert (school_id, severity DESC, raised_at) WHERE state <> 'resolved';

CREATE TABLE event (
    school_id     uuid NOT NULL REFERENCES school,
    stream_id     uuid NOT NULL,
    seq           bigint NOT NULL,
    part          int NOT NULL,
    source_id     uuid NOT NULL,
    alert_id      uuid,
    received_at   timestamptz NOT NULL,
    occurred_at   timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    review        text NOT NULL DEFAULT '',
    kind          smallint NOT NULL,
    action        smallint NOT NULL,
    risk          smallint NOT NULL,
    severity      smallint NOT NULL,
    theme         text NOT NULL,
    parent_theme  text NOT NULL,
    audience      smallint NOT NULL,
    route         text NOT NULL,
    subject_key   text,
    subject_role  smallint NOT NULL,
    subject_staff uuid,
    vendor        text NOT NULL,
    detail        bytea NOT NULL,
    PRIMARY KEY (school_id, stream_id, seq, part)
);
CREATE INDEX event_subject ON event (school_id, subject_key, received_at) WHERE subject_key IS NOT NULL;
CREATE INDEX event_alert ON event (school_id, alert_id) WHERE alert_id IS NOT NULL;
CREATE INDEX event_recorded ON event (school_id, recorded_at);

-- A copy of the record's raw bytes, once per record, however many events it held.
CREATE TABLE evidence (
    school_id    uuid NOT NULL REFERENCES school,
    stream_id    uuid NOT NULL,
    seq          bigint NOT NULL,
    door         smallint NOT NULL,
    content_type text NOT NULL,
    peer         text NOT NULL,
    raw          bytea NOT NULL,
    PRIMARY KEY (school_id, stream_id, seq)
);

-- Telling people -----------------------------------------------------------------------------------------------------

-- ids only: the notification ledger.
CREATE TABLE notification (
    school_id       uuid NOT NULL REFERENCES school,
    notification_id uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('alert', 'digest')),
    cause           text NOT NULL,
    alert_id        uuid,
    digest_day      date,
    staff_id        uuid,
    channel         text NOT NULL CHECK (channel IN ('email')),
    state           text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sending', 'sent', 'failed', 'dropped')),
    due_at          timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    attempts        int NOT NULL DEFAULT 0,
    claimed_by      uuid,
    lease_until     timestamptz,
    sent_at         timestamptz,
    error           text NOT NULL DEFAULT '',
    PRIMARY KEY (school_id, notification_id),
    CHECK ((kind = 'alert') = (alert_id IS NOT NULL) AND (kind = 'digest') = (digest_day IS NOT NULL))
);
CREATE INDEX notification_due ON notification (due_at) WHERE state IN ('due', 'sending');
CREATE INDEX notification_alert ON notification (school_id, alert_id) WHERE alert_id IS NOT NULL;

CREATE TABLE digest (
    school_id    uuid NOT NULL REFERENCES school,
    day          date NOT NULL,
    window_from  timestamptz NOT NULL,
    window_to    timestamptz NOT NULL,
    late         boolean NOT NULL,
    content      bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (school_id, day)
);

CREATE TABLE access_record (
    school_id  uuid NOT NULL REFERENCES school,
    access_id  bigint GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL DEFAULT now(),
    actor_kind text NOT NULL,
    actor_id   uuid,
    actor_name text NOT NULL CHECK (length(actor_name) > 0),
    action     text NOT NULL,
    object     text NOT NULL,
    PRIMARY KEY (school_id, access_id)
);

-- Who may do what ----------------------------------------------------------------------------------------------------

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['school', 'source', 'person', 'person_alias', 'staff', 'staff_key', 'data_key', 'intake_stream', 'intake_segment',
                             'delivery', 'checkpoint', 'counter_block', 'unmapped', 'source_health', 'alert', 'event', 'evidence',
                             'notification', 'digest', 'access_record'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA onlinesafety TO onlinesafety_ingest, onlinesafety_process, onlinesafety_notify, onlinesafety_console, onlinesafety_setup;

-- Set-up: schools, sources, staff and the people list; never events, alerts or records.
GRANT SELECT, INSERT, UPDATE ON school, source, person, person_alias, staff, staff_key TO onlinesafety_setup;
GRANT DELETE ON person, person_alias, staff_key TO onlinesafety_setup;
GRANT SELECT ON source_health, unmapped TO onlinesafety_setup;
GRANT INSERT ON access_record TO onlinesafety_setup;
CREATE POLICY setup_all ON school TO onlinesafety_setup USING (true) WITH CHECK (true);
-- Found across schools (a key, a free port), changed in one: a single policy would let an UPDATE pull another school's source over.
CREATE POLICY setup_find ON source FOR SELECT TO onlinesafety_setup USING (true);
CREATE POLICY setup_scope ON source TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY setup_scope ON person TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY setup_scope ON person_alias TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY setup_scope ON staff TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY setup_scope ON staff_key TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY setup_scope ON source_health FOR SELECT TO onlinesafety_setup USING (school_id = current_school());
CREATE POLICY setup_scope ON unmapped FOR SELECT TO onlinesafety_setup USING (school_id = current_school());
CREATE POLICY setup_scope ON access_record FOR INSERT TO onlinesafety_setup WITH CHECK (school_id = current_school());

-- Ingest: appends, and reads only what it needs to append. It cannot read one record back.
GRANT SELECT (school_id, kind) ON school TO onlinesafety_ingest;
GRANT SELECT, INSERT ON source TO onlinesafety_ingest;
GRANT SELECT, INSERT ON data_key, delivery TO onlinesafety_ingest;
GRANT INSERT ON intake_segment TO onlinesafety_ingest;
GRANT SELECT, INSERT, UPDATE ON intake_stream TO onlinesafety_ingest;
GRANT EXECUTE ON FUNCTION ensure_intake_partition(date) TO onlinesafety_ingest;
CREATE POLICY ingest_all ON school FOR SELECT TO onlinesafety_ingest USING (true);
CREATE POLICY ingest_read ON source FOR SELECT TO onlinesafety_ingest USING (true);
CREATE POLICY ingest_unassigned ON source FOR INSERT TO onlinesafety_ingest WITH CHECK (school_id = current_school() AND unassigned);
CREATE POLICY ingest_scope ON data_key TO onlinesafety_ingest USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY ingest_scope ON delivery TO onlinesafety_ingest USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY ingest_append ON intake_segment FOR INSERT TO onlinesafety_ingest WITH CHECK (school_id = current_school());
CREATE POLICY ingest_scope ON intake_stream TO onlinesafety_ingest USING (school_id = current_school()) WITH CHECK (school_id = current_school());

-- Process: reads the log, writes what came of it. Claims across schools on ids only.
GRANT SELECT ON school, source, person, person_alias, staff, data_key, intake_stream, intake_segment TO onlinesafety_process;
GRANT UPDATE (next_alert) ON school TO onlinesafety_process;
GRANT SELECT, INSERT, UPDATE ON unmapped, source_health TO onlinesafety_process;
GRANT SELECT, INSERT ON checkpoint, alert TO onlinesafety_process;
GRANT UPDATE (next_seq, worker_id, lease_until, updated_at) ON checkpoint TO onlinesafety_process;
-- An alert grows and may become new again; the service can neither resolve it nor put it on another desk.
GRANT UPDATE (state, severity, risk, theme, parent_theme, themes, needs_review, audience, source_ids, vendors, event_count, reasons, instructions,
              first_received_at, last_received_at, acknowledged_at, acknowledged_by) ON alert TO onlinesafety_process;
GRANT SELECT, INSERT ON event, evidence, counter_block TO onlinesafety_process;
GRANT INSERT ON notification, access_record TO onlinesafety_process;
GRANT SELECT (school_id, window_to) ON digest TO onlinesafety_process;
CREATE POLICY process_read ON school FOR SELECT TO onlinesafety_process USING (true);
CREATE POLICY process_number ON school FOR UPDATE TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_read ON source FOR SELECT TO onlinesafety_process USING (true);
CREATE POLICY process_scope ON person FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_scope ON person_alias FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_scope ON staff FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_scope ON data_key FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_find ON intake_stream FOR SELECT TO onlinesafety_process USING (true);
CREATE POLICY process_scope ON intake_segment FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_claim ON checkpoint TO onlinesafety_process USING (true) WITH CHECK (true);
CREATE POLICY process_scope ON counter_block TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_scope ON unmapped TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_scope ON source_health TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_scope ON alert TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_scope ON event TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_scope ON evidence TO onlinesafety_process USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY process_scope ON notification FOR INSERT TO onlinesafety_process WITH CHECK (school_id = current_school());
CREATE POLICY process_scope ON digest FOR SELECT TO onlinesafety_process USING (school_id = current_school());
CREATE POLICY process_scope ON access_record FOR INSERT TO onlinesafety_process WITH CHECK (school_id = current_school());

-- Notify: claims ledger rows across schools (ids only), then reads thin alert facts in one school's scope. Never events or evidence.
GRANT SELECT ON school, staff, intake_stream, checkpoint, counter_block, source, source_health, unmapped TO onlinesafety_notify;
GRANT SELECT (school_id, alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_staff, event_count,
              raised_at, last_received_at, acknowledged_at, resolved_at, outcome, instructions) ON alert TO onlinesafety_notify;
GRANT SELECT, INSERT ON notification TO onlinesafety_notify;
-- Marks what became of a row; whose it is and what it tells stays as it was written.
GRANT UPDATE (state, due_at, created_at, attempts, claimed_by, lease_until, sent_at, error) ON notification TO onlinesafety_notify;
GRANT SELECT, INSERT ON digest TO onlinesafety_notify;
GRANT INSERT ON access_record TO onlinesafety_notify;
CREATE POLICY notify_read ON school FOR SELECT TO onlinesafety_notify USING (true);
CREATE POLICY notify_scope ON staff FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_scope ON intake_stream FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_scope ON checkpoint FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_scope ON counter_block FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_scope ON source FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_scope ON source_health FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_scope ON unmapped FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_scope ON alert FOR SELECT TO onlinesafety_notify USING (school_id = current_school());
CREATE POLICY notify_claim ON notification FOR SELECT TO onlinesafety_notify USING (true);
CREATE POLICY notify_mark ON notification FOR UPDATE TO onlinesafety_notify USING (true) WITH CHECK (true);
CREATE POLICY notify_write ON notification FOR INSERT TO onlinesafety_notify WITH CHECK (school_id = current_school());
CREATE POLICY notify_scope ON access_record FOR INSERT TO onlinesafety_notify WITH CHECK (school_id = current_school());
CREATE POLICY notify_scope ON digest TO onlinesafety_notify USING (school_id = current_school()) WITH CHECK (school_id = current_school());

-- Console: a named person reads what was routed to one of that person's roles, and never what is about that person. So neither the ledger nor the
-- access records: both name alerts that are on another desk.
GRANT SELECT ON school, source, source_health, staff, staff_key, alert, event TO onlinesafety_console;
GRANT UPDATE (state, acknowledged_at, acknowledged_by, resolved_at, resolved_by, outcome, note) ON alert TO onlinesafety_console;
GRANT INSERT ON access_record TO onlinesafety_console;
CREATE POLICY console_scope ON school FOR SELECT TO onlinesafety_console USING (school_id = current_school());
CREATE POLICY console_scope ON source FOR SELECT TO onlinesafety_console USING (school_id = current_school());
CREATE POLICY console_scope ON source_health FOR SELECT TO onlinesafety_console USING (school_id = current_school());
CREATE POLICY console_scope ON staff FOR SELECT TO onlinesafety_console USING (school_id = current_school());
CREATE POLICY console_find ON staff_key FOR SELECT TO onlinesafety_console USING (true);
CREATE POLICY console_write ON access_record FOR INSERT TO onlinesafety_console WITH CHECK (school_id = current_school());
-- Whoever was told may look: where a desk is empty, the next one is told, and a mail that leads to "no such alert" helps nobody. Not without
-- any desk of one's own.
CREATE FUNCTION was_told(school uuid, alert uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT cardinality(current_routes()) > 0 AND EXISTS (SELECT 1 FROM notification n
        WHERE n.school_id = school AND n.alert_id = alert AND n.staff_id = current_staff() AND n.state <> 'dropped') $$;
GRANT SELECT (school_id, alert_id, staff_id, state) ON notification TO onlinesafety_console;
CREATE POLICY console_own ON notification FOR SELECT TO onlinesafety_console USING (school_id = current_school() AND staff_id = current_staff());
CREATE POLICY console_read ON alert FOR SELECT TO onlinesafety_console USING (school_id = current_school()
    AND (route = ANY (current_routes()) OR 'operator' = ANY (current_routes()) OR was_told(school_id, alert_id))
    AND (subject_staff IS NULL OR subject_staff IS DISTINCT FROM current_staff()));
CREATE POLICY console_act ON alert FOR UPDATE TO onlinesafety_console USING (school_id = current_school()
    AND (route = ANY (current_routes()) OR 'operator' = ANY (current_routes()) OR was_told(school_id, alert_id))
    AND (subject_staff IS NULL OR subject_staff IS DISTINCT FROM current_staff()))
    WITH CHECK (school_id = current_school());
CREATE POLICY console_read ON event FOR SELECT TO onlinesafety_console USING (school_id = current_school()
    AND (route = ANY (current_routes()) OR 'operator' = ANY (current_routes()) OR was_told(school_id, alert_id))
    AND (subject_staff IS NULL OR subject_staff IS DISTINCT FROM current_staff()));
-- No policy on evidence: one record can hold events about several people, so its raw bytes are not shown to a role that may see only some of them.
