using System.Text.Encodings.Web;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>
/// What is stored of an event besides its columns, as UTF-8 JSON:
/// <c>{"event": schemas/event.schema.json, "assessment": {...}, "history": [...]}</c>. Kept as bytes: Postgres text would refuse a NUL.
/// </summary>
internal static class EventDetail
{
    // Never sent as HTML from here: whoever shows it encodes it. Readable text keeps the rows small.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(MonitoringEvent read, Assessment assessment, History history)
    {
        using var stream = new MemoryStream(1024);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Options.Encoder }))
        {
            json.WriteStartObject();
            json.WritePropertyName("event");
            EventJson.Write(json, read);
            json.WritePropertyName("assessment");
            Write(json, assessment);
            json.WritePropertyName("history");
            JsonSerializer.Serialize(json, history.Recent.Select(h => new { h.ReceivedAt, h.Theme, Severity = Words.Of(h.Severity), h.Vendor }), Options);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>The reasons alone, a JSON array, as an alert keeps them.</summary>
    public static byte[] ReasonsOf(Assessment assessment) => JsonSerializer.SerializeToUtf8Bytes(assessment.Reasons, Options);

    private static void Write(Utf8JsonWriter json, Assessment assessment) => JsonSerializer.Serialize(
        json,
        new
        {
            Risk = Words.Of(assessment.Risk),
            assessment.Theme,
            assessment.ParentTheme,
            Severity = Words.Of(assessment.Severity),
            Audience = assessment.Audience == Audience.DslOnly ? "dsl" : "routed",
            assessment.MaskUrl,
            assessment.Instructions,
            assessment.Themes,
            assessment.UnmappedCategory,
            assessment.Reasons,
        },
        Options);
}
