namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>A finished mail to one recipient.</summary>
/// <param name="Id">The ledger row, or of many rows the mail that they share.</param>
/// <param name="CreatedAt">When the oldest row was written: with the id it makes date, Message-ID and file name the same at every resend.</param>
/// <param name="Message">The message as it goes over the wire: ASCII, lines of at most 998 characters ending in CRLF.</param>
internal sealed record OutgoingMail(Guid Id, DateTimeOffset CreatedAt, string From, string To, ReadOnlyMemory<byte> Message);

/// <summary>A way out for mail.</summary>
internal interface IMailTransport
{
    /// <summary>Completes when the next hop has taken responsibility for the mail.</summary>
    /// <exception cref="MailException">It has not, or nobody can tell.</exception>
    Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
