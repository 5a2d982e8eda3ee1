-- Whether the gravest of an alert was reported by a browser alone. Made of the reasons themselves, so that it cannot disagree with them: mails and digests
-- may know it without a right to the reasons, which quote what a child typed.
ALTER TABLE alert ADD COLUMN unproven boolean NOT NULL
    GENERATED ALWAYS AS (position('"rule":"modifier.low-trust"'::bytea IN reasons) > 0) STORED;
GRANT SELECT (unproven) ON alert TO onlinesafety_notify;
