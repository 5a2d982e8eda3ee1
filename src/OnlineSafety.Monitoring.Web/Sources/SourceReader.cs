using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Loads what the pages of sources show: the same judgement as <c>onlinesafety sources</c>, and no identifier of a pupil.</summary>
internal sealed class SourceReader(
    SourceRegister register, CalendarRegister calendars, VolumeReader volumes, QuietReader quiet, IInstallationGuide guide, SchoolSeals seals, [FromKeyedServices(DatabaseRole.Setup)] Database setup, TimeProvider time)
{
    // As the command says it: a watch that judged nothing for so long is away.
    private static readonly TimeSpan Away = TimeSpan.FromMinutes(2);

    private const string Unwatched = "Nobody watches whether the sources go quiet: no process with the role process has judged them for two minutes.";

    private const string SummarySql = """
        SELECT c.name, w.judged_at, s.name, s.enabled, s.unassigned, s.capture, t.state, t.alarming, t.words, h.last_activity_at
        FROM school c
        LEFT JOIN source s ON s.school_id = c.school_id
        LEFT JOIN source_health h ON h.school_id = s.school_id AND h.source_id = s.source_id
        LEFT JOIN source_state t ON t.school_id = s.school_id AND t.source_id = s.source_id
        LEFT JOIN source_watch w ON w.school_id = c.school_id
        WHERE c.school_id = $1
        """;

    private static readonly Dictionary<string, string> KindWords = new(StringComparer.Ordinal)
    {
        [UnmappedKey.Record] = "record that fits no mapping",
        [UnmappedKey.Column] = "column that its mapping does not speak of",
        [UnmappedKey.Category] = "category that no map knows",
        [UnmappedKey.Action] = "word for what the product did",
        [UnmappedKey.Severity] = "word for how grave it is",
    };

    public async Task<SourcesView> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (name, zone) = await SchoolAsync(school, actor, cancellationToken);
        var listed = await register.ListAsync(school, actor, cancellationToken);
        var watch = await register.WatchAsync(school, actor, cancellationToken);
        return new SourcesView(
            name,
            [.. listed.Select(source => RowOf(source, now, zone)).OrderByDescending(row => row.Tone == Tone.Quiet ? -1 : (int)row.Tone).ThenBy(row => row.Name, StringComparer.OrdinalIgnoreCase)],
            [.. Notices(listed, watch, now), .. (await ChannelTrouble.StandingAsync(setup, school, actor, cancellationToken)).Select(channel => channel.Words(zone))],
            MayManage: false,
            Schools: 1);
    }

    /// <summary>A school's line in the overview: one query, for a contractor may have hundreds.</summary>
    public async Task<SchoolRow> SummaryAsync(Guid school, bool current, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var rows = await session.RowsAsync(SummarySql, [school], SummaryOf, cancellationToken);
        var sources = rows.Where(row => row.Source.Enabled && row.Source.Name.Length > 0).ToList();
        var unjudged = sources.Exists(row => !row.Source.Unassigned) && !(now - rows[0].JudgedAt < Away);
        var tones = sources.ConvertAll(row => SourceWords.ToneOf(row.Source, row.Judged));
        var worst = tones.Count == 0 || unjudged ? Tone.Notice : Tone.Quiet;
        return new SchoolRow(
            school, rows[0].School, current, tones.Append(worst).Max(), sources.Count, tones.Count(tone => tone == Tone.Bad), tones.Count(tone => tone == Tone.Notice),
            [
                .. sources.Where(row => SourceWords.ToneOf(row.Source, row.Judged) == Tone.Bad).Select(row => $"{row.Source.Name}: {SourceWords.Sentence(row.Source, row.Judged?.Words)}"),
                .. unjudged ? [Unwatched] : Array.Empty<string>(),
                .. sources.Count == 0 ? ["No source is set up: nothing is heard of this school."] : Array.Empty<string>(),
            ]);
    }

    /// <summary>Null: the school has no such source.</summary>
    public async Task<SourceView?> ShowAsync(Guid school, Guid source, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (_, zone) = await SchoolAsync(school, actor, cancellationToken);
        if ((await register.ListAsync(school, actor, cancellationToken)).FirstOrDefault(one => one.Source.SourceId == source) is not { } listed)
        {
            return null;
        }

        var json = await calendars.ShowAsync(school, actor, cancellationToken);
        var calendar = new SchoolCalendar(json is null ? null : CalendarFile.Parse(json), guide.BankHolidays, zone);
        var (days, hours) = await volumes.ReadAsync(school, source, calendar, actor, cancellationToken);
        var secrets = await SecretsAsync(school, source, actor, cancellationToken);
        // Words are withheld by the register itself; what is left is its form.
        var unmapped = await register.UnmappedAsync(await seals.OfAsync(school, cancellationToken), words: false, actor, cancellationToken);
        var row = RowOf(listed, now, zone);
        return new SourceView
        {
            Row = row,
            Facts = [.. Facts(listed, guide.TargetOf(listed.Source), secrets, now, zone)],
            Notices = listed.State?.Notices ?? [],
            Troubles = [.. listed.Troubles.Select(trouble => new Fact(SourceWords.Trouble(trouble), $"{Counted.Of(trouble.Count, "time")}, last {SourceWords.Heard(trouble.LastSeen, now, zone)}"))],
            Days = days,
            Hours = hours,
            NotUnderstood =
            [
                .. unmapped.Where(word => word.Source == source)
                    .Select(word => new NotUnderstood(KindWords.GetValueOrDefault(word.Kind, word.Kind), word.Value is { } reason ? UnreadWords.Of(reason) : word.Form, word.Count, SourceWords.Heard(word.LastSeen, now, zone))),
            ],
            Canaries = [.. listed.Canaries.Select(canary => new CanaryRow(canary.CanaryId, canary.Name, SourceWords.Span(canary.Every), SourceWords.Heard(canary.LastSeenAt, now, zone)))],
            Keys = listed.Source.KeyHashes.Length,
            ExpectedMinutes = listed.Source.ExpectedGap is { } gap ? (int)gap.TotalMinutes : null,
            Enabled = listed.Source.Enabled,
            UsesKey = SourceSetupRoutes.UsesKey(listed.Source),
            HasKey = SourceProof.HasKey(listed.Source),
            Signs = SourceProof.Signs(listed.Source),
            Secrets = secrets,
            Proof = SourceProof.Of(listed.Source),
            MayProve = listed.Source.Door == (short)SourceDoor.Webhook && !SourceProof.IsDenyPage(listed.Source),
            Unassigned = listed.Source.Unassigned,
            NothingCame = listed.Source is { Enabled: true, Unassigned: false } && listed.Health is null or { Records: 0, LastActivityAt: null },
            Missing = listed.Source is { Enabled: true, Unassigned: false } ? guide.LinesFor(listed.Source, "").Missing : null,
            Target = guide.TargetOf(listed.Source),
            From = string.Join(", ", listed.Source.Networks),
            Quiet = listed.State is { Alarming: true } && listed.Source is { Enabled: true, Capture: false } ? await quiet.ReadAsync(listed.Source, calendar.Zone, actor, cancellationToken) : [],
            Capture = listed.Source.Capture,
            LookedAfterBy = row.Tone == Tone.Bad ? await quiet.LookedAfterByAsync(school, actor, cancellationToken) : "",
            NothingLost = NothingLost(listed),
            MayManage = false,
        };
    }

    private static string NothingLost(ListedSource listed) => listed switch
    {
        { Health: null or { Records: 0 } } => "Nothing has come yet.",
        { Source.Capture: true } => $"{Counted.Of(listed.Health.Records, "record has", "records have")} come and {Counted.Word(listed.Health.Records, "waits", "wait")} for a mapping: read for grave words alone, and for nothing else.",
        { Health.Review: > 0 } => $"{Counted.Of(listed.Health.Review, "record")} could not be read.",
        _ => "Everything that was received could be read and mapped.",
    };

    public async Task<(string Name, TimeZoneInfo Zone)> SchoolAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var found = await session.RowsAsync("SELECT name, time_zone FROM school WHERE school_id = $1", [school], row => (row.GetString(0), row.GetString(1)), cancellationToken);
        var (name, zone) = found[0];
        return (name, SchoolZone.Of(zone));
    }

    private async Task<int> SecretsAsync(Guid school, Guid source, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.Context.SourceSecrets.CountAsync(secret => secret.SchoolId == school && secret.SourceId == source, cancellationToken);
    }

    private static SummaryRow SummaryOf(NpgsqlDataReader row)
    {
        var judged = row.IsDBNull(6) ? null : new StoredState { State = row.GetString(6), Alarming = row.GetBoolean(7), Words = row.GetString(8) }
            .Shown(row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9));
        return new SummaryRow(
            row.GetString(0),
            row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1),
            row.IsDBNull(2) ? new Source() : new Source { Name = row.GetString(2), Enabled = row.GetBoolean(3), Unassigned = row.GetBoolean(4), Capture = row.GetBoolean(5) },
            judged);
    }

    private sealed record SummaryRow(string School, DateTimeOffset? JudgedAt, Source Source, StoredState? Judged);

    private static SourceRow RowOf(ListedSource listed, DateTimeOffset now, TimeZoneInfo zone) => new(
        listed.Source.SourceId,
        listed.Source.Name,
        listed.Source.Product,
        SourceWords.Via(listed.Source),
        SourceWords.State(listed.Source, listed.State?.State),
        SourceWords.ToneOf(listed.Source, listed.State),
        SourceWords.Sentence(listed.Source, listed.State?.Words),
        SourceWords.Heard(listed.Health?.LastActivityAt, now, zone),
        SourceWords.Expected(listed.State),
        listed.Canaries.Count == 0 ? "none" : SourceWords.Heard(listed.Canaries.Max(canary => canary.LastSeenAt), now, zone),
        listed.Health?.Records ?? 0,
        listed.Health?.Review ?? 0,
        listed.UnmappedValues,
        string.Join("; ", listed.Troubles.Select(SourceWords.Trouble)));

    private static IEnumerable<Fact> Facts(ListedSource listed, string target, int secrets, DateTimeOffset now, TimeZoneInfo zone)
    {
        var source = listed.Source;
        yield return new Fact("Product", source.Unassigned ? "not known" : Alerts.AlertSummary.Product(source.Product));
        yield return new Fact("Reaches us by", SourceWords.Via(source));
        if (!source.Unassigned)
        {
            yield return new Fact("Sends to", target);
        }

        yield return new Fact("Last activity", SourceWords.Heard(listed.Health?.LastActivityAt, now, zone));
        yield return new Fact("Last record of any kind", SourceWords.Heard(listed.Health?.LastReceivedAt, now, zone));
        yield return new Fact("Expected", SourceWords.Expected(listed.State));
        yield return new Fact("May send", source.Networks.Length == 0 ? "any address" : string.Join(", ", source.Networks));
        if (source.Door == (short)SourceDoor.Syslog)
        {
            yield return new Fact("Syslog port", source.Port is { } port ? $"{port}, its own" : "the common one");
            yield return new Fact("Recognised by", Recognised(source));
        }

        if (source.Door == (short)SourceDoor.Mail)
        {
            yield return new Fact("Senders", source.Senders.Length == 0 ? "anybody" : string.Join(", ", source.Senders));
        }

        yield return new Fact("Client certificates", source.Certificates.Length == 0 ? "none asked for" : British.Number(source.Certificates.Length));
        if (SourceProof.HasKey(source))
        {
            yield return new Fact("Keys in use", source.KeyHashes.Length > 1 ? "2: the newest, and the one before until the next rotation" : British.Number(source.KeyHashes.Length));
        }

        if (SourceProof.Signs(source))
        {
            yield return new Fact("Signing secrets in use", secrets > 1 ? "2: the newest, and the one before until the next rotation" : British.Number(secrets));
        }

        if (source.Door == (short)SourceDoor.Webhook)
        {
            yield return new Fact("Proves itself by", SourceProof.Of(source));
        }

        yield return new Fact("Read by", source.Unassigned ? "no mapping: whose records they are is not known" : source.Capture ? "no mapping yet" : source.MappingVersion > 0 ? $"its own mapping, version {source.MappingVersion}" : $"the mapping of {Alerts.AlertSummary.Product(source.Product)}");
        if (listed.Devices.Count > 0)
        {
            yield return new Fact("Devices last seen", string.Join(", ", listed.Devices.Select(device => $"{device.Class} {device.LastSeen:d MMM}")));
        }
    }

    private static string Recognised(Source source)
    {
        string[] signs =
        [
            source.Networks.Length > 0 ? "its address" : "", source.MatchHost is { } host ? $"host {host}" : "", source.MatchApp is { } app ? $"app {app}" : "",
            source.Certificates.Length > 0 ? "its certificate" : "",
        ];
        return source.Unassigned ? "nothing: it takes what fits no source"
            : string.Join(", ", signs.Where(sign => sign.Length > 0).DefaultIfEmpty(source.Port is null ? "nothing: it takes what fits no other source" : "its port alone"));
    }

    private static List<string> Notices(IReadOnlyList<ListedSource> sources, StoredWatch? watch, DateTimeOffset now)
    {
        var notices = new List<string>();
        if (sources.Any(listed => listed.Source is { Enabled: true, Unassigned: false }) && !(now - watch?.JudgedAt < Away))
        {
            notices.Add(Unwatched);
        }

        return [.. notices, .. watch?.Notices ?? []];
    }
}
