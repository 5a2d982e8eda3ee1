-- A channel through which nothing gets: shown wherever the school's systems are looked after, and told of once for each time that it breaks. Ids, times and codes.
CREATE TABLE channel_trouble (
    school_id  uuid NOT NULL,
    channel_id uuid NOT NULL,
    -- Of the first message that did not get through.
    since      timestamptz NOT NULL,
    tries      int NOT NULL DEFAULT 1,
    -- The ledger's code of the last one.
    error      text NOT NULL,
    told_at    timestamptz,
    over_at    timestamptz,
    -- When something of it is to be told; null: nothing is.
    due_at     timestamptz,
    PRIMARY KEY (school_id, channel_id),
    FOREIGN KEY (school_id, channel_id) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX channel_trouble_due ON channel_trouble (school_id, due_at) WHERE due_at IS NOT NULL;
ALTER TABLE channel_trouble ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_trouble FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE (tries, error, told_at, over_at, due_at), DELETE ON channel_trouble TO onlinesafety_notify;
CREATE POLICY notify_find ON channel_trouble FOR SELECT TO onlinesafety_notify USING (true);
CREATE POLICY notify_begins ON channel_trouble FOR INSERT TO onlinesafety_notify WITH CHECK (school_id = current_school());
CREATE POLICY notify_scope ON channel_trouble FOR UPDATE TO onlinesafety_notify USING (school_id = current_school()) WITH CHECK (school_id = current_school());
CREATE POLICY notify_ends ON channel_trouble FOR DELETE TO onlinesafety_notify USING (school_id = current_school());
GRANT SELECT ON channel_trouble TO onlinesafety_setup;
CREATE POLICY setup_scope ON channel_trouble FOR SELECT TO onlinesafety_setup USING (school_id = current_school());
