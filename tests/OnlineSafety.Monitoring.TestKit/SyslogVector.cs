using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>One syslog message or stream of others and what they find in it; see the README files beside the vectors.</summary>
internal sealed record SyslogVector(string Id, string File, string Outcome, byte[] Input, JsonElement Json)
{
    private static readonly Lazy<IReadOnlyList<SyslogVector>> s_messages = new(() => Load("syslog"));
    private static readonly Lazy<IReadOnlyList<SyslogVector>> s_streams = new(() => Load("syslog-streams"));

    /// <summary>When the vectors are received: decides the year that RFC 3164 leaves out.</summary>
    public static DateTimeOffset ReceivedAt { get; } = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<SyslogVector> Messages => s_messages.Value;

    public static IReadOnlyList<SyslogVector> Streams => s_streams.Value;

    /// <summary>Vectors that contradict another one, and which of the two is followed.</summary>
    public static IReadOnlyDictionary<string, string> Deviations { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["fluentd-syslog-0010"] = "takes a first word without colon for the tag; rfc-examples-0018, fluentd-syslog-0008 and logstash-grok-0007 keep it in the message",
    };

    /// <summary>What a message has other than the vector says; empty when it says the same. What it does not say is not compared.</summary>
    public string Difference(ReadOnlySpan<byte> line)
    {
        if (!Json.TryGetProperty("expect", out var expect))
        {
            return "";
        }

        var message = SyslogMessage.Parse(line, ReceivedAt, TimeZoneInfo.Utc);
        var differences = new List<string>();
        Compare("pri", message.HasPriority ? message.Priority : -1);
        Compare("severity", message.Priority & 7);
        Compare("facility", message.Priority >> 3);
        Text("hostname", message.HostName);
        Text("appname", message.AppName);
        Text("procid", message.ProcId);
        Text("msgid", message.MsgId);
        Text("sd_raw", message.StructuredData);
        if (expect.TryGetProperty("msg", out var msg))
        {
            var want = (msg.GetString() ?? "").TrimStart('\uFEFF');
            var got = Shown(message.Message);

            // grok takes one space more off than RFC 5424 does.
            if (got.TrimStart(' ') != want.TrimStart(' '))
            {
                differences.Add($"msg '{got}' is not '{want}'");
            }
        }

        if (expect.TryGetProperty("timestamp", out var time) && time.GetString() is { } written && message.Timestamp != Instant(written))
        {
            differences.Add($"timestamp {message.Timestamp:O} is not {written}");
        }

        return string.Join("; ", differences);

        void Compare(string name, int got)
        {
            if (expect.TryGetProperty(name, out var want) && want.GetInt32() != got)
            {
                differences.Add($"{name} {got} is not {want.GetInt32()}");
            }
        }

        void Text(string name, ReadOnlySpan<byte> got)
        {
            if (expect.TryGetProperty(name, out var want) && (want.GetString() ?? "") != Encoding.UTF8.GetString(got))
            {
                differences.Add($"{name} '{Encoding.UTF8.GetString(got)}' is not '{want.GetString()}'");
            }
        }
    }

    private static List<SyslogVector> Load(string folder) =>
    [
        .. Directory.EnumerateFiles(Repository.Path("tests", "OnlineSafety.Monitoring.Tests", "vectors", folder), "*.jsonl")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => System.IO.File.ReadLines(file).Select(line => Read(Path.GetFileNameWithoutExtension(file), JsonDocument.Parse(line).RootElement))),
    ];

    private static SyslogVector Read(string file, JsonElement json) =>
        new(json.GetProperty("id").GetString()!, file, json.GetProperty("outcome").GetString()!, InputOf(json), json);

    private static byte[] InputOf(JsonElement json)
    {
        if (json.TryGetProperty("input_b64", out var input))
        {
            return input.GetBytesFromBase64();
        }

        // The long ones are mostly repetition.
        using var gzip = new GZipStream(new MemoryStream(json.GetProperty("input_gzip_b64").GetBytesFromBase64()), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The vectors write a byte that is no UTF-8 as \xNN.</summary>
    private static string Shown(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            text.Append(valid ? rune.ToString() : string.Concat(bytes[..length].ToArray().Select(b => $"\\x{b:x2}")));
            bytes = bytes[length..];
        }

        return text.ToString();
    }

    private static DateTimeOffset? Instant(string written)
    {
        if (char.IsAsciiLetter(written[0]))
        {
            // The year that RFC 3164 leaves out, by the rule: at most 2 days ahead of receipt, at most 300 days old.
            var words = written.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var guess = DateTimeOffset.Parse($"{words[1]} {words[0]} 2026 {words[2]}", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return guess > ReceivedAt.AddDays(2) && guess.AddYears(-1) >= ReceivedAt.AddDays(-300) ? guess.AddYears(-1) : guess;
        }

        // Offsets up to 23:59 and second 60 are beyond DateTimeOffset: computed by hand.
        var zone = written.EndsWith('Z') ? written.Length - 1 : written.Length - 6;
        var leap = written.Substring(17, 2) == "60";
        var local = DateTime.Parse((leap ? written[..17] + "59" + written[19..zone] : written[..zone]) + "Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        var offset = written.EndsWith('Z') ? TimeSpan.Zero : TimeSpan.ParseExact(written[(zone + 1)..], "hh\\:mm", CultureInfo.InvariantCulture);
        return new DateTimeOffset(local, TimeSpan.Zero).AddSeconds(leap ? 1 : 0) - (written[zone] == '-' ? -offset : offset);
    }
}
