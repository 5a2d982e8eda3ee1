using Npgsql;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>A planned event as a row of <c>event</c>, and as a candidate for the queue.</summary>
internal static class EventRows
{
    public static AlertCandidate CandidateOf(PlannedEvent planned, bool needsReview) => new()
    {
        ReceivedAt = planned.Event.ReceivedAt,
        Severity = planned.Assessment.Severity,
        Risk = planned.Assessment.Risk,
        Theme = planned.Assessment.Theme,
        ParentTheme = planned.Assessment.ParentTheme,
        Audience = planned.Assessment.Audience,
        Route = planned.Route,
        SubjectKey = planned.SubjectKey,
        SubjectRole = planned.Subject.Role,
        SubjectStaff = planned.Subject.Staff,
        Source = planned.Event.Source,
        Vendor = planned.Event.Vendor,
        NeedsReview = needsReview,
        Reasons = EventDetail.ReasonsOf(planned.Assessment),
        Instructions = planned.Assessment.Instructions,
    };

    /// <summary>One statement for all rows: COPY would be quicker, but Postgres refuses it on a table with row-level security.</summary>
    public static void Fill(NpgsqlCommand insert, SourceKey target, IReadOnlyList<PlannedEvent> events, Func<PlannedEvent, Guid?> alertOf, DateTimeOffset recordedAt)
    {
        Add(insert, target.School);
        Add(insert, target.Source);
        Add(insert, recordedAt);
        Each(insert, events, e => e.Event.Id.Stream);
        Each(insert, events, e => e.Event.Id.Sequence);
        Each(insert, events, e => e.Event.Id.Part);
        Each(insert, events, alertOf);
        Each(insert, events, e => e.Event.ReceivedAt.ToUniversalTime());
        Each(insert, events, e => e.Event.OccurredAt.ToUniversalTime());
        Each(insert, events, e => e.Review);
        Each(insert, events, e => (short)e.Event.Kind);
        Each(insert, events, e => (short)e.Event.Action);
        Each(insert, events, e => (short)e.Assessment.Risk);
        Each(insert, events, e => (short)e.Assessment.Severity);
        Each(insert, events, e => e.Assessment.Theme);
        Each(insert, events, e => e.Assessment.ParentTheme);
        Each(insert, events, e => (short)e.Assessment.Audience);
        Each(insert, events, e => e.Route);
        Each(insert, events, e => e.SubjectKey is null ? null : PostgresText.Of(e.SubjectKey));
        Each(insert, events, e => (short)e.Subject.Role);
        Each(insert, events, e => e.Subject.Staff);
        Each(insert, events, e => e.Event.Vendor);
        Each(insert, events, e => EventDetail.Of(e.Event, e.Assessment, e.History));
    }

    public static void Fill(NpgsqlCommand insert, SourceKey target, Guid stream, IReadOnlyList<PlannedEvidence> evidence)
    {
        Add(insert, target.School);
        Add(insert, stream);
        Each(insert, evidence, e => e.Sequence);
        Each(insert, evidence, e => (short)e.Envelope.Door);
        Each(insert, evidence, e => PostgresText.Of(e.Envelope.ContentType));
        Each(insert, evidence, e => PostgresText.Of(e.Envelope.Peer));
        Each(insert, evidence, e => e.Raw.ToArray());
    }

    private static void Add<T>(NpgsqlCommand insert, T value) => insert.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    private static void Each<TRow, T>(NpgsqlCommand insert, IReadOnlyList<TRow> rows, Func<TRow, T> column)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = column(rows[i]);
        }

        Add(insert, values);
    }
}
