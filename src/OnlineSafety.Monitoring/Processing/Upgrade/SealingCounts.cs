using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Processing.Upgrade;

/// <summary>How much of a column is sealed.</summary>
/// <param name="Column">Table and column.</param>
public sealed record ColumnCount(string Column, long Sealed, long Plain);

/// <summary>Counts what is sealed and what is not, value by value: not what was noted down about it.</summary>
internal static class SealingCounts
{
    private const string Sql = """
        SELECT 'event.detail', count(*) FILTER (WHERE is_sealed(detail)), count(*) FILTER (WHERE NOT is_sealed(detail)) FROM event WHERE school_id = $1
        UNION ALL SELECT 'evidence.raw', count(*) FILTER (WHERE is_sealed(raw)), count(*) FILTER (WHERE NOT is_sealed(raw)) FROM evidence WHERE school_id = $1
        UNION ALL SELECT 'alert.reasons', count(*) FILTER (WHERE is_sealed(reasons)), count(*) FILTER (WHERE NOT is_sealed(reasons) AND length(reasons) > 2) FROM alert WHERE school_id = $1
        UNION ALL SELECT 'alert.subject_key', count(*) FILTER (WHERE subject IS NOT NULL OR starts_with(subject_key, 'cohort:')),
            count(*) FILTER (WHERE subject IS NULL AND subject_key IS NOT NULL AND NOT starts_with(subject_key, 'cohort:')) FROM alert WHERE school_id = $1
        UNION ALL SELECT 'alert.note', count(*) FILTER (WHERE is_sealed(note)), count(*) FILTER (WHERE NOT is_sealed(note)) FROM alert WHERE school_id = $1
        UNION ALL SELECT 'alert.reference', count(*) FILTER (WHERE is_sealed(reference)), count(*) FILTER (WHERE NOT is_sealed(reference)) FROM alert WHERE school_id = $1
        UNION ALL SELECT 'alert_step.note', count(*) FILTER (WHERE is_sealed(note)), count(*) FILTER (WHERE NOT is_sealed(note) AND length(note) > 0) FROM alert_step WHERE school_id = $1
        UNION ALL SELECT 'alert_step.detail', count(*) FILTER (WHERE is_sealed(detail)), count(*) FILTER (WHERE step = 'hand_over' AND NOT is_sealed(detail)) FROM alert_step WHERE school_id = $1
        UNION ALL SELECT 'person.account', count(*) FILTER (WHERE is_sealed(account)), count(*) FILTER (WHERE NOT is_sealed(account)) FROM person WHERE school_id = $1
        UNION ALL SELECT 'person.date_of_birth', count(*) FILTER (WHERE is_sealed(date_of_birth)), count(*) FILTER (WHERE NOT is_sealed(date_of_birth)) FROM person WHERE school_id = $1
        UNION ALL SELECT 'person_alias.alias', count(*) FILTER (WHERE is_sealed(alias)), count(*) FILTER (WHERE NOT is_sealed(alias)) FROM person_alias WHERE school_id = $1
        UNION ALL SELECT 'unmapped.value', count(*) FILTER (WHERE is_sealed(sealed)), count(*) FILTER (WHERE sealed IS NULL AND kind <> 'record' AND value <> '(more)') FROM unmapped WHERE school_id = $1
        UNION ALL SELECT 'counter_block.unmapped_values', count(*) FILTER (WHERE value ~ '^word:[0-9a-f]{32}$'),
            count(*) FILTER (WHERE kind <> 'record' AND value <> '(more)' AND value !~ '^word:[0-9a-f]{32}$')
            FROM counter_block, unnest(unmapped_kinds, unmapped_values) AS u (kind, value) WHERE school_id = $1
        """;

    /// <summary>In one school, as the process role.</summary>
    public static Task<List<ColumnCount>> OfAsync(Session session, Guid school, CancellationToken cancellationToken) =>
        session.RowsAsync(Sql, [school], row => new ColumnCount(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken);
}
