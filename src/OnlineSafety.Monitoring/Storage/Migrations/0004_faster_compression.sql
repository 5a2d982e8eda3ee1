-- Event details are JSON of some 5 KB each: pglz takes several times as long over them as lz4. A server built without lz4 keeps pglz.
DO $$
BEGIN
    ALTER TABLE event ALTER COLUMN detail SET COMPRESSION lz4;
    ALTER TABLE evidence ALTER COLUMN raw SET COMPRESSION lz4;
    ALTER TABLE alert ALTER COLUMN reasons SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    RAISE NOTICE 'This server has no lz4; rows are compressed with pglz.';
END
$$;
