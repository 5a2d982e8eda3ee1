using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Shows one alert with its events and why each is there. Looking is recorded, and is not acknowledging.</summary>
internal static class AlertShowCommand
{
    public static Command Create(Installation installation)
    {
        var switches = new AlertSwitches();
        var alert = AlertSwitches.Alert();
        var command = switches.Asks(new ExampledCommand(
            "show", "Show an alert with its events and reasons.", "onlinesafety alerts show 12 --school \"Example Academy\" --as dsl@school.example")
        {
            alert, switches.School,
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            var reference = AlertSwitches.Reference(parse.GetRequiredValue(alert));
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            var found = await opened.Queue.ShowAsync(opened.School.SchoolId, opened.Actor, reference, cancellationToken)
                ?? throw AlertSwitches.NoSuchAlert(reference);
            if (parse.GetValue(switches.Json))
            {
                await Output.JsonAsync(parse, found);
                return;
            }

            var output = parse.InvocationConfiguration.Output;
            foreach (var line in AlertText.Lines(found, opened.School.Name, SchoolZone.Of(opened.School.TimeZone)))
            {
                await output.WriteLineAsync(line);
            }
        });
    }
}

/// <summary>An alert in words for a terminal.</summary>
internal static class AlertText
{
    public static IEnumerable<string> Lines(AlertDetailView alert, string school, TimeZoneInfo zone)
    {
        yield return $"{(alert.Drill ? "DRILL: nothing has happened. " : "")}Alert {alert.Number} at {school}: {alert.Severity} {alert.Risk}, {alert.Theme}{(alert.NeedsReview ? " (needs review)" : "")}{(alert.Unproven ? $" ({LowTrust.Words})" : "")}";
        yield return $"  state    {AlertState.Shown(alert.State)}{Step("acknowledged", alert.AcknowledgedAt, alert.AcknowledgedBy, zone)}{Step("resolved", alert.ResolvedAt, alert.ResolvedBy, zone)}";
        yield return AlertCohort.Is(alert.Subject)
            ? $"  about    {AlertCohort.Words}"
            : $"  about    {SetupText.Shown(alert.Subject ?? (alert.Count > 1 ? "nobody known: the same event again, or several people" : "nobody known"))} ({alert.SubjectRole})";
        if (alert.Themes.Count > 1)
        {
            yield return $"  also     {string.Join(", ", alert.Themes.Where(t => t != alert.Theme))}";
        }

        yield return $"  raised   {Output.Time(alert.RaisedAt, zone)}{(alert.Late ? ", late: read only after its source was given a mapping" : "")}, last heard {Output.Time(alert.LastReceivedAt, zone)}";
        if (alert.AssignedTo is { } assigned)
        {
            yield return $"  given to {SetupText.Shown(alert.Assignee ?? assigned.ToString())}";
        }

        if (alert.Reference is not null)
        {
            yield return $"  case     {SetupText.Shown(alert.Reference)}";
        }

        if (alert.Outcome is not null)
        {
            yield return $"  outcome  {alert.Outcome}: {SetupText.Shown(alert.Note ?? "")}";
        }

        if (alert.Instructions is not null)
        {
            yield return "";
            yield return $"  WHAT TO DO: {alert.Instructions}";
        }

        yield return "";
        yield return alert.Count > alert.Events.Count
            ? string.Create(CultureInfo.InvariantCulture, $"The gravest {alert.Events.Count} of {Counted.Of(alert.Count, "event")}:")
            : $"{Counted.Of(alert.Count, "event")}:";
        foreach (var line in alert.Events.SelectMany(e => Lines(e, zone)))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Lines(EventView shown, TimeZoneInfo zone)
    {
        yield return "";
        yield return $"  {Output.Time(shown.OccurredAt, zone)}  {shown.Kind}, {shown.Action}: {shown.Severity} {shown.Risk}, {shown.Theme} ({SetupText.Shown(shown.Vendor)})";
        (string Name, string? Value)[] fields =
        [
            ("user", shown.User), ("device", shown.DeviceHost), ("address", shown.DeviceIp), ("search", shown.SearchQuery), ("text", shown.Text),
            ("url", shown.Url), ("app", shown.App), ("categories", string.Join(", ", shown.Categories)), ("unread", shown.Review),
        ];
        foreach (var (name, value) in fields.Where(f => !string.IsNullOrEmpty(f.Value)))
        {
            yield return $"    {name,-10} {Defanged(value!)}";
        }

        foreach (var line in ReasonText.Lines(shown.Reasons, shown.Theme, shown.Severity))
        {
            yield return $"    {line}";
        }
    }

    /// <summary>No terminal makes a link of it, and nobody opens it with a stray click.</summary>
    internal static string Defanged(string text) => SetupText.Shown(text)
        .Replace("http://", "hxxp://", StringComparison.OrdinalIgnoreCase)
        .Replace("https://", "hxxps://", StringComparison.OrdinalIgnoreCase)
        .Replace("ftp://", "fxp://", StringComparison.OrdinalIgnoreCase);

    private static string Step(string word, DateTimeOffset? at, string? by, TimeZoneInfo zone) =>
        at is null ? "" : $"; {word} {Output.Time(at, zone)} by {SetupText.Shown(by ?? "")}";
}
