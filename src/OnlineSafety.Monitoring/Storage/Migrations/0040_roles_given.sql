-- Roles that open alerts: whoever answers for alerts learns what was given before anybody was there to be told, and who may give them is the database's to decide too.

-- By which steps somebody came to read alerts, and who came when: ids, times, roles and who did it, of the stated school alone. From the access records, of which set-up
-- and console read nothing else.
CREATE FUNCTION roles_given() RETURNS TABLE (seq bigint, at timestamptz, actor_name text, action text, staff_id uuid, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT r.seq, r.at, r.actor_name, r.action, split_part(r.object, ' ', 1)::uuid, string_to_array(split_part(r.object, ' ', 2), ',')
    FROM access_record r
    WHERE r.school_id = current_school() AND r.action IN ('staff.add', 'staff.role', 'staff.pupils-account', 'account.join')
      AND r.object ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
$$;
REVOKE ALL ON FUNCTION roles_given() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roles_given() TO onlinesafety_setup, onlinesafety_console;
-- They are few among all looks and actions.
CREATE INDEX access_record_given ON access_record (school_id, seq) WHERE action IN ('staff.add', 'staff.role', 'staff.pupils-account', 'account.join');

-- Whether whoever has these roles may give one. leads: a safeguarding lead or head has signed in at the school; heads: a head has. As Access/RoleGiving.cs decides it; a
-- test holds the two against each other.
CREATE FUNCTION may_give(role text, giver text[], leads boolean, heads boolean) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN role = 'chair' THEN 'chair' = ANY (giver) OR ('head' <> ALL (giver) AND ('dsl' = ANY (giver) OR (NOT leads AND 'admin' = ANY (giver))))
        WHEN role = 'head' THEN 'head' = ANY (giver) OR (NOT heads AND 'dsl' = ANY (giver)) OR (NOT leads AND 'admin' = ANY (giver))
        WHEN role IN ('dsl', 'deputy', 'pastoral') THEN giver && ARRAY['dsl', 'head'] OR (NOT leads AND 'admin' = ANY (giver))
        WHEN role IN ('governor', 'digest') THEN true
        ELSE 'admin' = ANY (giver)
    END $$;

-- Holds a change of somebody with these roles against it, when a member of staff does it; commands on the host and the service's own steps state nobody.
-- As whoever calls it, within that role's rights.
CREATE FUNCTION require_may_give(school uuid, touched text[]) RETURNS void LANGUAGE plpgsql STABLE SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    giver text[];
    leads boolean;
    heads boolean;
BEGIN
    IF current_staff() IS NULL OR cardinality(touched) = 0 THEN
        RETURN;
    END IF;
    SELECT s.roles INTO giver FROM staff s WHERE s.school_id = school AND s.staff_id = current_staff() AND s.enabled;
    SELECT bool_or(s.roles && ARRAY['dsl', 'head']), bool_or('head' = ANY (s.roles)) INTO leads, heads FROM staff s
    WHERE s.school_id = school
      AND (EXISTS (SELECT 1 FROM staff_account a WHERE a.school_id = s.school_id AND a.staff_id = s.staff_id)
           OR EXISTS (SELECT 1 FROM invitation i WHERE i.school_id = s.school_id AND i.staff_id = s.staff_id AND i.used_at IS NOT NULL));
    IF giver IS NULL OR EXISTS (SELECT 1 FROM unnest(touched) AS t (role) WHERE NOT may_give(t.role, giver, COALESCE(leads, false), COALESCE(heads, false))) THEN
        RAISE EXCEPTION 'permission denied: a role is given and changed by those who may give it' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- A role that is given or taken; and, of whoever has roles, what decides who signs in as that person, who is told, and what that person reads.
CREATE FUNCTION staff_is_given() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM require_may_give(NEW.school_id, NEW.roles);
    ELSIF (NEW.email, NEW.accounts, NEW.years) IS DISTINCT FROM (OLD.email, OLD.accounts, OLD.years) OR (NEW.enabled AND NOT OLD.enabled) THEN
        PERFORM require_may_give(NEW.school_id, OLD.roles || NEW.roles);
    ELSE
        PERFORM require_may_give(NEW.school_id, ARRAY(SELECT unnest(OLD.roles) EXCEPT SELECT unnest(NEW.roles)) || ARRAY(SELECT unnest(NEW.roles) EXCEPT SELECT unnest(OLD.roles)));
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER staff_is_given BEFORE INSERT OR UPDATE OF roles, email, accounts, years, enabled ON staff FOR EACH ROW EXECUTE FUNCTION staff_is_given();

-- A link or a key for somebody is as good as that person's roles.
CREATE FUNCTION way_in_is_given() RETURNS trigger LANGUAGE plpgsql SET search_path = onlinesafety, pg_temp AS $$
BEGIN
    PERFORM require_may_give(NEW.school_id, (SELECT s.roles FROM staff s WHERE s.school_id = NEW.school_id AND s.staff_id = NEW.staff_id));
    RETURN NEW;
END
$$;
CREATE TRIGGER way_in_is_given BEFORE INSERT ON invitation FOR EACH ROW EXECUTE FUNCTION way_in_is_given();
CREATE TRIGGER way_in_is_given BEFORE INSERT ON staff_key FOR EACH ROW EXECUTE FUNCTION way_in_is_given();
