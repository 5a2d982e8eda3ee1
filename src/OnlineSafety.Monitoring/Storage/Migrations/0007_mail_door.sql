-- Mail as a door: whose address a mail is sent to says whose it is (its hash is in key_hashes), and who may send it.

ALTER TABLE source DROP CONSTRAINT source_door_check;
ALTER TABLE source ADD CONSTRAINT source_door_check CHECK (door BETWEEN 1 AND 4);
-- Addresses, or domains with all below them, lower-case; empty: any.
ALTER TABLE source ADD COLUMN senders text[] NOT NULL DEFAULT '{}';
