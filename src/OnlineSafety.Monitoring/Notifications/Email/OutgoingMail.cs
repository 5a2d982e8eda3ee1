namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>A finished mail to one recipient.</summary>
/// <param name="Id">The ledger row, or of many rows the mail that they share.</param>
/// <param name="CreatedAt">When the oldest row was written: with the id it makes date, Message-ID and file name the same at every resend.</param>
/// <param name="Message">The message as it goes over the wire: ASCII, lines of at most 998 characters ending in CRLF.</param>
internal sealed record OutgoingMail(Guid Id, DateTimeOffset CreatedAt, string From, string To, ReadOnlyMemory<byte> Message)
{
    /// <summary>
    /// Waited for when nothing is left to be sent but the end of the data: from then on the next hop may have the mail. What it throws leaves the mail unsent. A way
    /// out by which a mail that comes twice is one need not wait.
    /// </summary>
    public Func<CancellationToken, Task> Turn { get; init; } = static _ => Task.CompletedTask;
}

/// <summary>A way out for mail.</summary>
internal interface IMailTransport
{
    /// <summary>False: what it takes goes to nobody.</summary>
    bool ReachesPeople => true;

    /// <summary>Completes when the next hop has taken responsibility for the mail.</summary>
    /// <exception cref="MailException">It has not, or nobody can tell.</exception>
    Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
