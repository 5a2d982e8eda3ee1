-- What the console may show of volumes, digests and figures.

-- Records of a source by the hour: counts, and nothing of what was in them.
GRANT SELECT ON source_activity TO onlinesafety_setup;
CREATE POLICY setup_scope ON source_activity FOR SELECT TO onlinesafety_setup USING (school_id = current_school());

-- A digest counts alerts of every desk, and each reader's view is cut from it. Whoever has no desk gets none of it from the database, whatever the pages do.
GRANT SELECT ON digest TO onlinesafety_console;
CREATE POLICY console_desk ON digest FOR SELECT TO onlinesafety_console USING (school_id = current_school() AND cardinality(my_desks()) > 0);

-- Figures for governors, who may see no alert: the database counts, and nothing smaller than five people leaves it. So no page can drill down.
--   * only pupils' matters of the DSL's desk that are not for the DSL alone;
--   * a term by fixed dates, the one that runs up to the last Sunday: no two spans that overlap can be subtracted from each other day by day;
--   * a row only where five people or more are behind it (nobody known counts as no person), and rounded to five: fewer than five and none look the same.
CREATE POLICY report_counts ON alert FOR SELECT TO onlinesafety_owner USING (school_id = current_school());
CREATE POLICY report_counts ON school FOR SELECT TO onlinesafety_owner USING (school_id = current_school());

CREATE FUNCTION governors_report(begins date) RETURNS TABLE (dimension text, value text, about int, until date)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    zone text;
    ends date;
BEGIN
    IF extract(day FROM begins) <> 1 OR extract(month FROM begins) NOT IN (1, 4, 9) THEN
        RAISE EXCEPTION 'a term begins on 1 September, 1 January or 1 April' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT time_zone INTO zone FROM school WHERE school_id = current_school();
    ends := least(
        begins + CASE extract(month FROM begins) WHEN 9 THEN interval '4 months' WHEN 1 THEN interval '3 months' ELSE interval '5 months' END,
        date_trunc('week', now() AT TIME ZONE zone));
    RETURN QUERY
    WITH counted AS MATERIALIZED (
        SELECT a.risk, a.parent_theme, a.severity, a.subject_key, a.outcome, extract(epoch FROM a.acknowledged_at - a.raised_at) / 60 AS minutes
        FROM alert a
        WHERE a.school_id = current_school() AND a.route = 'dsl' AND a.audience = 0 AND a.subject_staff IS NULL AND NOT a.drill
          AND a.raised_at >= begins::timestamp AT TIME ZONE zone AND a.raised_at < ends::timestamp AT TIME ZONE zone
    ), cells AS (
        SELECT 'all' AS dimension, '' AS value, count(*) AS figure, count(DISTINCT subject_key) AS people FROM counted
        UNION ALL SELECT 'risk', c.risk::text, count(*), count(DISTINCT c.subject_key) FROM counted c GROUP BY c.risk
        UNION ALL SELECT 'theme', c.parent_theme, count(*), count(DISTINCT c.subject_key) FROM counted c GROUP BY c.parent_theme
        UNION ALL SELECT 'severity', c.severity::text, count(*), count(DISTINCT c.subject_key) FROM counted c GROUP BY c.severity
        UNION ALL SELECT 'minutes', '', percentile_cont(0.5) WITHIN GROUP (ORDER BY c.minutes), count(DISTINCT c.subject_key) FROM counted c WHERE c.minutes IS NOT NULL
        UNION ALL SELECT 'within-hour', '', 100.0 * count(*) FILTER (WHERE c.minutes <= 60) / greatest(count(*), 1), count(DISTINCT c.subject_key) FROM counted c
        UNION ALL SELECT 'true', '', 100.0 * count(*) FILTER (WHERE c.outcome IN ('concern', 'low-level-concern')) / greatest(count(*), 1), count(DISTINCT c.subject_key)
            FROM counted c WHERE c.outcome IN ('concern', 'low-level-concern', 'benign-curriculum', 'false-alert')
    )
    SELECT c.dimension, c.value, (round(c.figure / 5.0) * 5)::int, ends FROM cells c WHERE c.people >= 5
    UNION ALL SELECT 'period', '', 0, ends
    ORDER BY 1, 3 DESC, 2;
END
$$;
REVOKE EXECUTE ON FUNCTION governors_report(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governors_report(date) TO onlinesafety_console;
