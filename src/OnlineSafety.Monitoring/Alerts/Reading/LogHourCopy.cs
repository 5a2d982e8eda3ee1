using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>
/// The hour around an alert as it was copied out of the log (<see cref="Retention.ContextKeeper"/>): what is left of it once the log has fallen. Of the alert's own
/// person alone.
/// </summary>
internal static class LogHourCopy
{
    private const string Kept = """
        SELECT stream_id, seq, part, received_at, detail FROM kept_context WHERE school_id = $1 AND alert_id = $2 AND received_at BETWEEN $3 AND $4
        ORDER BY received_at DESC, stream_id, seq DESC, part DESC LIMIT $5
        """;

    /// <summary>The newest first. The look is recorded by whoever asks.</summary>
    public static Task<List<EventView>> ReadAsync(
        Session session, SchoolSeal seal, ThemeGuide guide, Guid alert, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        session.RowsAsync(
            Kept, [seal.School, alert, from, to, LogHourReader.MostEvents],
            row => ViewOf(
                guide, new EventId(row.GetGuid(0), row.GetInt64(1), row.GetInt32(2)), row.GetFieldValue<DateTimeOffset>(3), seal.Open(row.GetFieldValue<byte[]>(4), SealedField.KeptContext)),
            cancellationToken);

    private static EventView ViewOf(ThemeGuide guide, EventId id, DateTimeOffset receivedAt, byte[] plain)
    {
        using var document = JsonDocument.Parse(plain);
        var (stored, root) = (StoredEvent.Read(plain), document.RootElement);
        var (read, said, data) = (root.GetProperty("event").GetProperty("data"), root.GetProperty("assessment"), stored.Data);
        var theme = Word(said, "theme");
        var mask = stored.MaskUrl || guide.MasksUrls([theme]);
        return new EventView
        {
            Event = id.ToString(),
            ReceivedAt = receivedAt,
            OccurredAt = read.GetProperty("occurredAt").GetDateTimeOffset(),
            Kind = Word(read, "kind"),
            Action = Word(read, "action"),
            Risk = Word(said, "risk"),
            Theme = theme,
            Severity = Word(said, "severity"),
            Vendor = Word(read.GetProperty("source"), "vendor"),
            Review = "",
            User = data.Subject?.UserAsSent ?? data.Subject?.User,
            DeviceHost = data.Device?.Host,
            DeviceIp = data.Device?.Ip,
            Url = mask && data.Url is not null ? StoredEvent.Masked : data.Url,
            SearchQuery = StoredEvent.MaskText(data.SearchQuery, mask),
            Text = StoredEvent.MaskText(data.Text, mask),
            App = StoredEvent.MaskText(data.App, mask),
            Categories = data.Vendor?.Categories ?? [],
            Reasons = StoredEvent.Mask(stored.Reasons, mask),
        };
    }

    private static string Word(JsonElement of, string name) => of.GetProperty(name).GetString() ?? "";
}
