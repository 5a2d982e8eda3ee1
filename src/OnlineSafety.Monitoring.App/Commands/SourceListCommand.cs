using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Lists sources with what was last heard of each.</summary>
internal static class SourceListCommand
{
    public static Command Create(Installation installation)
    {
        var school = new Option<string?>("--school") { Description = "Id or exact name of the school; without it all schools.", HelpName = "SCHOOL" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("list", "List sources: when last heard, how much, what could not be read.", "onlinesafety source list --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            IReadOnlyList<School> schools = parse.GetValue(school) is { } wanted
                ? [await SchoolSwitch.ResolveAsync(database, wanted, cancellationToken)]
                : await new SchoolRegister(database[DatabaseRole.Setup]).ListAsync(Installation.Operator, cancellationToken);
            var register = new SourceRegister(database[DatabaseRole.Setup], installation.Time);
            var listed = new List<ListedSource>();
            foreach (var one in schools)
            {
                listed.AddRange(await register.ListAsync(one.SchoolId, Installation.Operator, cancellationToken));
            }

            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, listed.Select(Public));
                return;
            }

            var names = schools.ToDictionary(s => s.SchoolId, s => s.Name);
            Output.Table(
                parse,
                ["Source", "School", "Name", "Product", "Via", "Last heard", "Records", "Unreadable", "Unmapped words", "Trouble at the door", "State"],
                listed.Select(s => Row(s, names[s.Source.SchoolId])));
        });
    }

    private static object Public(ListedSource listed) => new
    {
        source = listed.Source.SourceId,
        school = listed.Source.SchoolId,
        listed.Source.Name,
        listed.Source.Product,
        via = ViaWord(listed.Source),
        from = listed.Source.Networks,
        listed.Source.Port,
        host = listed.Source.MatchHost,
        app = listed.Source.MatchApp,
        listed.Source.Unassigned,
        listed.Source.Enabled,
        listed.Source.Capture,
        mapping = listed.Source.MappingVersion,
        lastHeard = listed.Health?.LastReceivedAt,
        records = listed.Health?.Records ?? 0,
        unreadable = listed.Health?.Review ?? 0,
        unmapped = listed.UnmappedValues,
        listed.Source.Tls,
        certificates = listed.Source.Certificates.Select(CertificateThumbprint.Text),
        troubles = listed.Troubles.Select(t => new { t.Kind, t.Count, t.FirstSeen, t.LastSeen }),
    };

    private static string[] Row(ListedSource listed, string school) =>
    [
        listed.Source.SourceId.ToString(),
        school,
        listed.Source.Name,
        listed.Source.Product,
        ViaWord(listed.Source) + (listed.Source.Tls ? " (TLS)" : ""),
        Output.Time(listed.Health?.LastReceivedAt),
        Number(listed.Health?.Records ?? 0),
        Number(listed.Health?.Review ?? 0),
        Number(listed.UnmappedValues),
        TroublesOf(listed),
        !listed.Source.Enabled ? "disabled" : listed.Source.Capture ? "capture" : "in use",
    ];

    private static string ViaWord(Source source) => ((SourceDoor)source.Door).ToString().ToLowerInvariant();

    private static string TroublesOf(ListedSource listed) =>
        string.Join("; ", listed.Troubles.Select(t => $"{t.Kind.Replace('_', ' ')} {Number(t.Count)}, last {Output.Time(t.LastSeen)}"));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
