using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>
/// Judges every source of every school and tells people of what changed. Several hosts may do so at once: a school is judged under an advisory
/// lock and not again before its time, and what was found is in the database, so that a restart forgets nothing.
/// </summary>
internal sealed class SourceWatch(
    [FromKeyedServices(DatabaseRole.Process)] Database database, Rules rules, NotificationSignals signals, TimeProvider time, ILogger<SourceWatch> logger)
{
    /// <summary>How often a school is judged.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    /// <summary>Hosts do not tick together; their clocks differ by little.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    /// <summary>After more school time without the watch no source is blamed for the time of the break: nobody was there to hear it. A stop at night is none.</summary>
    private static readonly TimeSpan LongestBreak = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ProfileEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan NewProfileEvery = TimeSpan.FromMinutes(1);
    private static readonly Actor Actor = Actor.Service("source watch");

    // A memory only, so that four weeks are not read every 30 s.
    private readonly Dictionary<Guid, KnownProfiles> _profiles = [];

    /// <summary>One pass over all schools.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        foreach (var (school, zone) in await SchoolsAsync(cancellationToken))
        {
            try
            {
                await JudgeAsync(school, zone, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One school's trouble must not leave the others unwatched.
                HealthLog.SchoolNotJudged(logger, school, ErrorWords.Of(e));
            }
        }
    }

    private async Task<List<(Guid School, string Zone)>> SchoolsAsync(CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAcrossAsync(Actor, cancellationToken);
        var rows = await session.Context.Schools.AsNoTracking().Where(s => s.Kind == "school" && s.ClosedAt == null).Select(s => new { s.SchoolId, s.TimeZone }).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => (row.SchoolId, row.TimeZone));
    }

    private async Task JudgeAsync(Guid school, string zone, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        await using (var command = session.Command("SELECT pg_try_advisory_xact_lock(hashtextextended('sources:' || $1::text, 0))"))
        {
            command.Parameters.AddWithValue(school);
            if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return;
            }
        }

        var now = time.GetUtcNow();
        var before = await session.Context.SourceWatches.AsNoTracking().FirstOrDefaultAsync(w => w.SchoolId == school, cancellationToken);
        if (before is not null && before.JudgedAt <= now && now - before.JudgedAt < Every - Slack)
        {
            // Another host was here.
            return;
        }

        var calendar = await CalendarAsync(session, school, SchoolZone.Of(zone), cancellationToken);
        await WatchWriter.EndDisabledAsync(session, school, now, cancellationToken);
        await WatchWriter.PutBackAsync(session, school, now, now + Slack, cancellationToken);
        var sources = await WatchReader.SourcesAsync(session, school, now, cancellationToken);
        var profiles = await ProfilesAsync(session, school, sources, calendar, now, cancellationToken);
        var watching = before is not null && before.WatchingSince <= now && calendar.OpenTime(before.JudgedAt, now) <= LongestBreak ? before.WatchingSince : now;
        var judge = new SourceJudge(calendar, rules.Devices);
        var judged = sources.ConvertAll(source => Judge(judge, source, profiles, watching, now));
        var round = AlarmRound.Of(judged, await WatchReader.ClearedAsync(session, school, cancellationToken), now);

        var due = await WatchWriter.RoundAsync(session, school, round, now, cancellationToken);
        await WatchWriter.StatesAsync(session, school, Changed(sources, judged, round, now), cancellationToken);
        await WatchWriter.WatchAsync(
            session, new StoredWatch { SchoolId = school, JudgedAt = now, WatchingSince = watching, Notices = WatchNotices.Of(calendar, now) }, cancellationToken);
        await session.CommitAsync(cancellationToken);
        foreach (var notification in due)
        {
            signals.TryWrite(school, notification);
        }

        Report(school, round);
    }

    private static JudgedSource Judge(SourceJudge judge, WatchedSource source, Dictionary<Guid, SourceProfile> profiles, DateTimeOffset watching, DateTimeOffset now)
    {
        var verdict = judge.Judge(
            new SourceObservations
            {
                CreatedAt = source.CreatedAt,
                LastHeardAt = WatchedSource.Latest(source.LastHeardAt, source.UnreadAt),
                Behind = source.UnreadAt is not null,
                SetGap = source.SetGap,
                Profile = profiles.GetValueOrDefault(source.Source) ?? SourceProfile.Nothing,
                Recent = source.Recent,
                Canaries = source.Canaries,
                Standing = source.State is { } state ? new SourceStanding(SourceStateWords.Read(state.State), state.Alarming, state.Since, state.CalmSince) : null,
                LastClearedAt = source.LastClearedAt,
                WatchingSince = watching,
            },
            now);
        return new JudgedSource(source.Source, source.Name, verdict, source.LastSignAt, source.State?.ListedAt, source.Open);
    }

    /// <summary>The states that differ from what is stored.</summary>
    private IEnumerable<StoredState> Changed(List<WatchedSource> sources, List<JudgedSource> judged, AlarmRound round, DateTimeOffset now)
    {
        for (var i = 0; i < judged.Count; i++)
        {
            var (verdict, stored) = (judged[i].Verdict, sources[i].State);
            var state = new StoredState
            {
                SourceId = judged[i].Source,
                State = SourceStateWords.Of(verdict.State),
                Alarming = verdict.Alarming,
                Since = verdict.Since,
                CalmSince = verdict.CalmSince,
                ListedAt = round.Told.Contains(judged[i]) || round.AlsoQuiet.Contains(judged[i]) ? now : stored?.ListedAt,
                ExpectedGap = verdict.ExpectedGap,
                GapBasis = GapBasisWords.Of(verdict.Basis),
                Words = verdict.Words,
                Notices = WatchNotices.Of(sources[i].HasOwnMapping ? [] : rules.Mappings.Find(sources[i].Product), sources[i].Capture),
            };
            if (stored is null || !Same(stored, state))
            {
                yield return state;
            }
        }
    }

    private static bool Same(StoredState one, StoredState other) =>
        one.State == other.State && one.Alarming == other.Alarming && one.Since == other.Since && one.CalmSince == other.CalmSince && one.ListedAt == other.ListedAt
        && one.ExpectedGap == other.ExpectedGap && one.GapBasis == other.GapBasis && one.Words == other.Words && one.Notices.SequenceEqual(other.Notices, StringComparer.Ordinal);

    private async Task<SchoolCalendar> CalendarAsync(Session session, Guid school, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var stored = await session.Context.Calendars.AsNoTracking().FirstOrDefaultAsync(c => c.SchoolId == school, cancellationToken);
        try
        {
            return new SchoolCalendar(stored is null ? null : CalendarFile.Parse(stored.Content), rules.BankHolidays, zone);
        }
        catch (SetupException)
        {
            // Set-up checks it; one that cannot be read all the same must not end the watch.
            HealthLog.CalendarUnreadable(logger, school);
            return new SchoolCalendar(file: null, rules.BankHolidays, zone);
        }
    }

    private async Task<Dictionary<Guid, SourceProfile>> ProfilesAsync(
        Session session, Guid school, List<WatchedSource> sources, SchoolCalendar calendar, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_profiles.TryGetValue(school, out var known))
        {
            var age = now - known.LoadedAt;
            var missing = sources.Exists(source => source.LastHeardAt is not null && (!known.Profiles.TryGetValue(source.Source, out var profile) || profile.SchoolDays < 1));
            if (age >= TimeSpan.Zero && age < (missing ? NewProfileEvery : ProfileEvery))
            {
                return known.Profiles;
            }
        }

        await WatchWriter.PruneAsync(session, school, now, cancellationToken);
        var profiles = await WatchReader.ProfilesAsync(session, school, sources, calendar, now, cancellationToken);
        _profiles[school] = new KnownProfiles(profiles, now);
        return profiles;
    }

    private void Report(Guid school, AlarmRound round)
    {
        foreach (var source in round.Opened.Concat(round.Changed))
        {
            HealthLog.Alarm(logger, school, source.Source, SourceStateWords.Of(source.Verdict.State));
        }

        foreach (var source in round.Cleared)
        {
            HealthLog.Cleared(logger, school, source.Source, SourceStateWords.Of(source.Open!.State));
        }
    }

    private sealed record KnownProfiles(Dictionary<Guid, SourceProfile> Profiles, DateTimeOffset LoadedAt);
}
