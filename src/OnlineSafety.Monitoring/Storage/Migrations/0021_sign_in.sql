-- How people sign in. A person has one account for all schools, so an account belongs to no school: these tables are the only ones without one. They hold ids,
-- hashes, sealed secrets and times; the one thing about a person is the address that somebody signs in with. None but the console and set-up has any of it.

ALTER TABLE staff DROP CONSTRAINT staff_roles_check;
ALTER TABLE staff ADD CONSTRAINT staff_roles_check
    CHECK (roles <@ ARRAY['dsl', 'deputy', 'head', 'pastoral', 'chair', 'governor', 'dpo', 'it', 'admin', 'digest'] AND cardinality(roles) > 0);

-- Stated like the school, for one transaction: the account that a session belongs to, and the address that somebody claims before it is known whose it is.
CREATE FUNCTION current_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('app.account', true), '')::uuid $$;
CREATE FUNCTION current_address() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('app.address', true), '') $$;

CREATE TABLE account (
    account_id      uuid PRIMARY KEY,
    address         text NOT NULL CHECK (address = lower(address) AND length(address) BETWEEN 3 AND 254),
    password_hash   text,
    totp_master_id  text,
    totp_sealed     bytea,
    -- The last step of which a code was taken: the same code, or an older one, is never taken again.
    totp_step       bigint NOT NULL DEFAULT 0,
    recovery_hashes bytea[] NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL,
    CHECK ((totp_sealed IS NULL) = (totp_master_id IS NULL))
);
CREATE UNIQUE INDEX account_address ON account (address);

CREATE TABLE account_passkey (
    account_id    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    credential_id bytea NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    public_key    bytea NOT NULL,
    sign_count    bigint NOT NULL,
    transports    text[] NOT NULL DEFAULT '{}',
    backup_able   boolean NOT NULL,
    backed_up     boolean NOT NULL,
    created_at    timestamptz NOT NULL,
    used_at       timestamptz,
    PRIMARY KEY (account_id, credential_id)
);
-- One authenticator's credential leads to one account.
CREATE UNIQUE INDEX account_passkey_credential ON account_passkey (credential_id);

-- Who an account is at a provider (Microsoft 365, Google Workspace): an address that was given to somebody else there does not lead into the leaver's account.
CREATE TABLE account_identity (
    account_id   uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    issuer       text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 300),
    subject_hash bytea NOT NULL CHECK (length(subject_hash) = 32),
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (account_id, issuer)
);
CREATE UNIQUE INDEX account_identity_subject ON account_identity (issuer, subject_hash);

-- Attempts, by SHA-256 of "account:" and the address typed, or of "peer:" and the network it came from: also of addresses that no account has.
CREATE TABLE sign_in_attempts (
    subject_hash bytea PRIMARY KEY CHECK (length(subject_hash) = 32),
    attempts     int NOT NULL,
    began_at     timestamptz NOT NULL
);

-- What works once and has worked: answers to a challenge, returns from a provider. Kept until it would have ended by itself.
CREATE TABLE sign_in_spent (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    ends_at    timestamptz NOT NULL
);

-- The secret of a session is in its cookie; here is its hash. A session begins without a school where the account has several.
CREATE TABLE session (
    session_id uuid PRIMARY KEY,
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    -- 1: the password was right; 2: the second factor too; 3: it stands in a school, as one of its staff.
    stage      smallint NOT NULL CHECK (stage BETWEEN 1 AND 3),
    way        text NOT NULL CHECK (way IN ('password', 'passkey', 'provider', 'invitation')),
    school_id  uuid,
    staff_id   uuid,
    began_at   timestamptz NOT NULL,
    proved_at  timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    CHECK ((stage = 3) = (school_id IS NOT NULL) AND (school_id IS NULL) = (staff_id IS NULL)),
    FOREIGN KEY (school_id, staff_id) REFERENCES staff ON DELETE CASCADE
);
CREATE UNIQUE INDEX session_token ON session (token_hash);
CREATE INDEX session_account ON session (account_id);

-- Of a school again: which account one of its staff signs in with, and the links by which staff get there.
CREATE TABLE staff_account (
    school_id  uuid NOT NULL,
    staff_id   uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (school_id, staff_id),
    FOREIGN KEY (school_id, staff_id) REFERENCES staff ON DELETE CASCADE
);
CREATE INDEX staff_account_account ON staff_account (account_id);

CREATE TABLE invitation (
    school_id  uuid NOT NULL,
    staff_id   uuid NOT NULL,
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    created_at timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (school_id, staff_id, token_hash),
    FOREIGN KEY (school_id, staff_id) REFERENCES staff ON DELETE CASCADE
);
CREATE INDEX invitation_token ON invitation (token_hash);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['account', 'account_passkey', 'account_identity', 'sign_in_attempts', 'sign_in_spent', 'session', 'staff_account', 'invitation'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;

-- Console: one account at a time, the stated one, or the one with the address that was typed.
GRANT SELECT, INSERT ON account TO onlinesafety_console;
GRANT UPDATE (password_hash, totp_master_id, totp_sealed, totp_step, recovery_hashes) ON account TO onlinesafety_console;
CREATE POLICY console_own ON account TO onlinesafety_console USING (account_id = current_account() OR address = current_address())
    WITH CHECK (account_id = current_account());
GRANT SELECT, INSERT, DELETE ON account_passkey TO onlinesafety_console;
GRANT UPDATE (sign_count, backed_up, used_at, name) ON account_passkey TO onlinesafety_console;
CREATE POLICY console_own ON account_passkey TO onlinesafety_console USING (account_id = current_account()) WITH CHECK (account_id = current_account());
GRANT SELECT, INSERT ON account_identity TO onlinesafety_console;
CREATE POLICY console_own ON account_identity TO onlinesafety_console USING (account_id = current_account()) WITH CHECK (account_id = current_account());
-- ids only: counted before anybody is known.
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_attempts TO onlinesafety_console;
CREATE POLICY console_count ON sign_in_attempts TO onlinesafety_console USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON sign_in_spent TO onlinesafety_console;
CREATE POLICY console_spend ON sign_in_spent TO onlinesafety_console USING (true) WITH CHECK (true);
-- ids only: finds whose session a cookie is. What ended by time is cleared away by whoever comes by.
GRANT SELECT, INSERT, DELETE ON session TO onlinesafety_console;
GRANT UPDATE (token_hash, stage, school_id, staff_id, proved_at, seen_at, ends_at) ON session TO onlinesafety_console;
CREATE POLICY console_find ON session FOR SELECT TO onlinesafety_console USING (true);
CREATE POLICY console_begin ON session FOR INSERT TO onlinesafety_console WITH CHECK (account_id = current_account());
CREATE POLICY console_go_on ON session FOR UPDATE TO onlinesafety_console USING (account_id = current_account()) WITH CHECK (account_id = current_account());
CREATE POLICY console_end ON session FOR DELETE TO onlinesafety_console USING (account_id = current_account());
CREATE POLICY console_clear ON session FOR DELETE TO onlinesafety_console USING (ends_at < now());
GRANT SELECT, INSERT ON staff_account TO onlinesafety_console;
CREATE POLICY console_own ON staff_account FOR SELECT TO onlinesafety_console USING (account_id = current_account());
CREATE POLICY console_join ON staff_account FOR INSERT TO onlinesafety_console WITH CHECK (school_id = current_school() AND account_id = current_account());
-- ids only: finds the school of a link before any scope is known.
GRANT SELECT ON invitation TO onlinesafety_console;
GRANT UPDATE (used_at) ON invitation TO onlinesafety_console;
CREATE POLICY console_find ON invitation FOR SELECT TO onlinesafety_console USING (true);
CREATE POLICY console_use ON invitation FOR UPDATE TO onlinesafety_console USING (school_id = current_school()) WITH CHECK (school_id = current_school());
-- A provider proves an address, whose holder may work in several schools; and whoever signed in chooses among those schools.
CREATE POLICY console_by_address ON staff FOR SELECT TO onlinesafety_console USING (lower(email) = current_address());
CREATE POLICY console_own_account ON staff FOR SELECT TO onlinesafety_console USING (EXISTS (SELECT 1 FROM staff_account a
    WHERE a.school_id = staff.school_id AND a.staff_id = staff.staff_id AND a.account_id = current_account()));
CREATE POLICY console_own_account ON school FOR SELECT TO onlinesafety_console USING (EXISTS (SELECT 1 FROM staff_account a
    WHERE a.school_id = school.school_id AND a.account_id = current_account()));

-- Set-up invites, disables and takes factors away; it never sees a password's hash or a sealed secret.
GRANT SELECT, INSERT, DELETE ON invitation TO onlinesafety_setup;
CREATE POLICY setup_scope ON invitation TO onlinesafety_setup USING (school_id = current_school()) WITH CHECK (school_id = current_school());
GRANT SELECT ON staff_account TO onlinesafety_setup;
GRANT SELECT (session_id, account_id, school_id, staff_id, stage, way, began_at, seen_at, ends_at), DELETE ON session TO onlinesafety_setup;
CREATE POLICY setup_scope ON session TO onlinesafety_setup USING (school_id = current_school() OR account_id = current_account());
GRANT SELECT (account_id, address, created_at) ON account TO onlinesafety_setup;
GRANT DELETE ON account TO onlinesafety_setup;
CREATE POLICY setup_own ON account TO onlinesafety_setup USING (account_id = current_account());
-- ids only: whether anybody can sign in yet.
CREATE POLICY setup_find ON staff_account FOR SELECT TO onlinesafety_setup USING (true);
