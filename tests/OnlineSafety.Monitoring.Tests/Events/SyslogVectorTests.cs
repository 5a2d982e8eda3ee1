using System.Globalization;
using System.Text.Json;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Events;

public sealed class SyslogVectorTests
{
    private static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Vectors that contradict another one, and which of the two is followed.</summary>
    private static readonly Dictionary<string, string> Deviations = new(StringComparer.Ordinal)
    {
        ["fluentd-syslog-0010"] = "takes a first word without colon for the tag; rfc-examples-0018, fluentd-syslog-0008 and logstash-grok-0007 keep it in the message",
    };

    public static TheoryData<string> Files() =>
    [
        "easypost-rfc5424", "fluentd-syslog", "influx-rfc3164", "influx-rfc5424", "logstash-grok", "rfc-examples", "own-hostile",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryAcceptedMessageIsReadAsItsVectorSays(string file)
    {
        var failures = new List<string>();
        var checkedCount = 0;
        foreach (var vector in Vectors(file).Where(v => v.GetProperty("outcome").GetString() == "accept"))
        {
            var id = vector.GetProperty("id").GetString()!;
            if (Deviations.ContainsKey(id))
            {
                continue;
            }

            checkedCount++;
            var difference = Difference(vector);
            if (difference.Length > 0)
            {
                failures.Add($"{id}: {difference}");
            }
        }

        Assert.True(checkedCount > 5);
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void WhateverArrivesIsReadWithoutAnExceptionAndNoByteOfTheBodyIsLost(string file)
    {
        foreach (var vector in Vectors(file))
        {
            var line = vector.GetProperty("input_b64").GetBytesFromBase64();
            var message = SyslogMessage.Parse(line, ReceivedAt, TimeZoneInfo.Utc);
            Assert.True(line.AsSpan().IndexOf(message.Message) >= 0);
            Assert.Equal(message.BodyRange.End, message.MessageRange.End);
            _ = message.Timestamp;
        }
    }

    private static List<JsonElement> Vectors(string file)
    {
        var path = Repository.Path("tests", "OnlineSafety.Monitoring.Tests", "vectors", "syslog", file + ".jsonl");
        return [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement).Where(v => v.GetProperty("kind").GetString() == "message")];
    }

    private static string Difference(JsonElement vector)
    {
        var line = vector.GetProperty("input_b64").GetBytesFromBase64();
        var message = SyslogMessage.Parse(line, ReceivedAt, TimeZoneInfo.Utc);
        if (!vector.TryGetProperty("expect", out var expect))
        {
            return "";
        }

        var differences = new List<string>();
        Compare("pri", message.HasPriority ? message.Priority : -1);
        Compare("severity", message.SeverityLevel);
        Compare("facility", message.Facility);
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
