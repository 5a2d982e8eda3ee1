using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OnlineSafety.Monitoring.Access.Sealing;
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
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int LargestKept = 64 * 1024;

    // A buffer for each row was most of what the garbage collector had to do under load.
    [ThreadStatic]
    private static Scratch? _scratch;

    /// <summary>Sealed as it is written.</summary>
    public static byte[] Of(SchoolSeal seal, MonitoringEvent read, Assessment assessment, History history) => Write(seal, json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("event");
        EventJson.Write(json, read);
        json.WritePropertyName("assessment");
        Write(json, assessment);
        json.WriteStartArray("history");
        foreach (var entry in history.Recent)
        {
            json.WriteStartObject();
            json.WriteString("receivedAt", entry.ReceivedAt);
            json.WriteString("theme", entry.Theme);
            json.WriteString("severity", Words.Of(entry.Severity));
            json.WriteString("vendor", entry.Vendor);
            if (entry.VendorSays)
            {
                json.WriteBoolean("vendorSays", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (history.Alike > 0)
        {
            json.WriteNumber("alike", history.Alike);
        }

        json.WriteEndObject();
    });

    /// <summary>The reasons alone, a JSON array, as an alert keeps them.</summary>
    public static byte[] ReasonsOf(Assessment assessment) => Write(seal: null, json => Write(json, assessment.Reasons));

    private static byte[] Write(SchoolSeal? seal, Action<Utf8JsonWriter> write)
    {
        var (buffer, json) = _scratch ??= MakeScratch();
        buffer.ResetWrittenCount();
        json.Reset();
        write(json);
        json.Flush();
        var written = seal is null ? buffer.WrittenSpan.ToArray() : seal.Seal(buffer.WrittenSpan, SealedField.EventDetail);
        if (buffer.Capacity > LargestKept)
        {
            _scratch = null;
        }

        return written;
    }

    private static Scratch MakeScratch()
    {
        var buffer = new ArrayBufferWriter<byte>(8 * 1024);
        return new Scratch(buffer, new Utf8JsonWriter(buffer, Options));
    }

    private static void Write(Utf8JsonWriter json, Assessment assessment)
    {
        json.WriteStartObject();
        json.WriteString("risk", Words.Of(assessment.Risk));
        json.WriteString("theme", assessment.Theme);
        json.WriteString("parentTheme", assessment.ParentTheme);
        json.WriteString("severity", Words.Of(assessment.Severity));
        json.WriteString("audience", assessment.Audience == Audience.DslOnly ? "dsl" : "routed");
        json.WriteBoolean("maskUrl", assessment.MaskUrl);
        json.WriteString("edition", assessment.Edition);
        json.WriteString("rules", assessment.Rules);
        json.WriteStartArray("themes");
        foreach (var theme in assessment.Themes)
        {
            json.WriteStringValue(theme);
        }

        json.WriteEndArray();
        json.WriteBoolean("unmappedCategory", assessment.UnmappedCategory);
        json.WritePropertyName("reasons");
        Write(json, assessment.Reasons);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<Reason> reasons)
    {
        json.WriteStartArray();
        foreach (var reason in reasons)
        {
            json.WriteStartObject();
            json.WriteString("rule", reason.Rule);
            json.WriteString("version", reason.Version);
            json.WriteString("field", reason.Field);
            json.WriteString("matched", reason.Matched);
            json.WriteNumber("start", reason.Start);
            json.WriteNumber("length", reason.Length);
            json.WriteString("explanation", reason.Explanation);
            json.WriteString("effect", reason.Effect);
            Write(json, reason.Without);
            if (reason.Parts.Count > 0)
            {
                Write(json, reason.Parts);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<ReasonPart> parts)
    {
        json.WriteStartArray("parts");
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("matched", part.Matched);
            json.WriteNumber("start", part.Start);
            json.WriteNumber("length", part.Length);
            Write(json, part.Without);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Counterfactual? without)
    {
        if (without is null)
        {
            return;
        }

        json.WriteStartObject("without");
        json.WriteString("theme", without.Theme);
        json.WriteString("severity", Words.Of(without.Severity));
        json.WriteEndObject();
    }

    private sealed record Scratch(ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json);
}
