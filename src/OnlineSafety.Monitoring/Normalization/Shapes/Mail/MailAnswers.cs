using MimeKit;

namespace OnlineSafety.Monitoring.Normalization.Shapes.Mail;

/// <summary>
/// Mails that answer other mails, and our own: none of them is a report of a product. They would come back for ever, or raise an alert about the words of an
/// alert. A mail with an empty sender or with <c>Auto-Submitted: auto-generated</c> is none of them by that: products send their alerts so.
/// </summary>
internal static class MailAnswers
{
    /// <summary>What stands before the domain in the Message-ID of every mail of ours.</summary>
    private const string OwnDomain = "@onlinesafety.";

    /// <returns>A code of <see cref="Reasons"/>; empty: it is none.</returns>
    public static string Of(MimeKit.MimeMessage message)
    {
        // RFC 3464 and 8098: bounces, delivery and read receipts; any other report may be a product's. RFC 3834: out-of-office and other answers.
        if ((message.Body?.ContentType is { } type && type.IsMimeType("multipart", "report") && IsReceipt(type.Parameters["report-type"]))
            || message.Headers[HeaderId.AutoSubmitted]?.TrimStart().StartsWith("auto-replied", StringComparison.OrdinalIgnoreCase) == true)
        {
            return Reasons.MailAnswer;
        }

        return IsOurs(message.MessageId) || IsOurs(message.InReplyTo) ? Reasons.OwnMail : "";
    }

    private static bool IsReceipt(string? report) =>
        string.Equals(report, "delivery-status", StringComparison.OrdinalIgnoreCase)
        || string.Equals(report, "disposition-notification", StringComparison.OrdinalIgnoreCase);

    private static bool IsOurs(string? id) =>
        id is not null && id.IndexOf(OwnDomain, StringComparison.OrdinalIgnoreCase) is var at and > 0 && Guid.TryParseExact(id.AsSpan(0, at), "D", out _);
}
