using Npgsql;
using NpgsqlTypes;
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

    public static async Task WriteAsync(
        NpgsqlBinaryImporter copy, SourceKey target, PlannedEvent planned, Guid? alert, DateTimeOffset recordedAt, CancellationToken cancellationToken)
    {
        var (read, assessment) = (planned.Event, planned.Assessment);
        await copy.StartRowAsync(cancellationToken);
        await copy.WriteAsync(target.School, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(read.Id.Stream, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(read.Id.Sequence, NpgsqlDbType.Bigint, cancellationToken);
        await copy.WriteAsync(read.Id.Part, NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync(target.Source, NpgsqlDbType.Uuid, cancellationToken);
        await OrNullAsync(copy, alert, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(read.ReceivedAt, NpgsqlDbType.TimestampTz, cancellationToken);
        await copy.WriteAsync(read.OccurredAt, NpgsqlDbType.TimestampTz, cancellationToken);
        await copy.WriteAsync(recordedAt, NpgsqlDbType.TimestampTz, cancellationToken);
        await copy.WriteAsync(planned.Review, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync((short)read.Kind, NpgsqlDbType.Smallint, cancellationToken);
        await copy.WriteAsync((short)read.Action, NpgsqlDbType.Smallint, cancellationToken);
        await copy.WriteAsync((short)assessment.Risk, NpgsqlDbType.Smallint, cancellationToken);
        await copy.WriteAsync((short)assessment.Severity, NpgsqlDbType.Smallint, cancellationToken);
        await copy.WriteAsync(assessment.Theme, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync(assessment.ParentTheme, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync((short)assessment.Audience, NpgsqlDbType.Smallint, cancellationToken);
        await copy.WriteAsync(planned.Route, NpgsqlDbType.Text, cancellationToken);
        await OrNullAsync(copy, planned.SubjectKey is null ? null : PostgresText.Of(planned.SubjectKey), NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync((short)planned.Subject.Role, NpgsqlDbType.Smallint, cancellationToken);
        await OrNullAsync(copy, planned.Subject.Staff, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(read.Vendor, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync(EventDetail.Of(read, assessment, planned.History), NpgsqlDbType.Bytea, cancellationToken);
    }

    private static Task OrNullAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken) =>
        value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, type, cancellationToken);
}
