using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Guides;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Lists sources and how each stands: one command under two names, <c>sources</c> and <c>source list</c>.</summary>
internal static class SourceListCommand
{
    private static readonly TimeSpan Away = TimeSpan.FromMinutes(2);

    public static Command Create(Installation installation, string name)
    {
        var school = new Option<string?>("--school") { Description = "Id or exact name of the school; without it all schools.", HelpName = "SCHOOL" };
        var json = Output.JsonSwitch();
        var example = name == "list" ? "onlinesafety source list" : "onlinesafety sources";
        var command = new ExampledCommand(
            name, "List sources and how each stands: healthy, late, silent; when last heard, what is expected, what could not be read.", $"{example} --school \"Example Academy\"", $"{example} --json")
        {
            school, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            IReadOnlyList<School> schools = parse.GetValue(school) is { } wanted
                ? [await SchoolSwitch.ResolveAsync(database, wanted, cancellationToken)]
                : await new SchoolRegister(database[DatabaseRole.Setup]).ListAsync(Installation.Operator, cancellationToken);
            var register = new SourceRegister(database[DatabaseRole.Setup], installation.Time);
            var listed = new List<(School School, ListedSource Source)>();
            var notes = new List<string>();
            foreach (var one in schools)
            {
                var sources = await register.ListAsync(one.SchoolId, Installation.Operator, cancellationToken);
                listed.AddRange(sources.Select(source => (one, source)));
                notes.AddRange(WatchNotes(one, sources, await register.WatchAsync(one.SchoolId, Installation.Operator, cancellationToken), installation.Time.GetUtcNow()));
                notes.AddRange((await ChannelTrouble.StandingAsync(database[DatabaseRole.Setup], one.SchoolId, Installation.Operator, cancellationToken))
                    .Select(channel => $"{one.Name}: {channel.Words(SchoolZone.Of(one.TimeZone))}"));
            }

            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, listed.Select(l => Public(l.Source, l.School)));
                return;
            }

            Output.Table(
                parse,
                ["Source", "School", "Name", "Product", "Via", "State", "Last heard", "Expected every", "Canary seen", "Records", "Unreadable", "Unmapped words", "Trouble at the door"],
                listed.Select(l => Row(l.Source, l.School)));
            if (listed.Where(l => l.School.ClosedAt is null && SourceAttention.Of(l.Source.Source, l.Source.State) == Attention.Needed).Select(l => l.Source.Source.Name).ToList() is { Count: > 0 } troubled)
            {
                await Output.LineAsync(parse, SetupText.Shown($"{SourceAttention.Words(troubled.Count)}: {string.Join(", ", troubled)}"));
            }

            foreach (var note in listed.SelectMany(l => Notes(l.Source)).Concat(notes))
            {
                await Output.LineAsync(parse, SetupText.Shown(note));
            }
        });
    }

    private static object Public(ListedSource listed, School school) => new
    {
        source = listed.Source.SourceId,
        school = listed.Source.SchoolId,
        listed.Source.Name,
        listed.Source.Product,
        via = ViaWord(listed.Source),
        from = listed.Source.Networks,
        senders = listed.Source.Senders,
        listed.Source.Port,
        host = listed.Source.MatchHost,
        app = listed.Source.MatchApp,
        listed.Source.Unassigned,
        listed.Source.Enabled,
        schoolClosedAt = school.ClosedAt,
        state = listed.State?.State,
        alarming = listed.State?.Alarming ?? false,
        needsAttention = school.ClosedAt is null && SourceAttention.Of(listed.Source, listed.State) == Attention.Needed,
        since = listed.State?.Since,
        words = listed.State?.Words,
        expectedGapMinutes = listed.State?.ExpectedGap.TotalMinutes,
        gapBasis = listed.State?.GapBasis,
        listed.Source.Capture,
        mapping = listed.Source.MappingVersion,
        lastHeard = listed.Health?.LastReceivedAt,
        lastActivity = listed.Health?.LastActivityAt,
        lastCanary = listed.Health?.LastCanaryAt,
        canaries = listed.Canaries.Select(c => new { canary = c.CanaryId, c.Name, everyMinutes = c.Every.TotalMinutes, lastSeen = c.LastSeenAt }),
        devices = listed.Devices.Select(d => new { d.Class, d.LastSeen }),
        notices = listed.State?.Notices ?? [],
        records = listed.Health?.Records ?? 0,
        unreadable = listed.Health?.Review ?? 0,
        unmapped = listed.UnmappedValues,
        listed.Source.Tls,
        certificates = listed.Source.Certificates.Select(CertificateThumbprint.Text),
        troubles = listed.Troubles.Select(t => new { t.Kind, t.Count, t.FirstSeen, t.LastSeen }),
    };

    private static string[] Row(ListedSource listed, School school) =>
    [
        listed.Source.SourceId.ToString(),
        school.Name,
        listed.Source.Name,
        listed.Source.Product,
        ViaWord(listed.Source) + (listed.Source.Tls ? " (TLS)" : "") + (listed.Source.Door == (short)SourceDoor.Mail ? $" ({SourceGuide.SendersOf(listed.Source)})" : ""),
        StateWord(listed, school),
        Output.Time(listed.Health?.LastActivityAt, SchoolZone.Of(school.TimeZone)),
        listed.State is { } state ? $"{SpanSwitch.Text(state.ExpectedGap)} ({state.GapBasis})" : "-",
        listed.Canaries.Count == 0 ? "-" : Output.Time(listed.Canaries.Max(c => c.LastSeenAt), SchoolZone.Of(school.TimeZone)),
        British.Number(listed.Health?.Records ?? 0),
        British.Number(listed.Health?.Review ?? 0),
        British.Number(listed.UnmappedValues),
        TroublesOf(listed),
    ];

    private static string StateWord(ListedSource listed, School school) =>
        school.ClosedAt is not null ? "closed: the school left" : !listed.Source.Enabled ? "disabled" : listed.Source.Unassigned ? "not assigned" : listed.Source.Capture ? "capture" : listed.State?.State ?? "not judged yet";

    private static IEnumerable<string> Notes(ListedSource listed)
    {
        if (!listed.Source.Enabled)
        {
            yield break;
        }

        if (listed.State is { } state && state.State != SourceStateWords.Of(SourceState.Healthy))
        {
            yield return $"{listed.Source.Name}: {state.Words}";
        }

        if (listed.Devices.Count > 0)
        {
            yield return $"{listed.Source.Name}: devices last seen: {string.Join(", ", listed.Devices.Select(d => $"{d.Class} {d.LastSeen:yyyy-MM-dd}"))}";
        }

        foreach (var notice in listed.State?.Notices ?? [])
        {
            yield return $"{listed.Source.Name}: {notice}";
        }
    }

    private static IEnumerable<string> WatchNotes(School school, IReadOnlyList<ListedSource> sources, StoredWatch? watch, DateTimeOffset now)
    {
        if (school.ClosedAt is { } closed)
        {
            yield return $"{school.Name} left on {Output.Time(closed, SchoolZone.Of(school.TimeZone))} and its keys were destroyed: what its products still send is refused and counted as \"school closed\". Turn the exports off there. If it came back: onlinesafety school reopen";
            yield break;
        }

        if (sources.Any(s => s.Source is { Enabled: true, Unassigned: false }) && !(now - watch?.JudgedAt < Away))
        {
            yield return $"{school.Name}: nobody watches whether the sources go quiet. Is onlinesafety serve running, with the role process?";
        }

        foreach (var notice in watch?.Notices ?? [])
        {
            yield return $"{school.Name}: {notice}";
        }
    }

    private static string ViaWord(Source source) => ((SourceDoor)source.Door).ToString().ToLowerInvariant();

    private static string TroublesOf(ListedSource listed) =>
        string.Join("; ", listed.Troubles.Select(t => $"{t.Kind.Replace('_', ' ')} {British.Number(t.Count)}, last {Output.Time(t.LastSeen)}"));
}
