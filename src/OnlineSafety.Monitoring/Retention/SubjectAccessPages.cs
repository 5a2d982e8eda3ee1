using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>The file that is given: JSON for programs, and pages to read, each of which says what is in it and what is not. Pure but for the stream.</summary>
internal static class SubjectAccessPages
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(SubjectAccessFile file, Stream to, CancellationToken cancellationToken)
    {
        await using var zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8);
        await AddAsync(zip, "data.json", JsonSerializer.Serialize(new { contents = SubjectAccessFile.Contents, file.School, file.About, file.At, file.Listed, file.Alerts, file.Events }, _json), cancellationToken);
        await AddAsync(zip, "index.html", Page(file, "What is stored", Index(file)), cancellationToken);
        foreach (var alert in file.Alerts)
        {
            await AddAsync(zip, string.Create(CultureInfo.InvariantCulture, $"alert-{alert.Number}.html"), Page(file, $"Alert {alert.Number}", Alert(file, alert)), cancellationToken);
        }

        await AddAsync(zip, "events.html", Page(file, "Events", Events(file.Events)), cancellationToken);
    }

    private static async Task AddAsync(ZipArchive zip, string name, string text, CancellationToken cancellationToken)
    {
        await using var entry = await zip.CreateEntry(name, CompressionLevel.Optimal).OpenAsync(cancellationToken);
        await entry.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
    }

    private static string Page(SubjectAccessFile file, string title, string body)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><title>").Append(Html(title)).Append("</title>")
            .Append("<style>body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}td,th{border:1px solid #777;padding:.3rem .5rem;text-align:left;vertical-align:top}pre{white-space:pre-wrap}</style></head><body>")
            .Append("<h1>").Append(Html(title)).Append("</h1><p>").Append(Html($"{file.School}: about {file.About}, as stored on {Day(file.At)}. ")).Append("<a href=\"index.html\">Contents</a></p>")
            .Append(body).Append("<hr><ul>");
        foreach (var line in SubjectAccessFile.Contents)
        {
            page.Append("<li>").Append(Html(line)).Append("</li>");
        }

        return page.Append("</ul></body></html>\n").ToString();
    }

    private static string Index(SubjectAccessFile file)
    {
        var page = new StringBuilder("<h2>People list</h2>");
        page.Append(Table(["Account", "Also called", "Role", "Year", "Class", "Born"], file.Listed.Select(one => (string[])
            [one.Account, string.Join(", ", one.Aliases), one.Role, one.YearGroup, one.Class, one.DateOfBirth?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? ""])));
        page.Append("<h2>Alerts</h2><ul>");
        foreach (var alert in file.Alerts)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=\"alert-{alert.Number}.html\">Alert {alert.Number}</a>, {Day(alert.RaisedAt)}: {Html(alert.Theme)}, {Html(alert.Severity)}, {Html(alert.Outcome ?? alert.State)}</li>");
        }

        return page.Append(CultureInfo.InvariantCulture, $"</ul><p><a href=\"events.html\">{file.Events.Count} events</a></p>").ToString();
    }

    private static string Alert(SubjectAccessFile file, AccessAlert alert)
    {
        var page = new StringBuilder();
        page.Append(Table(["What", ""],
        [
            ["Raised", Day(alert.RaisedAt)], ["Theme", alert.Theme], ["Severity", alert.Severity], ["State", alert.State], ["Outcome", alert.Outcome ?? ""], ["Closed", alert.ResolvedAt is { } at ? Day(at) : ""],
            ["By", alert.ResolvedBy ?? ""], ["Note", alert.Note ?? ""], ["Reference", alert.Reference ?? ""],
        ]));
        page.Append("<h2>Why</h2><pre>").Append(Html(Text(alert.Reasons))).Append("</pre><h2>What was done</h2>")
            .Append(Table(["When", "Who", "What", "Note"], alert.Steps.Select(step => (string[])[Day(step.At), step.By, $"{step.Step}: {step.From} to {step.To}", step.Note])))
            .Append("<h2>Events</h2>").Append(Events([.. file.Events.Where(one => one.Alert == alert.Number)]));
        return page.ToString();
    }

    private static string Events(IReadOnlyList<AccessEvent> events) => Table(["Received", "Alert", "What", "What was said of it"], events.Select(one => (string[])
        [Day(one.ReceivedAt), one.Alert?.ToString(CultureInfo.InvariantCulture) ?? "", Text(one.Event), one.Kept ? "kept with the hour around the alert" : Text(one.Assessment)]));

    private static string Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new StringBuilder("<table><thead><tr>");
        foreach (var head in heads)
        {
            table.Append("<th>").Append(Html(head)).Append("</th>");
        }

        table.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            table.Append("<tr>");
            foreach (var cell in row)
            {
                table.Append("<td><pre>").Append(Html(cell)).Append("</pre></td>");
            }

            table.Append("</tr>");
        }

        return table.Append("</tbody></table>").ToString();
    }

    private static string Text(JsonNode? node) => node?.ToJsonString(_json) ?? "";

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
