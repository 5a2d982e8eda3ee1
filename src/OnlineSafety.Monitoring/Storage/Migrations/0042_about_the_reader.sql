-- What is about somebody, or may be, is kept from that person in the records of who saw what and in the work of retention too: by account as before, and by the roles that
-- somebody whom no account leads to may hold, as standing() has it (0017).

-- For the functions below alone: nobody signs in as the owner.
CREATE POLICY owner_asks ON staff FOR SELECT TO onlinesafety_owner USING (school_id = current_school());
CREATE POLICY owner_asks ON school_policy FOR SELECT TO onlinesafety_owner USING (school_id = current_school());

-- Of the reader alone, so that neither role needs the staff list.
CREATE FUNCTION my_roles() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT COALESCE((SELECT s.roles FROM staff s WHERE s.school_id = current_school() AND s.staff_id = current_staff()), '{}') $$;
REVOKE ALL ON FUNCTION my_roles() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_roles() TO onlinesafety_audit;

-- By which names products may know the reader: nobody erases, tries or holds themselves.
CREATE FUNCTION my_names() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT COALESCE((SELECT s.accounts || s.email FROM staff s WHERE s.school_id = current_school() AND s.staff_id = current_staff()), '{}') $$;
REVOKE ALL ON FUNCTION my_names() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION my_names() TO onlinesafety_retention;

ALTER POLICY audit_scope ON alert
    USING (school_id = current_school() AND (subject_staff IS NULL OR subject_staff IS DISTINCT FROM current_staff())
        AND NOT (SELECT my_roles()) && roles_of_subject(subject_staff, subject_role));

-- What the policy above leaves out. The records name alerts by id and by number, and one that fell long ago is no longer there either: only so are the two told apart.
CREATE FUNCTION alerts_not_shown() RETURNS TABLE (alert_id uuid, number int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
    SELECT a.alert_id, a.number FROM alert a
    WHERE a.school_id = current_school() AND NOT (a.route = 'dsl' AND a.subject_staff IS NULL AND a.subject_role <= 1)
        AND (a.subject_staff = current_staff() OR (SELECT my_roles()) && roles_of_subject(a.subject_staff, a.subject_role)) $$;
REVOKE ALL ON FUNCTION alerts_not_shown() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION alerts_not_shown() TO onlinesafety_audit, onlinesafety_retention;

-- What a member of staff takes out of the service is what that person may act on (standing(), 0017); the account of the host takes all.
CREATE FUNCTION on_my_desk(route text, audience smallint, subject uuid, subject_role smallint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = onlinesafety, pg_temp AS $$
    SELECT current_staff() IS NULL OR standing(current_staff(), desks_of(current_staff()), route, audience, subject, subject_role, false) = 2 $$;
REVOKE ALL ON FUNCTION on_my_desk(text, smallint, uuid, smallint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION on_my_desk(text, smallint, uuid, smallint) TO onlinesafety_retention;
