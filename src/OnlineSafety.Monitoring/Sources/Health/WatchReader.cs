using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>A source with everything that one pass reads of it.</summary>
internal sealed record WatchedSource
{
    public required Guid Source { get; init; }

    public required string Name { get; init; }

    public required string Product { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required TimeSpan? SetGap { get; init; }

    public required DateTimeOffset? FirstHeardAt { get; init; }

    public required DateTimeOffset? LastHeardAt { get; init; }

    public required DateTimeOffset? LastCanaryAt { get; init; }

    public required StoredState? State { get; init; }

    public required OpenAlarm? Open { get; init; }

    /// <summary>Read by a mapping of its own: what is known of the product's pack does not hold for it.</summary>
    public required bool HasOwnMapping { get; init; }

    public required bool Capture { get; init; }

    public required DateTimeOffset? LastClearedAt { get; init; }

    /// <summary>When the newest record that is not processed yet was received; null: none waits.</summary>
    public DateTimeOffset? UnreadAt { get; set; }

    public List<ActivityHour> Recent { get; } = [];

    public List<CanarySight> Canaries { get; } = [];

    public DateTimeOffset? LastSignAt => Latest(Latest(LastHeardAt, UnreadAt), LastCanaryAt);

    public static DateTimeOffset? Latest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}

/// <summary>Reads what the watch judges by: a handful of rows of each source.</summary>
internal static class WatchReader
{
    private static readonly TimeSpan RecentSpan = TimeSpan.FromHours(26);

    private const string SourcesSql = """
        SELECT s.source_id, s.name, s.product, s.created_at, s.expected_gap, h.first_received_at, h.last_activity_at, h.last_canary_at,
               t.state, t.alarming, t.since, t.calm_since, t.listed_at, t.expected_gap, t.gap_basis, t.words, t.notices,
               a.alarm_id, a.state, a.told_at, s.mapping_version, s.capture,
               (SELECT max(c.cleared_at) FROM source_alarm c WHERE c.school_id = s.school_id AND c.source_id = s.source_id AND c.opened_at > $2)
        FROM source s
        LEFT JOIN source_health h ON h.school_id = s.school_id AND h.source_id = s.source_id
        LEFT JOIN source_state t ON t.school_id = s.school_id AND t.source_id = s.source_id
        LEFT JOIN source_alarm a ON a.school_id = s.school_id AND a.source_id = s.source_id AND a.cleared_at IS NULL
        WHERE s.school_id = $1 AND s.enabled AND NOT s.unassigned ORDER BY s.name, s.source_id
        """;

    // Streams of before yesterday were read long ago, or wait in a hole that the readiness check shows.
    private const string UnreadSql = """
        SELECT i.source_id, max(i.last_received_at) FROM intake_stream i
        LEFT JOIN checkpoint c ON c.school_id = i.school_id AND c.stream_id = i.stream_id
        WHERE i.school_id = $1 AND i.day >= $2 AND i.last_seq >= COALESCE(c.next_seq, 1) GROUP BY i.source_id
        """;

    private const string RecentSql =
        "SELECT source_id, hour, records, unreadable, skewed, heard FROM source_activity WHERE school_id = $1 AND hour >= $2 ORDER BY hour";

    private const string CanariesSql =
        "SELECT source_id, name, every, created_at, last_seen_at FROM canary WHERE school_id = $1 AND removed_at IS NULL ORDER BY created_at";

    private const string ClearedSql = """
        SELECT a.alarm_id, a.source_id, s.name, a.state, a.cleared_at FROM source_alarm a JOIN source s ON s.school_id = a.school_id AND s.source_id = a.source_id
        WHERE a.school_id = $1 AND a.cleared_at IS NOT NULL AND NOT a.clear_told ORDER BY a.cleared_at
        """;

    private const string DevicesSql = "SELECT source_id, day, device FROM source_device_day WHERE school_id = $1 AND day >= $2";

    private const string AlarmsSql =
        "SELECT source_id, state, since, cleared_at FROM source_alarm WHERE school_id = $1 AND (cleared_at IS NULL OR cleared_at >= $2)";

    public static async Task<List<WatchedSource>> SourcesAsync(Session session, Guid school, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sources = await session.RowsAsync(SourcesSql, [school, now.AddDays(-2).UtcDateTime], SourceOf, cancellationToken);
        var byId = sources.ToDictionary(source => source.Source);
        foreach (var (id, at) in await session.RowsAsync(UnreadSql, [school, DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1)],
                     row => (row.GetGuid(0), Time(row, 1)), cancellationToken))
        {
            if (byId.TryGetValue(id, out var source))
            {
                source.UnreadAt = at;
            }
        }

        foreach (var (id, hour) in await session.RowsAsync(RecentSql, [school, (now - RecentSpan).UtcDateTime], row => (row.GetGuid(0), HourOf(row)), cancellationToken))
        {
            byId.GetValueOrDefault(id)?.Recent.Add(hour);
        }

        foreach (var (id, canary) in await session.RowsAsync(CanariesSql, [school],
                     row => (row.GetGuid(0), new CanarySight(row.GetString(1), row.GetFieldValue<TimeSpan>(2), Time(row, 3)!.Value, Time(row, 4))), cancellationToken))
        {
            byId.GetValueOrDefault(id)?.Canaries.Add(canary);
        }

        return sources;
    }

    public static Task<List<ClearedAlarm>> ClearedAsync(Session session, Guid school, CancellationToken cancellationToken) => session.RowsAsync(ClearedSql, [school],
        row => new ClearedAlarm(row.GetGuid(0), row.GetGuid(1), row.GetString(2), SourceStateWords.Read(row.GetString(3)), Time(row, 4)!.Value), cancellationToken);

    /// <summary>What is usual for each source that ever sent something.</summary>
    public static async Task<Dictionary<Guid, SourceProfile>> ProfilesAsync(
        Session session, Guid school, IReadOnlyList<WatchedSource> sources, SchoolCalendar calendar, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var start = SourceProfile.WindowStart(calendar, now);
        var hours = (await session.RowsAsync(RecentSql, [school, start.UtcDateTime], row => (Source: row.GetGuid(0), Hour: HourOf(row)), cancellationToken)).ToLookup(r => r.Source, r => r.Hour);
        var devices = (await session.RowsAsync(DevicesSql, [school, calendar.DayOf(start)],
            row => (Source: row.GetGuid(0), Day: new DeviceDay(row.GetString(2), row.GetFieldValue<DateOnly>(1))), cancellationToken)).ToLookup(r => r.Source, r => r.Day);
        var alarms = (await session.RowsAsync(AlarmsSql, [school, start.UtcDateTime],
            row => (Source: row.GetGuid(0), Span: new AlarmSpan(SourceStateWords.Read(row.GetString(1)), Time(row, 2)!.Value, Time(row, 3) ?? DateTimeOffset.MaxValue)), cancellationToken)).ToLookup(r => r.Source, r => r.Span);
        return sources.ToDictionary(
            source => source.Source,
            source => SourceProfile.Of(
                [.. hours[source.Source]], [.. alarms[source.Source]], [.. devices[source.Source]], calendar,
                source.FirstHeardAt is { } first && first > start ? first : start, now));
    }

    private static WatchedSource SourceOf(NpgsqlDataReader row) => new()
    {
        Source = row.GetGuid(0),
        Name = row.GetString(1),
        Product = row.GetString(2),
        CreatedAt = Time(row, 3)!.Value,
        SetGap = row.IsDBNull(4) ? null : row.GetFieldValue<TimeSpan>(4),
        FirstHeardAt = Time(row, 5),
        LastHeardAt = Time(row, 6),
        LastCanaryAt = Time(row, 7),
        State = row.IsDBNull(8) ? null : new StoredState
        {
            SourceId = row.GetGuid(0), State = row.GetString(8), Alarming = row.GetBoolean(9), Since = Time(row, 10)!.Value, CalmSince = Time(row, 11), ListedAt = Time(row, 12),
            ExpectedGap = row.GetFieldValue<TimeSpan>(13), GapBasis = row.GetString(14), Words = row.GetString(15), Notices = row.GetFieldValue<string[]>(16),
        },
        Open = row.IsDBNull(17) ? null : new OpenAlarm(row.GetGuid(17), SourceStateWords.Read(row.GetString(18)), Time(row, 19)!.Value),
        HasOwnMapping = row.GetInt32(20) > 0,
        Capture = row.GetBoolean(21),
        LastClearedAt = Time(row, 22),
    };

    private static ActivityHour HourOf(NpgsqlDataReader row) => new(Time(row, 1)!.Value, row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5));

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
