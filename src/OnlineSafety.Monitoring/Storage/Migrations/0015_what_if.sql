-- What other rules would have made of what was received: asked for by whoever may not read it, answered in counts and alert numbers by the process role.
-- People are judged by all that a school has of them, so such a job may be of the whole school.
DO $$
DECLARE kinds text;
BEGIN
    SELECT conname INTO STRICT kinds FROM pg_constraint
    WHERE conrelid = 'onlinesafety.source_job'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%preview%';
    EXECUTE format('ALTER TABLE source_job DROP CONSTRAINT %I', kinds);
END
$$;
ALTER TABLE source_job
    ALTER COLUMN source_id DROP NOT NULL,
    -- The rules that are tried. Never changed: it is seen later by what the answer was got.
    ADD COLUMN content bytea CHECK (octet_length(content) <= 4194304),
    ADD CONSTRAINT source_job_kind CHECK (kind IN ('suggest', 'preview', 'replay', 'whatif')),
    ADD CONSTRAINT source_job_whole_school CHECK (source_id IS NOT NULL OR kind = 'whatif'),
    ADD CONSTRAINT source_job_content CHECK ((content IS NOT NULL) = (kind = 'whatif')),
    -- The one with the source is not looked at where there is none.
    ADD CONSTRAINT source_job_school FOREIGN KEY (school_id) REFERENCES school ON DELETE CASCADE;

-- A span is read by when it was received; without the index that is every row that a school ever had.
CREATE INDEX event_received ON event (school_id, received_at);
