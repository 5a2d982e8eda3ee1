using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Events;

/// <summary>Where an event comes from: the same for all events of one record.</summary>
/// <param name="School">School.</param>
/// <param name="Source">Source.</param>
/// <param name="Vendor">Vendor as people know it.</param>
/// <param name="Product">Product word of the source.</param>
/// <param name="Mapping"><c>id@version</c>, empty when no mapping claimed the record.</param>
internal readonly record struct EventOrigin(Guid School, Guid Source, string Vendor, string Product, string Mapping);

/// <summary>Copies a draft out of its reused buffer into an event that stays: only for what becomes a row.</summary>
internal static class EventMaterializer
{
    public static MonitoringEvent Materialize(EventDraft draft, EventId id, in EventOrigin origin, in RawRecord record) => new()
    {
        Id = id,
        School = origin.School,
        Source = origin.Source,
        Vendor = origin.Vendor,
        Product = origin.Product,
        Mapping = origin.Mapping,
        OccurredAt = draft.OccurredAt,
        TimeBasis = draft.TimeBasis,
        ReceivedAt = record.ReceivedAt,
        RawHash = Convert.ToHexStringLower(SHA256.HashData(record.Payload.Span)),
        Kind = draft.Kind,
        Action = draft.Action,
        ActionAsSent = Text(draft, EventField.ActionAsSent),
        UserAsSent = Text(draft, EventField.UserAsSent),
        User = Text(draft, EventField.User),
        RoleHint = draft.RoleHint,
        Group = Text(draft, EventField.Group),
        DeviceHost = Text(draft, EventField.DeviceHost),
        DeviceIp = Text(draft, EventField.DeviceIp),
        UserAgent = Text(draft, EventField.UserAgent),
        Url = Text(draft, EventField.Url),
        UrlHost = Text(draft, EventField.UrlHost),
        SearchQuery = Text(draft, EventField.SearchQuery),
        Text = Text(draft, EventField.Text),
        App = Text(draft, EventField.App),
        Categories = Categories(draft),
        VendorTheme = Text(draft, EventField.VendorTheme),
        VendorSeverityWord = Text(draft, EventField.VendorSeverityWord),
        VendorSeverity = draft.VendorSeverity,
        VendorBreach = draft.VendorBreach,
        VendorReason = Text(draft, EventField.VendorReason),
        Warnings = draft.Warnings,
        RecordFlags = record.Flags,
        Unmapped = Unmapped(draft),
    };

    private static string? Text(EventDraft draft, EventField field) =>
        draft.Has(field) ? Encoding.UTF8.GetString(draft[field]) : null;

    private static string[] Categories(EventDraft draft)
    {
        var categories = draft.CategoryCount == 0 ? [] : new string[draft.CategoryCount];
        for (var i = 0; i < categories.Length; i++)
        {
            categories[i] = Encoding.UTF8.GetString(draft.Category(i));
        }

        return categories;
    }

    private static KeyValuePair<string, string>[] Unmapped(EventDraft draft)
    {
        var pairs = draft.UnmappedCount == 0 ? [] : new KeyValuePair<string, string>[draft.UnmappedCount];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = KeyValuePair.Create(Encoding.UTF8.GetString(draft.UnmappedKey(i)), Encoding.UTF8.GetString(draft.UnmappedValue(i)));
        }

        return pairs;
    }
}
