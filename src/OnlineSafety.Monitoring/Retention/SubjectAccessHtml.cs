using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// What is stored about one person as a page that the person reads: a section for each kind of thing, plain words, the school's own time. It asks nothing of any other
/// place, and what somebody typed cannot be more than text in it. Pure.
/// </summary>
internal static class SubjectAccessHtml
{
    // What a reader looks for first, by its place in the event (schemas/event.schema.json). What is not here follows under its stored name.
    private static readonly (string Path, string Label)[] _known =
    [
        ("kind", "Kind"), ("action", "What the product did"), ("searchQuery", "Searched for"), ("url", "Address"), ("text", "Text"), ("app", "Program"), ("subject.user", "Account"),
        ("subject.userAsSent", "Account as the product wrote it"), ("subject.group", "Group"), ("device.host", "Device"), ("device.ip", "Device's address"), ("occurredAt", "Time by the product"),
        ("vendor.categories", "Product's own categories"), ("vendor.theme", "Product's own theme"), ("vendor.reason", "Product's own reason"), ("vendor.severityWord", "Product's own severity"), ("source.vendor", "Product"),
    ];

    // Of the service and not of the person: they stand in data.json.
    private static readonly string[] _ours = ["school", "source.id", "source.product", "mapping", "rawHash", "timeBasis", "receivedAt", "clockSkew", "urlHost", "actionAsSent", "vendor.severity", "vendor.breach"];

    public static string Of(SubjectAccessFile file)
    {
        var page = new HtmlText($"What {file.School} stores about {file.About}");
        page.Paragraph($"As stored on {Time(file.At, file.Zone)}. Times are the school's own.");
        page.Section("contents", "What is in this file, and what is not").List(SubjectAccessFile.Contents);
        page.Section("people", "The people list");
        if (file.Listed.Count == 0)
        {
            page.Paragraph("Nobody of this name is on the school's people list.");
        }

        foreach (var one in file.Listed)
        {
            page.Facts(
            [
                ("Account", one.Account), ("Also called", string.Join(", ", one.Aliases)), ("Role", one.Role.ToLowerInvariant()), ("Year", one.YearGroup), ("Class", one.Class),
                ("Born", one.DateOfBirth?.ToString("d MMMM yyyy", British.Culture) ?? ""),
            ]);
        }

        Alerts(page, file);
        Events(page.Section("events", "Other events"), [.. file.Events.Where(one => one.Alert is null)], file.Zone, "No other event is stored.");
        return page.ToString();
    }

    private static void Alerts(HtmlText page, SubjectAccessFile file)
    {
        page.Section("alerts", "Alerts");
        if (file.Alerts.Count == 0)
        {
            page.Paragraph("No alert about this person is stored.");
        }

        foreach (var alert in file.Alerts)
        {
            page.Heading($"Alert {alert.Number}: {Word(alert.Theme)}, {alert.Severity}");
            page.Facts(
            [
                ("Raised", Time(alert.RaisedAt, file.Zone)), ("State", Word(alert.State)), ("Outcome", Word(alert.Outcome ?? "")), ("Closed", alert.ResolvedAt is { } at ? Time(at, file.Zone) : ""),
                ("Closed by", alert.ResolvedBy ?? ""), ("Note", alert.Note ?? ""), ("Reference of the case", alert.Reference ?? ""),
            ]);
            page.Paragraph("Why it was raised:").List(Reasons(alert.Reasons));
            if (alert.Steps.Count > 0)
            {
                page.Table("What was done", ["When", "Who", "What", "Note"], alert.Steps.Select(step => (string[])
                    [Time(step.At, file.Zone), step.By, step.From == step.To ? Word(step.Step) : $"{Word(step.Step)}: from {Word(step.From)} to {Word(step.To)}", step.Note]));
            }

            Events(page, [.. file.Events.Where(one => one.Alert == alert.Number && !one.Kept)], file.Zone, "");
            if (file.Events.Where(one => one.Alert == alert.Number && one.Kept).ToList() is { Count: > 0 } kept)
            {
                page.Paragraph("What was kept with it of the same hour, and is of no concern by itself:");
                Events(page, kept, file.Zone, "");
            }
        }
    }

    private static void Events(HtmlText page, IReadOnlyList<AccessEvent> events, TimeZoneInfo zone, string none)
    {
        if (events.Count == 0 && none.Length > 0)
        {
            page.Paragraph(none);
        }

        foreach (var one in events)
        {
            page.Entry($"Received {Time(one.ReceivedAt, zone)}", Fields(one.Event));
            if (one.Assessment is JsonObject said)
            {
                page.Facts([("Judged as", string.Join(", ", new[] { Text(said["theme"]), Text(said["severity"]) }.Where(word => word.Length > 0).Select(Word)))]);
                if (Reasons(said["reasons"]) is { Count: > 0 } reasons)
                {
                    page.List(reasons);
                }
            }
        }
    }

    private static List<(string Label, string Value)> Fields(JsonNode? read)
    {
        var flat = new List<(string Path, string Value)>();
        Flatten(read, "", flat);
        var fields = new List<(string, string)>();
        foreach (var (path, label) in _known)
        {
            // What is counted in an array stands together.
            var values = flat.Where(field => field.Path == path).Select(field => field.Value).ToList();
            if (values.Count > 0)
            {
                fields.Add((label, string.Join(", ", values)));
            }
        }

        fields.AddRange(flat.Where(field => !_ours.Contains(field.Path, StringComparer.Ordinal) && !Array.Exists(_known, known => known.Path == field.Path)).Select(field => (field.Path, field.Value)));
        return fields;
    }

    private static void Flatten(JsonNode? node, string path, List<(string Path, string Value)> into)
    {
        switch (node)
        {
            case JsonObject fields when fields.Count == 2 && fields["name"] is JsonValue name && fields["value"] is JsonValue value:
                into.Add(($"{path} {Text(name)}", Text(value)));
                break;
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    Flatten(value, path.Length == 0 ? name : $"{path}.{name}", into);
                }

                break;
            case JsonArray all:
                foreach (var one in all)
                {
                    Flatten(one, path, into);
                }

                break;
            default:
                if (Text(node) is { Length: > 0 } text)
                {
                    into.Add((path, text));
                }

                break;
        }
    }

    private static List<string> Reasons(JsonNode? reasons) => reasons is not JsonArray all ? [] :
    [
        .. all.OfType<JsonObject>().Select(reason => Text(reason["matched"]) is { Length: > 0 } matched ? $"{Text(reason["explanation"])} (\"{matched}\")" : Text(reason["explanation"])).Where(text => text.Length > 0),
    ];

    private static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };

    // Codes and states as stored: "self_harm", "low-level-concern".
    private static string Word(string code) => code.Replace('_', ' ').Replace('-', ' ');

    private static string Time(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("d MMMM yyyy, HH:mm:ss", British.Culture);
}
