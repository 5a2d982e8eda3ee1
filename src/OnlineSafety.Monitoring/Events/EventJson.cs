using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Events;

/// <summary>
/// An event as JSON (schemas/event.schema.json): a CloudEvents 1.0 envelope with our body under <c>data</c>. Absent fields are left
/// out; what the vendor sent and no field holds is a list of name and value, since names may repeat.
/// </summary>
internal static class EventJson
{
    /// <summary>CloudEvents <c>type</c>; a change that breaks readers gets a new number.</summary>
    public const string Type = "onlinesafety.monitoring.event.v1";

    // Only what JSON itself needs is escaped: a reader of evidence should see words, not \u escapes. HTML is escaped where HTML is made.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions IndentedOptions = Options with { Indented = true };

    private static readonly (EventWarnings Flag, string Word)[] WarningWords =
    [
        (EventWarnings.TruncatedUtf8, "truncatedUtf8"),
        (EventWarnings.ClockSkew, "clockSkew"),
        (EventWarnings.UnmappedCategory, "unmappedCategory"),
        (EventWarnings.UnmappedAction, "unmappedAction"),
        (EventWarnings.UnmappedSeverity, "unmappedSeverity"),
        (EventWarnings.BadTime, "badTime"),
        (EventWarnings.BadUrl, "badUrl"),
        (EventWarnings.ExtraFields, "extraFields"),
        (EventWarnings.MissingFields, "missingFields"),
        (EventWarnings.InvalidUtf8, "invalidUtf8"),
        (EventWarnings.Autosuggest, "autosuggest"),
        (EventWarnings.LowTrust, "lowTrust"),
    ];

    private static readonly (RecordFlags Flag, string Word)[] FlagWords =
    [
        (RecordFlags.PossibleDuplicate, "possibleDuplicate"),
        (RecordFlags.DeliveryConflict, "deliveryConflict"),
        (RecordFlags.Truncated, "truncated"),
        (RecordFlags.BadFraming, "badFraming"),
        (RecordFlags.Unassigned, "unassigned"),
        (RecordFlags.Unproven, "unproven"),
    ];

    /// <summary>What <c>recordFlags</c> of a written event says.</summary>
    public static RecordFlags FlagsOf(JsonElement words)
    {
        var flags = RecordFlags.None;
        foreach (var (flag, word) in FlagWords)
        {
            flags |= words.EnumerateArray().Any(said => said.ValueEquals(word)) ? flag : RecordFlags.None;
        }

        return flags;
    }

    /// <summary>The event as UTF-8.</summary>
    public static byte[] Serialize(MonitoringEvent value, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, indented ? IndentedOptions : Options))
        {
            Write(writer, value);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the event as one JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, MonitoringEvent value)
    {
        writer.WriteStartObject();
        writer.WriteString("specversion", "1.0");
        writer.WriteString("id", value.Id.ToString());
        writer.WriteString("source", $"urn:onlinesafety:school:{value.School:D}:source:{value.Source:D}");
        writer.WriteString("type", Type);
        writer.WriteString("time", Time(value.OccurredAt));
        writer.WriteString("datacontenttype", "application/json");
        writer.WriteStartObject("data");
        writer.WriteString("school", value.School);
        writer.WriteStartObject("source");
        writer.WriteString("id", value.Source);
        writer.WriteString("vendor", value.Vendor);
        writer.WriteString("product", value.Product);
        writer.WriteEndObject();
        WriteWhen(writer, value);
        writer.WriteString("kind", Words.Of(value.Kind));
        writer.WriteString("action", Words.Of(value.Action));
        Optional(writer, "actionAsSent", value.ActionAsSent);
        WriteSubject(writer, value);
        WriteContent(writer, value);
        WriteVendor(writer, value);
        WriteProvenance(writer, value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteWhen(Utf8JsonWriter writer, MonitoringEvent value)
    {
        writer.WriteString("occurredAt", Time(value.OccurredAt));
        writer.WriteString("timeBasis", Words.Of(value.TimeBasis));
        writer.WriteString("receivedAt", Time(value.ReceivedAt));
        writer.WriteBoolean("clockSkew", (value.Warnings & EventWarnings.ClockSkew) != 0);
    }

    private static void WriteSubject(Utf8JsonWriter writer, MonitoringEvent value)
    {
        writer.WriteStartObject("subject");
        Optional(writer, "user", value.User);
        Optional(writer, "userAsSent", value.UserAsSent);
        writer.WriteString("role", Words.Of(value.RoleHint));
        Optional(writer, "group", value.Group);
        writer.WriteEndObject();
        writer.WriteStartObject("device");
        Optional(writer, "host", value.DeviceHost);
        Optional(writer, "ip", value.DeviceIp);
        Optional(writer, "userAgent", value.UserAgent);
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, MonitoringEvent value)
    {
        Optional(writer, "url", value.Url);
        Optional(writer, "urlHost", value.UrlHost);
        Optional(writer, "searchQuery", value.SearchQuery);
        Optional(writer, "text", value.Text);
        Optional(writer, "app", value.App);
    }

    private static void WriteVendor(Utf8JsonWriter writer, MonitoringEvent value)
    {
        writer.WriteStartObject("vendor");
        writer.WriteStartArray("categories");
        foreach (var category in value.Categories)
        {
            writer.WriteStringValue(category);
        }

        writer.WriteEndArray();
        Optional(writer, "theme", value.VendorTheme);
        Optional(writer, "severityWord", value.VendorSeverityWord);
        if (value.VendorSeverity > 0)
        {
            writer.WriteNumber("severity", value.VendorSeverity);
        }

        writer.WriteBoolean("breach", value.VendorBreach);
        Optional(writer, "reason", value.VendorReason);
        writer.WriteEndObject();
    }

    private static void WriteProvenance(Utf8JsonWriter writer, MonitoringEvent value)
    {
        writer.WriteString("mapping", value.Mapping);
        writer.WriteString("rawHash", value.RawHash);
        writer.WriteStartArray("warnings");
        foreach (var (flag, word) in WarningWords)
        {
            if ((value.Warnings & flag) != 0)
            {
                writer.WriteStringValue(word);
            }
        }

        writer.WriteEndArray();
        writer.WriteStartArray("recordFlags");
        foreach (var (flag, word) in FlagWords)
        {
            if ((value.RecordFlags & flag) != 0)
            {
                writer.WriteStringValue(word);
            }
        }

        writer.WriteEndArray();
        writer.WriteStartArray("unmapped");
        foreach (var (name, text) in value.Unmapped)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("value", text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Optional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static string Time(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
