using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.Tests.Normalization;

namespace OnlineSafety.Monitoring.Tests.Hostile;

/// <summary>One hostile input: what it was made from decides which product and which media type read it.</summary>
internal readonly record struct HostileCase(byte[] Bytes, string Product, string ContentType);

/// <summary>Breaks samples and vectors in ways that a seed decides alone: the same seed gives the same bytes.</summary>
internal static class Mutator
{
    private const int LongestCase = 96 * 1024;

    /// <summary>What parsers stumble over: delimiters, counts, priorities, escapes, marks, halves of things.</summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "\0", "\n", "\r", "\r\n", "\t", "#011", " ", "  ", "\"", "\"\"", "\\", "\\\"", "'", ",", ";", "&", "=", "|", "%", "%0", "%00", "%C3", "+",
            "<", ">", "<14>", "<191>", "<999>", "<>", "<-1>", "1 ", "0 ", "7 <14>", "9999999 ", "99999999 ", "18446744073709551616 ", "-5 ",
            "{", "}", "[", "]", ":", "{\"", "\"}", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "null", "true", "1e999", "\\ud800", "\\u0000", "\uFEFF", "\u202E", "\u200B",
            "Mar  2 09:14:07 ", "Feb 30 25:61:61 ", "2026-03-02T09:14:07Z ", "0000-00-00T00:00:00+23:59 ", "9999-12-31T23:59:60-23:59 ", "1772442847.381 ",
            "99999999999999999999", "http://", "https://user:secret@[::1]:99999/?q=", "message repeated 3 times: [", "kill myself", "e\u0301", "\U0001F600",
        }.Select(Encoding.UTF8.GetBytes),
        [0x80], [0xBF], [0xC0, 0x80], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xFE], [0xFF], [0xFF, 0xFE],
    ];

    private static readonly HostileCase[] Seeds =
    [
        .. SyslogVector.Messages.Select(vector => new HostileCase(vector.Input, "", RecordEnvelope.Syslog)),
        .. SyslogVector.Streams.Select(vector => new HostileCase(vector.Input, "", RecordEnvelope.Syslog)),

        // Samples several times: they reach deeper than vectors, of which there are many more.
        .. Enumerable.Repeat(
            Packs.Products.SelectMany(product => Packs.Index(product).SelectMany(sample =>
                Packs.Records(product, sample).Select(bytes => new HostileCase(bytes, product, sample.ContentType)))), 3).SelectMany(samples => samples),
    ];

    public static HostileCase Make(int seed)
    {
        var random = new Random(seed);
        var origin = Seeds[random.Next(Seeds.Length)];
        var bytes = new List<byte>(origin.Bytes);
        for (var change = random.Next(1, 9); change > 0 && bytes.Count <= LongestCase; change--)
        {
            Change(bytes, random);
        }

        var product = origin.Product.Length > 0 && random.Next(8) > 0 ? origin.Product : Packs.Products[random.Next(Packs.Products.Length)];
        return new HostileCase([.. bytes.Take(LongestCase)], product, random.Next(8) > 0 ? origin.ContentType : AnyType(random));
    }

    private static string AnyType(Random random) => random.Next(6) switch
    {
        0 => RecordEnvelope.Json,
        1 => RecordEnvelope.Csv,
        2 => RecordEnvelope.Form,
        3 => RecordEnvelope.PlainText,
        4 => "application/octet-stream",
        _ => RecordEnvelope.Syslog,
    };

    private static void Change(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var length = random.Next(Math.Min(bytes.Count - at, 64) + 1);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                Splice(bytes, at, random);
                break;
            case 5:
                Repeat(bytes, at, length, random);
                break;
            case 6:
                bytes.InsertRange(at, Encoding.ASCII.GetBytes(random.NextInt64(1L << random.Next(1, 62)).ToString(System.Globalization.CultureInfo.InvariantCulture)));
                break;
            default:
                bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                break;
        }
    }

    private static void Splice(List<byte> bytes, int at, Random random)
    {
        var other = Seeds[random.Next(Seeds.Length)].Bytes;
        var start = random.Next(other.Length + 1);
        bytes.InsertRange(at, other.AsSpan(start, random.Next(Math.Min(other.Length - start, 1024) + 1)).ToArray());
    }

    private static void Repeat(List<byte> bytes, int at, int length, Random random)
    {
        // Mostly a few times; now and then so often that anything worse than linear shows.
        var piece = random.Next(2) == 0 ? bytes.GetRange(at, length).ToArray() : Pieces[random.Next(Pieces.Length)];
        var times = random.Next(400) == 0 ? random.Next(32 * 1024 / Math.Max(piece.Length, 1)) : random.Next(1, 20);
        bytes.InsertRange(at, [.. Enumerable.Repeat(piece, times).SelectMany(part => part)]);
    }
}
