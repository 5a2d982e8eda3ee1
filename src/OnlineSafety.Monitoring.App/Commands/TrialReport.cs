using System.CommandLine;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Samples;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>What a trial of a mapping showed, record by record and in sum.</summary>
internal static class TrialReport
{
    private const int LongestValue = 160;

    public static object Json(IReadOnlyList<TriedFile> files) => new
    {
        files = files.Select(file => new
        {
            file = file.Name,
            passed = file.Passed,
            difference = file.Difference,
            records = file.Readings.Select(reading => new
            {
                record = reading.Number,
                outcome = Word(reading.Result.Outcome),
                reason = reading.Result.Reason,
                mapping = reading.Result.Mapping,
                events = reading.Events.Select(e => new { @event = JsonNode.Parse(EventJson.Serialize(e.Event)), e.LeftOver, e.Missing }),
            }),
        }),
        summary = new
        {
            records = Records(files).Count(),
            unread = Records(files).Count(r => !r.IsRead),
            events = Events(files).Count(),
            leftOver = Tally(Events(files).SelectMany(e => e.LeftOver)),
            missing = Tally(Events(files).SelectMany(e => e.Missing)),
        },
    };

    public static async Task WriteAsync(ParseResult parse, IReadOnlyList<TriedFile> files)
    {
        foreach (var file in files)
        {
            await Output.LineAsync(parse, SetupText.Shown(file.Name));
            foreach (var reading in file.Readings)
            {
                await WriteAsync(parse, reading);
            }

            if (file.Difference is { } difference)
            {
                await Output.LineAsync(parse, $"  NOT AS EXPECTED: {SetupText.Shown(difference)}");
            }

            await Output.LineAsync(parse);
        }

        await SummaryAsync(parse, files);
    }

    private static async Task WriteAsync(ParseResult parse, SampleReading reading)
    {
        var (number, result, events) = reading;
        var by = result.Mapping.Length > 0 ? $" by {result.Mapping}" : "";
        var why = result.Reason.Length > 0 ? $": {Reason(result.Reason)}" : "";
        await Output.LineAsync(parse, $"  record {number}: {Word(result.Outcome)}{by}{why}");
        foreach (var (read, left, missing) in events)
        {
            await Output.LineAsync(parse, $"    event {read.Id.Part}");
            foreach (var (name, value) in Fields(read))
            {
                await Output.LineAsync(parse, $"      {name,-12} {Shown(value)}");
            }

            foreach (var (name, value) in read.Unmapped)
            {
                var mark = left.Contains(name, StringComparer.Ordinal) ? "left over" : "kept";
                await Output.LineAsync(parse, $"      {mark,-12} {Shown(name)} = {Shown(value)}");
            }

            foreach (var what in missing)
            {
                await Output.LineAsync(parse, $"      {"missing",-12} {what}");
            }
        }
    }

    private static async Task SummaryAsync(ParseResult parse, IReadOnlyList<TriedFile> files)
    {
        var records = Records(files).ToList();
        var unread = records.Count(r => !r.IsRead);
        await Output.LineAsync(parse, $"{Counted.Of(records.Count, "record")}, {Counted.Of(Events(files).Count(), "event")}, {Counted.Of(unread, "record")} not read.");
        foreach (var (reason, count) in Tally(records.Where(r => !r.IsRead).Select(r => Reason(r.Result.Reason))))
        {
            await Output.LineAsync(parse, $"  not read   {British.Number(count),7} x {reason}");
        }

        foreach (var (name, count) in Tally(Events(files).SelectMany(e => e.LeftOver)))
        {
            await Output.LineAsync(parse, $"  left over  {British.Number(count),7} x {Shown(name)}: map it, or declare it in 'keep' or 'ignore'");
        }

        foreach (var (what, count) in Tally(Events(files).SelectMany(e => e.Missing)))
        {
            await Output.LineAsync(parse, $"  missing    {British.Number(count),7} x {what}");
        }

        foreach (var file in files.Where(f => f.Difference is not null))
        {
            await Output.LineAsync(parse, $"  differs    {SetupText.Shown(file.Name)}");
        }
    }

    private static IEnumerable<(string Name, string? Value)> Fields(MonitoringEvent e) =>
        new (string Name, string? Value)[]
        {
            ("time", $"{Output.Time(e.OccurredAt)} ({Words.Of(e.TimeBasis)})"),
            ("kind", Words.Of(e.Kind)),
            ("action", e.ActionAsSent is { } sent && !sent.Equals(Words.Of(e.Action), StringComparison.OrdinalIgnoreCase) ? $"{Words.Of(e.Action)} ({sent})" : Words.Of(e.Action)),
            ("user", e.User is { } user && user != e.UserAsSent ? $"{user} ({e.UserAsSent})" : e.UserAsSent),
            ("role", e.RoleHint == PersonRole.Unknown ? null : Words.Of(e.RoleHint)),
            ("group", e.Group),
            ("deviceHost", e.DeviceHost),
            ("deviceIp", e.DeviceIp),
            ("userAgent", e.UserAgent),
            ("url", e.Url),
            ("searchQuery", e.SearchQuery),
            ("text", e.Text),
            ("app", e.App),
            ("theme", e.VendorTheme),
            ("categories", e.Categories.Count > 0 ? string.Join(" | ", e.Categories) : null),
            ("severity", e.VendorSeverityWord is { } word ? $"{e.VendorSeverity} ({word})" : e.VendorSeverity > 0 ? $"{e.VendorSeverity}" : null),
            ("breach", e.VendorBreach ? "yes" : null),
            ("reason", e.VendorReason),
            ("warnings", e.Warnings == EventWarnings.None ? null : e.Warnings.ToString()),
        }.Where(field => field.Value is not null);

    private static string Reason(string code) => code switch
    {
        Reasons.NoMapping => "no mapping claims it (no-mapping): the shape or a 'when' does not fit",
        Reasons.ColumnCount => "too few columns for any layout (column-count)",
        Reasons.ColumnShape => "a column does not look as its check says (column-shape)",
        Reasons.NoRecords => "nothing stands where 'records' looks (no-records)",
        Reasons.NoFields => "none of the names that the fields read is in it (no-fields)",
        Reasons.OpenQuote => "a quote is never closed (open-quote)",
        _ => code,
    };

    private static string Word(NormalizeOutcome outcome) => outcome switch
    {
        NormalizeOutcome.Mapped => "read",
        NormalizeOutcome.Control => "control line",
        NormalizeOutcome.Unclaimed => "NOT READ",
        _ => "BROKEN",
    };

    private static string Shown(string? value)
    {
        var shown = SetupText.Shown(value ?? "");
        return shown.Length <= LongestValue ? shown : shown[..LongestValue] + "...";
    }

    private static IEnumerable<SampleReading> Records(IEnumerable<TriedFile> files) => files.SelectMany(f => f.Readings);

    private static IEnumerable<SampleEvent> Events(IEnumerable<TriedFile> files) => Records(files).SelectMany(r => r.Events);

    private static Dictionary<string, int> Tally(IEnumerable<string> words) =>
        words.GroupBy(w => w, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
}
