using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Access.Audit;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>The head of one stream's chain as it once was.</summary>
/// <param name="Last">Sequence of the last record that the hash covers.</param>
/// <param name="Hash">SHA-256 of that record's segment, which covers all before it.</param>
internal sealed record HeadAnchor(Guid Stream, long Last, ReadOnlyMemory<byte> Hash)
{
    /// <summary>As the daily digest prints it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stream:D} {Last} {Convert.ToHexStringLower(Hash.Span)}");
}

/// <summary>The short anchor of a school's day: a hash over all heads that this day's digest lists.</summary>
internal readonly record struct DayAnchor(DateOnly Day, string Code)
{
    private const string Prefix = "OSM1";

    /// <summary>The anchor of these heads. Their order does not matter.</summary>
    public static DayAnchor Of(DateOnly day, IEnumerable<HeadAnchor> heads)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[16 + sizeof(long)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, day.DayNumber);
        hash.AppendData(bytes[..sizeof(int)]);
        foreach (var head in heads.OrderBy(h => h.Stream))
        {
            head.Stream.TryWriteBytes(bytes, bigEndian: true, out _);
            BinaryPrimitives.WriteInt64BigEndian(bytes[16..], head.Last);
            hash.AppendData(bytes);
            hash.AppendData(head.Hash.Span);
        }

        return new DayAnchor(day, AnchorCode.Of(hash.GetHashAndReset()));
    }

    /// <summary>The anchor as it was printed or typed; null when there is no such day.</summary>
    public static DayAnchor? TryParse(string day, string code) =>
        DateOnly.TryParseExact(day, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? new DayAnchor(date, AnchorCode.Read(code))
            : null;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{Day:yyyyMMdd}-{AnchorCode.Grouped(Code)}");
}

/// <summary>The anchors in a text: a line of a digest, a whole digest, or a file in which somebody collected them.</summary>
internal sealed partial record AnchorText(IReadOnlyList<DayAnchor> Days, IReadOnlyList<HeadAnchor> Heads)
{
    public bool IsEmpty => Days.Count + Heads.Count == 0;

    public static AnchorText Read(string text)
    {
        // A mail kept as a file has its long lines broken (quoted-printable, RFC 2045 section 6.7).
        text = SoftBreak().Replace(text, "");
        return new AnchorText(
            [.. Day().Matches(text).Select(m => DayAnchor.TryParse(m.Groups["day"].Value, m.Groups["code"].Value)).OfType<DayAnchor>().Distinct()],
            [.. Head().Matches(text).Select(m => new HeadAnchor(
                Guid.Parse(m.Groups["stream"].Value), long.Parse(m.Groups["last"].Value, CultureInfo.InvariantCulture), Convert.FromHexString(m.Groups["hash"].Value)))
                .DistinctBy(head => head.ToString(), StringComparer.Ordinal)]);
    }

    [GeneratedRegex("=\r?\n", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SoftBreak();

    [GeneratedRegex(@"\bOSM1-(?<day>[0-9]{8})-(?<code>[A-Z2-7]{5}(-[A-Z2-7]{5}){4})\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Day();

    [GeneratedRegex(@"\b(?<stream>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\s+(?<last>[0-9]{1,18})\s+(?<hash>[0-9a-f]{64})\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Head();
}
