using Npgsql;

namespace OnlineSafety.Monitoring.Processing.Review;

/// <summary>An event that was read again, and the alert that holds it from now on.</summary>
internal readonly record struct MovedEvent(ReviewedEvent Event, Guid? Alert);

/// <summary>Gives events the person, desk and alert that were found for them.</summary>
internal static class MovedEvents
{
    private const string Update = """
        UPDATE event e SET alert_id = m.alert_id, route = m.route, subject_key = m.subject_key, subject_role = m.subject_role, subject_staff = m.subject_staff
        FROM unnest($2::uuid[], $3::bigint[], $4::int[], $5::uuid[], $6::text[], $7::text[], $8::smallint[], $9::uuid[])
             AS m (stream_id, seq, part, alert_id, route, subject_key, subject_role, subject_staff)
        WHERE e.school_id = $1 AND e.stream_id = m.stream_id AND e.seq = m.seq AND e.part = m.part
        """;

    public static NpgsqlBatchCommand Command(Guid school, List<MovedEvent> moved) => new(Update)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = school },
            Column(moved, m => m.Event.Stream), Column(moved, m => m.Event.Seq), Column(moved, m => m.Event.Part), Column(moved, m => m.Alert),
            Column(moved, m => m.Event.Reading!.Route), Column(moved, m => m.Event.Reading!.SubjectKey!),
            Column(moved, m => (short)m.Event.Reading!.SubjectRole), Column(moved, m => m.Event.Reading!.SubjectStaff),
        },
    };

    private static NpgsqlParameter<T[]> Column<T>(List<MovedEvent> moved, Converter<MovedEvent, T> value) => new() { TypedValue = [.. moved.ConvertAll(value)] };
}
