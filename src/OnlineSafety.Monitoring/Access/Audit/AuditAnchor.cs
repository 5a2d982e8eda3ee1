using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>
/// The head of a school's chain as it once was, short enough to be typed from paper. Its code is of the hash, which covers the school: no anchor of one
/// school is found in the chain of another. Its tag says which school's it is, so that one of entries that fell since is told from one that was lost.
/// </summary>
/// <param name="Last">Sequence of the last entry that it covers.</param>
/// <param name="Code">25 letters of that entry's hash.</param>
/// <param name="School">5 letters that stand for the school; empty in one that was printed without (OSA1).</param>
internal readonly partial record struct AuditAnchor(long Last, string Code, string School = "")
{
    private const int TagLetters = 5;

    public static AuditAnchor Of(Guid school, long last, ReadOnlySpan<byte> hash) => new(last, AnchorCode.Of(hash), TagOf(school));

    /// <summary>The same as it was printed before anchors had a tag.</summary>
    public AuditAnchor Untagged => this with { School = "" };

    /// <summary>Letters of the id's hash: they say nothing of the school, and tell apart more schools than one service has.</summary>
    public static string TagOf(Guid school) => AnchorCode.Of(SHA256.HashData(school.ToByteArray(bigEndian: true)))[..TagLetters];

    /// <summary>The anchors in a text: a line of a digest, a whole digest as it was kept, or a file in which somebody collected them.</summary>
    public static IReadOnlyList<AuditAnchor> ReadAll(string text) =>
    [
        // A mail kept as a file has its long lines broken (quoted-printable, RFC 2045 section 6.7).
        .. Printed().Matches(SoftBreak().Replace(text, ""))
            .Select(match => new AuditAnchor(
                long.Parse(match.Groups["last"].Value, CultureInfo.InvariantCulture), AnchorCode.Read(match.Groups["code"].Value), AnchorCode.Read(match.Groups["school"].Value)))
            .Distinct(),
    ];

    public override string ToString() => School.Length == 0
        ? string.Create(CultureInfo.InvariantCulture, $"OSA1-{Last}-{AnchorCode.Grouped(Code)}")
        : string.Create(CultureInfo.InvariantCulture, $"OSA2-{Last}-{School}-{AnchorCode.Grouped(Code)}");

    [GeneratedRegex("=\r?\n", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SoftBreak();

    [GeneratedRegex(@"\bOSA(1-(?<last>[0-9]{1,18})|2-(?<last>[0-9]{1,18})-(?<school>[A-Z2-7]{5}))-(?<code>[A-Z2-7]{5}(-[A-Z2-7]{5}){4})\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Printed();
}
