using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What an alert quotes: the reasons of its gravest event.</summary>
internal static class QuotedReasons
{
    private const string Gravest = """
        SELECT detail FROM event WHERE school_id = $1 AND alert_id = $2 ORDER BY severity DESC, received_at, stream_id, seq, part LIMIT 1
        """;

    private const string Update = "UPDATE alert SET reasons = $3, rules = $4, unproven = $5 WHERE school_id = $1 AND alert_id = $2";

    /// <summary>
    /// Once events and alerts are written: an alert that an event left must not go on quoting it. Last, because an alert that others join in the same
    /// transaction is written with what it quoted before.
    /// </summary>
    public static async Task RenewAsync(Session session, SchoolSeal seal, Alert alert, CancellationToken cancellationToken)
    {
        var found = await session.RowsAsync(Gravest, [seal.School, alert.AlertId], row => row.GetFieldValue<byte[]>(0), cancellationToken);
        using var detail = JsonDocument.Parse(found is [var stored] ? seal.Open(stored, SealedField.EventDetail) : "{}"u8.ToArray());
        var reasons = In(detail.RootElement);
        (alert.Rules, alert.Unproven) = (AlertRules.Of(StoredEvent.ReadReasons(reasons)), LowTrust.Marks(reasons));
        alert.Reasons = seal.Seal(reasons, SealedField.AlertReasons);
        await session.ExecuteAsync(Update, [seal.School, alert.AlertId, alert.Reasons, alert.Rules, alert.Unproven], cancellationToken);
    }

    /// <summary>The reasons in an event's detail, a JSON array as an alert keeps them.</summary>
    public static byte[] In(JsonElement detail) => detail.TryGetProperty("assessment", out var assessment) && assessment.TryGetProperty("reasons", out var reasons)
        ? Encoding.UTF8.GetBytes(reasons.GetRawText())
        : "[]"u8.ToArray();
}
