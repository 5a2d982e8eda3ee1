using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Writes what a pass found, with the ledger rows of whom it concerns, in the pass's own transaction.</summary>
internal static class WatchWriter
{
    private const string StateSql = """
        INSERT INTO source_state AS t (school_id, source_id, state, alarming, since, calm_since, listed_at, expected_gap, gap_basis, words, notices)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (school_id, source_id) DO UPDATE SET state = EXCLUDED.state, alarming = EXCLUDED.alarming, since = EXCLUDED.since, calm_since = EXCLUDED.calm_since,
            listed_at = EXCLUDED.listed_at, expected_gap = EXCLUDED.expected_gap, gap_basis = EXCLUDED.gap_basis, words = EXCLUDED.words, notices = EXCLUDED.notices
        """;

    private const string WatchSql = """
        INSERT INTO source_watch (school_id, judged_at, watching_since, notices) VALUES ($1, $2, $3, $4)
        ON CONFLICT (school_id) DO UPDATE SET judged_at = EXCLUDED.judged_at, watching_since = EXCLUDED.watching_since, notices = EXCLUDED.notices
        """;

    // The unique index lets one alarm of a source stand, whoever writes it.
    private const string OpenSql = """
        INSERT INTO source_alarm (school_id, alarm_id, source_id, state, since, opened_at, told_at) VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, $6)
        """;

    private const string ChangeSql = "UPDATE source_alarm SET state = $3, since = LEAST(since, $4), told_at = $5 WHERE school_id = $1 AND alarm_id = $2";

    private const string ClearSql = "UPDATE source_alarm SET cleared_at = $3 WHERE school_id = $1 AND alarm_id = $2";

    private const string ClearToldSql = "UPDATE source_alarm SET clear_told = true WHERE school_id = $1 AND alarm_id = ANY ($2)";

    private const string EndDisabledSql = """
        UPDATE source_alarm a SET cleared_at = $2, clear_told = true FROM source s
        WHERE a.school_id = $1 AND a.cleared_at IS NULL AND s.school_id = a.school_id AND s.source_id = a.source_id AND NOT s.enabled
        """;

    private const string HeardAheadSql = "UPDATE source_health SET last_activity_at = $2 WHERE school_id = $1 AND last_activity_at > $3";

    private const string SeenAheadSql = "UPDATE canary SET last_seen_at = $2 WHERE school_id = $1 AND last_seen_at > $3";

    private const string NoticeSql = "INSERT INTO source_notice (school_id, notice_id, created_at, content) VALUES ($1, $2, $3, $4)";

    private const string LedgerSql = """
        INSERT INTO notification (school_id, notification_id, kind, cause, notice_id, staff_id, channel, state, due_at, created_at, error)
        VALUES ($1, $2, 'source', $3, $4, $5, 'email', $6, clock_timestamp(), clock_timestamp(), $7)
        """;

    public static async Task StatesAsync(Session session, Guid school, IEnumerable<StoredState> changed, CancellationToken cancellationToken)
    {
        foreach (var state in changed)
        {
            await session.ExecuteAsync(
                StateSql,
                [school, state.SourceId, state.State, state.Alarming, state.Since, OrNull(state.CalmSince), OrNull(state.ListedAt),
                state.ExpectedGap, state.GapBasis, state.Words, state.Notices],
                cancellationToken);
        }
    }

    /// <summary>What was heard while a clock was ahead was heard by now, or no source would be missed until that hour has come.</summary>
    /// <param name="ahead">Hosts whose clocks differ by little are left alone.</param>
    public static async Task PutBackAsync(Session session, Guid school, DateTimeOffset now, DateTimeOffset ahead, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(HeardAheadSql, [school, now, ahead], cancellationToken);
        await session.ExecuteAsync(SeenAheadSql, [school, now, ahead], cancellationToken);
    }

    public static Task WatchAsync(Session session, StoredWatch watch, CancellationToken cancellationToken) =>
        session.ExecuteAsync(WatchSql, [watch.SchoolId, watch.JudgedAt, watch.WatchingSince, watch.Notices], cancellationToken);

    /// <summary>Alarms, notices and ledger rows of a round; returns the rows that are due.</summary>
    public static async Task<List<Guid>> RoundAsync(Session session, Guid school, AlarmRound round, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var opened in round.Opened)
        {
            var told = round.Told.Contains(opened) ? now : opened.ListedAt ?? now;
            await session.ExecuteAsync(OpenSql, [school, opened.Source, SourceStateWords.Of(opened.Verdict.State), opened.Verdict.Since, now, told], cancellationToken);
        }

        foreach (var changed in round.Changed)
        {
            var told = round.Told.Contains(changed) ? now : changed.Open!.Told;
            await session.ExecuteAsync(ChangeSql, [school, changed.Open!.Alarm, SourceStateWords.Of(changed.Verdict.State), changed.Verdict.Since, told], cancellationToken);
        }

        foreach (var cleared in round.Cleared)
        {
            await session.ExecuteAsync(ClearSql, [school, cleared.Open!.Alarm, now], cancellationToken);
        }

        var due = new List<Guid>();
        if (round.Told.Count > 0)
        {
            var notice = new SourceNotice(Cleared: false, now, [.. round.Told.Select(Noticed)], [.. round.AlsoQuiet.Select(Noticed)]);
            due.AddRange(await TellAsync(session, school, notice, "quiet", cancellationToken));
        }

        if (round.ToldCleared.Count > 0)
        {
            await session.ExecuteAsync(ClearToldSql, [school, round.ToldCleared.Select(alarm => alarm.Alarm).ToArray()], cancellationToken);
            var over = round.ToldCleared.Select(alarm => new NoticedSource(alarm.Source, alarm.Name, SourceStateWords.Of(alarm.State), ""));
            due.AddRange(await TellAsync(session, school, new SourceNotice(Cleared: true, now, [.. over], []), "cleared", cancellationToken));
        }

        return due;
    }

    /// <summary>A source that was taken out of use is watched no more; whoever did it need not be told.</summary>
    public static Task EndDisabledAsync(Session session, Guid school, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.ExecuteAsync(EndDisabledSql, [school, now], cancellationToken);

    /// <summary>Removes what is older than anything is judged by.</summary>
    public static async Task PruneAsync(Session session, Guid school, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var oldest = now.AddDays(-SourceProfile.KeptDays - 1);
        await session.ExecuteAsync("DELETE FROM source_activity WHERE school_id = $1 AND hour < $2", [school, oldest], cancellationToken);
        await session.ExecuteAsync("DELETE FROM source_device_day WHERE school_id = $1 AND day < $2", [school, DateOnly.FromDateTime(oldest.UtcDateTime)], cancellationToken);
        await session.ExecuteAsync("DELETE FROM source_notice WHERE school_id = $1 AND created_at < $2", [school, oldest], cancellationToken);
    }

    private static async Task<List<Guid>> TellAsync(Session session, Guid school, SourceNotice notice, string cause, CancellationToken cancellationToken)
    {
        var staff = await StaffMember.AllAsync(session, school, cancellationToken);
        var id = Guid.NewGuid();
        await session.ExecuteAsync(NoticeSql, [school, id, notice.At, notice.ToJson()], cancellationToken);
        var due = new List<Guid>();
        foreach (var member in Recipients.ForSources(staff))
        {
            due.Add(Guid.NewGuid());
            await session.ExecuteAsync(LedgerSql, [school, due[^1], cause, id, member, NotificationState.Due, ""], cancellationToken);
        }

        if (due.Count == 0)
        {
            // The digest shows it among the messages that could not be delivered.
            await session.ExecuteAsync(LedgerSql, [school, Guid.NewGuid(), cause, id, DBNull.Value, NotificationState.Failed, DropCode.NoRecipient], cancellationToken);
        }

        await session.NotifyAsync(Channels.Notifications, cancellationToken);
        return due;
    }

    private static NoticedSource Noticed(JudgedSource source) =>
        new(source.Source, source.Name, SourceStateWords.Of(source.Verdict.State), source.Verdict.Words);

    private static object OrNull(DateTimeOffset? at) => at is { } known ? known : DBNull.Value;
}
