using System.Text.Json;
using Npgsql;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Processing.Jobs;

/// <summary>What a job does. The words are stored.</summary>
internal static class JobKind
{
    /// <summary>Proposes a mapping from what the source sent.</summary>
    public const string Suggest = "suggest";

    /// <summary>Says what a replay would change, and writes nothing.</summary>
    public const string Preview = "preview";

    /// <summary>Reads what was recorded again, by another mapping.</summary>
    public const string Replay = "replay";

    /// <summary>Says what other rules would have made of what was received, and writes nothing. The one kind that may be of a whole school.</summary>
    public const string WhatIf = "whatif";
}

internal static class JobState
{
    public const string Due = "due";
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}

/// <summary>
/// Work on one source that must read its log, asked for by somebody who may not. Nothing in it is of a child: <see cref="Result"/> holds counts, names of
/// fields and shapes.
/// </summary>
/// <param name="Target">Source <see cref="Guid.Empty"/>: the whole school.</param>
/// <param name="MappingVersion">Of the source's own mappings; 0: its product's pack.</param>
/// <param name="From">Received from then on; null: from the first byte.</param>
/// <param name="To">Received until then; null: until now.</param>
/// <param name="Done">Records done of <paramref name="Total"/>.</param>
internal sealed record SourceJob(
    SourceKey Target, Guid Id, string Kind, string State, int MappingVersion, DateTimeOffset? From, DateTimeOffset? To,
    DateTimeOffset RequestedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, long Done, long Total, JsonElement? Result, string Error)
{
    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    public const string Columns =
        "j.school_id, j.source_id, j.job_id, j.kind, j.state, j.mapping_version, j.range_from, j.range_to, j.requested_at, j.started_at, j.finished_at, j.done, j.total, j.result::text, j.error";

    public const string Select = "SELECT " + Columns + " FROM source_job j ";

    public bool IsOpen => State is JobState.Due or JobState.Running;

    public static SourceJob Read(NpgsqlDataReader row) => new(
        new SourceKey(row.GetGuid(0), row.IsDBNull(1) ? Guid.Empty : row.GetGuid(1)), row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetInt32(5),
        Time(row, 6), Time(row, 7), row.GetFieldValue<DateTimeOffset>(8), Time(row, 9), Time(row, 10), row.GetInt64(11), row.GetInt64(12),
        row.IsDBNull(13) ? null : JsonElement.Parse(row.GetString(13)), row.GetString(14));

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
