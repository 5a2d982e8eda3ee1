-- What is compared with what others did, and with what another product said.

-- Rule and words of what was found, hashed: what a class searches in one lesson has one. Null: nothing was found in words.
ALTER TABLE event ADD COLUMN signature bigint;
-- The product itself says the same as our rules: two that do so agree.
ALTER TABLE event ADD COLUMN vendor_says boolean NOT NULL DEFAULT false;
CREATE INDEX event_signature ON event (school_id, signature, received_at) WHERE signature IS NOT NULL;
