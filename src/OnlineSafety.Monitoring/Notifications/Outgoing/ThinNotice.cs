using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>An alert as channels may know it.</summary>
internal sealed record ThinAlert(Guid Id, int Number, string Severity, string Risk, string Theme, string Cause, int Events, bool NeedsReview, bool Drill);

/// <summary>
/// What a channel is told: ids, severities, risks, themes and counts. Nothing of a child, and no name, search or address, wherever the channel may lead.
/// </summary>
/// <param name="Id">Of the mail that it is; the same at every resend.</param>
/// <param name="Count">Of all alerts, also those beyond <see cref="Alerts"/>.</param>
internal sealed record ThinNotice(Guid Id, Guid School, DateTimeOffset At, int Count, int Critical, IReadOnlyList<ThinAlert> Alerts)
{
    /// <summary>Named one by one; the others stand in the queue.</summary>
    private const int Most = 100;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public static ThinNotice Of(MailClaim claim, IReadOnlyList<(AlertNotice Notice, string Cause)> told) => new(
        claim.Mail,
        claim.School,
        claim.CreatedAt,
        told.Count,
        // A drill is no grave alert, whatever it says it is.
        told.Count(one => one.Notice is { Severity: Events.Severity.Critical, Drill: false }),
        [.. told.OrderByDescending(one => one.Notice.Severity).ThenBy(one => one.Notice.Number).Take(Most).Select(one => new ThinAlert(
            one.Notice.Alert, one.Notice.Number, Words.Of(one.Notice.Severity), Words.Of(one.Notice.Risk), one.Notice.Theme, one.Cause, one.Notice.Events, one.Notice.NeedsReview, one.Notice.Drill))]);

    /// <summary>For trying a channel out: says that it is a test and holds no alert.</summary>
    public static ThinNotice Test(Guid school, DateTimeOffset now) => new(Guid.NewGuid(), school, now, 0, 0, []);

    /// <summary>It tells of nothing that has happened.</summary>
    private bool IsDrill => Alerts.Count > 0 && Alerts.All(alert => alert.Drill);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new { type = Count == 0 ? "test" : IsDrill ? "alerts.drill" : "alerts.told", timestamp = At, data = new { School, Count, Critical, Alerts } }, _json);

    /// <summary>An Adaptive Card in the message that Teams' "When a Teams webhook request is received" workflow takes.</summary>
    public byte[] ToCard(IThemeWords themes, string queue)
    {
        var title = Count == 0 ? "Online safety: this is a test" : IsDrill ? "Online safety: DRILL, nothing has happened" : $"Online safety: {Counted.Of(Count, "alert")}, {(Critical > 0 ? Critical : "none")} critical";
        var facts = new JsonArray([.. Alerts.GroupBy(alert => (alert.Severity, alert.Theme, alert.Drill)).Take(10).Select(group => (JsonNode)new JsonObject
        {
            ["title"] = group.Key.Drill ? $"DRILL: {group.Key.Severity}" : group.Key.Severity,
            ["value"] = $"{themes.LabelOf(group.Key.Theme)}: number {NumberRanges.Of(group.Select(alert => alert.Number))}",
        })]);
        var card = new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["body"] = new JsonArray(
                new JsonObject { ["type"] = "TextBlock", ["text"] = title, ["weight"] = "Bolder", ["size"] = "Medium", ["wrap"] = true },
                new JsonObject { ["type"] = "FactSet", ["facts"] = facts }),
            ["actions"] = new JsonArray(new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = "Open the queue", ["url"] = queue }),
        };
        var message = new JsonObject
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["contentUrl"] = null, ["content"] = card }),
        };
        return JsonSerializer.SerializeToUtf8Bytes(message, _json);
    }
}
