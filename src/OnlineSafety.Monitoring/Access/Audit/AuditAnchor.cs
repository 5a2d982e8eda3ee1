using System.Globalization;
using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>
/// The head of a school's chain as it once was, short enough to be typed from paper. Its code is of the hash, which covers the school: no anchor of one
/// school is found in the chain of another.
/// </summary>
/// <param name="Last">Sequence of the last entry that it covers.</param>
/// <param name="Code">25 letters of that entry's hash.</param>
internal readonly partial record struct AuditAnchor(long Last, string Code)
{
    private const string Prefix = "OSA1";

    public static AuditAnchor Of(long last, ReadOnlySpan<byte> hash) => new(last, AnchorCode.Of(hash));

    /// <summary>The anchors in a text: a line of a digest, a whole digest as it was kept, or a file in which somebody collected them.</summary>
    public static IReadOnlyList<AuditAnchor> ReadAll(string text) =>
    [
        // A mail kept as a file has its long lines broken (quoted-printable, RFC 2045 section 6.7).
        .. Printed().Matches(SoftBreak().Replace(text, ""))
            .Select(match => new AuditAnchor(long.Parse(match.Groups["last"].Value, CultureInfo.InvariantCulture), AnchorCode.Read(match.Groups["code"].Value)))
            .Distinct(),
    ];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{Last}-{AnchorCode.Grouped(Code)}");

    [GeneratedRegex("=\r?\n", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SoftBreak();

    [GeneratedRegex(@"\bOSA1-(?<last>[0-9]{1,18})-(?<code>[A-Z2-7]{5}(-[A-Z2-7]{5}){4})\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Printed();
}
