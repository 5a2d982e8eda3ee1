using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

/// <summary>Records that one shape of a mapping reads.</summary>
/// <param name="Kind">The word for the mapping's id: json, table, kv, query, mail, tab, columns, words, cef, leef or that of a public layout.</param>
/// <param name="Says">The shape in words.</param>
/// <param name="Shape">What the mapping says of it; columns known by position are called <c>column1</c> and so on.</param>
/// <param name="Records">Places of its records in the sample.</param>
internal sealed record ShapeGroup(string Kind, string Says, JsonObject Shape, IReadOnlyList<int> Records)
{
    public const string Mail = "mail";

    /// <summary>What a mapping of mails calls all the text of one: it must be read, whatever its labels say.</summary>
    public const string AllText = "*";

    public bool IsMail => Kind == Mail;
}

/// <summary>A captured record as text, with what its envelope tells.</summary>
/// <param name="Index">Place in the sample.</param>
/// <param name="Text">Of a line: what stands behind its syslog header; of a body: all of it.</param>
/// <param name="Whole">Of a line that has no priority, so that what looks like a header may be the line itself: all of it.</param>
/// <param name="IsLine">A line of syslog or text, which the column shapes can read.</param>
/// <param name="ContentType">As sent.</param>
internal readonly record struct RecordText(int Index, string Text, string Whole, bool IsLine, string ContentType)
{
    public static RecordText Of(int index, in RawRecord record, TimeZoneInfo zone)
    {
        var bytes = record.Payload.Span;
        var isLine = record.Envelope.IsLine;
        var whole = Clean(bytes);
        if (!isLine)
        {
            return new RecordText(index, whole, whole, IsLine: false, record.Envelope.ContentType);
        }

        var syslog = SyslogMessage.Parse(bytes, record.ReceivedAt, zone);
        var message = Clean(syslog.Message);
        return new RecordText(index, message, syslog.HasPriority ? message : Clean(bytes[syslog.BodyRange]), IsLine: true, record.Envelope.ContentType);
    }

    private static string Clean(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Trim(' ', '\r', '\n');
}
