using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// What a delivery status notification (RFC 3464) says of a mail of ours. Pure. Only that it could not be delivered for good, and which mail it was: the report
/// itself may be forged by whoever knows the id, which is random and stands in that mail alone, and the worst it does then is to have others told.
/// </summary>
internal static class BounceReport
{
    /// <summary>The returned header is among the first; a report may hold the whole mail.</summary>
    public const int Longest = 256 * 1024;

    private static readonly Regex _failed = new(@"^Action:[ \t]*failed", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);

    private static readonly Regex _messageId = new(
        @"^Message-ID:[ \t]*\r?\n?[ \t]*<(?<mail>[0-9a-f-]{36})@onlinesafety\.", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);

    /// <summary>The mail's id; null when it reports no lasting failure, or none of ours.</summary>
    public static Guid? MailOf(string report) =>
        _failed.IsMatch(report) && _messageId.Match(report) is { Success: true } found && Guid.TryParse(found.Groups["mail"].ValueSpan, out var mail) ? mail : null;
}
