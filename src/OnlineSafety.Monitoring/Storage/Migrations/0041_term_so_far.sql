-- The figures of a term that is not finished, too: counted anew each time, by the same rules, and kept nowhere. Whole months alone, so that no two prints of a
-- month differ by what a few did between them.
CREATE OR REPLACE FUNCTION governors_report(begins date) RETURNS TABLE (dimension text, value text, about int, until date)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = onlinesafety, pg_temp AS $$
DECLARE
    zone text;
    ends date;
    today date;
    counted_to date;
BEGIN
    IF extract(day FROM begins) <> 1 OR extract(month FROM begins) NOT IN (1, 4, 9) THEN
        RAISE EXCEPTION 'a term begins on 1 September, 1 January or 1 April' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT time_zone INTO zone FROM school WHERE school_id = current_school();
    ends := begins + CASE extract(month FROM begins) WHEN 9 THEN interval '4 months' WHEN 1 THEN interval '3 months' ELSE interval '5 months' END;
    today := (now() AT TIME ZONE zone)::date;
    IF today < ends + 14 THEN
        counted_to := greatest(begins, least(ends, date_trunc('month', today)::date));
        RETURN QUERY SELECT 'period', '', 0, counted_to;
        IF counted_to > begins THEN
            RETURN QUERY SELECT c.dimension, c.value, c.about, counted_to FROM governors_count(begins, counted_to, zone) c ORDER BY 1, 3 DESC, 2;
        END IF;

        RETURN;
    END IF;

    -- Two who ask first at the same time: one counts.
    PERFORM pg_advisory_xact_lock(hashtextextended('governors:' || current_school()::text || begins::text, 0));
    IF NOT EXISTS (SELECT 1 FROM governors_figure f WHERE f.school_id = current_school() AND f.term = begins) THEN
        INSERT INTO governors_figure (school_id, term, dimension, value, about)
        SELECT current_school(), begins, c.dimension, c.value, c.about FROM governors_count(begins, ends, zone) c
        UNION ALL SELECT current_school(), begins, 'period', '', 0;
    END IF;

    RETURN QUERY SELECT f.dimension, f.value, f.about, ends FROM governors_figure f
        WHERE f.school_id = current_school() AND f.term = begins ORDER BY 1, 3 DESC, 2;
END
$$;
