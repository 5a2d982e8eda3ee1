-- Every digest says how many records wait for a mapping. Without an index it would read all counters that a school ever had; captured ones are few, and
-- none once they were read again.
CREATE INDEX counter_block_captured ON counter_block (school_id, source_id) INCLUDE (captured) WHERE captured > 0;

-- A temporary table is found before one of the schema: a session that made itself a source_job would have been believed.
ALTER FUNCTION is_replayed(uuid, uuid[]) SET search_path = onlinesafety, pg_temp;
ALTER FUNCTION only_by_replay() SET search_path = onlinesafety, pg_temp;
