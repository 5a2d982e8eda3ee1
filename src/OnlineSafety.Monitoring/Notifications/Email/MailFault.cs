namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>Everything that can go wrong with a mail. The ledger keeps the code, never a server's words.</summary>
internal enum MailFault : byte
{
    /// <summary>No connection.</summary>
    Connect,

    /// <summary>The connection ended before the message was handed over: the relay does not have it.</summary>
    Cut,

    /// <summary>The connection ended after the final dot and before the answer: the relay may have it.</summary>
    Unanswered,

    /// <summary>Took too long.</summary>
    Timeout,

    /// <summary>The certificate or the handshake is bad.</summary>
    Tls,

    /// <summary>TLS is required and the relay does not offer it.</summary>
    TlsMissing,

    /// <summary>The relay refused our user or password, or offers no way we know.</summary>
    Authentication,

    /// <summary>A 4xx answer (busy, greylisting).</summary>
    Busy,

    /// <summary>5xx for us or our sender address: the relay's settings or ours are wrong, which somebody will mend.</summary>
    RelayRefused,

    /// <summary>5xx for this recipient.</summary>
    RecipientRefused,

    /// <summary>5xx for this message after it was sent; each message has one recipient.</summary>
    MessageRefused,

    /// <summary>The answer is no SMTP.</summary>
    Protocol,

    /// <summary>The address cannot be used.</summary>
    Address,

    /// <summary>The circuit to the relay is open: not tried.</summary>
    RelayDown,

    /// <summary>The outbox folder cannot be written.</summary>
    Outbox,

    /// <summary>A defect of ours.</summary>
    Internal,
}

internal static class MailFaults
{
    public static string CodeOf(MailFault fault) => fault switch
    {
        MailFault.Connect => "connect",
        MailFault.Cut => "cut",
        MailFault.Unanswered => "unanswered",
        MailFault.Timeout => "timeout",
        MailFault.Tls => "tls",
        MailFault.TlsMissing => "tls-missing",
        MailFault.Authentication => "authentication",
        MailFault.Busy => "busy",
        MailFault.RelayRefused => "relay-refused",
        MailFault.RecipientRefused => "recipient-refused",
        MailFault.MessageRefused => "message-refused",
        MailFault.Protocol => "protocol",
        MailFault.Address => "address",
        MailFault.RelayDown => "relay-down",
        MailFault.Outbox => "outbox",
        _ => "internal",
    };

    /// <summary>Trying again cannot help. What speaks of the relay and not of this recipient is always tried again.</summary>
    public static bool IsPermanent(MailFault fault) =>
        fault is MailFault.RecipientRefused or MailFault.MessageRefused or MailFault.Address;

    /// <summary>
    /// Worth a second try within the attempt. Only where the relay cannot have the message: after an unanswered dot a quick
    /// second try would be the double that nobody needs.
    /// </summary>
    public static bool IsQuicklyRetried(MailFault fault) => fault is MailFault.Connect or MailFault.Cut;

    /// <summary>
    /// The relay may have the mail: it is sent again as the same mail with the same rows. After every other fault its rows are free to go with others.
    /// </summary>
    public static bool MayHaveArrived(MailFault fault) => fault is MailFault.Unanswered or MailFault.Timeout or MailFault.Outbox or MailFault.Internal;

    /// <summary>Says that the relay itself is in trouble; these open the circuit.</summary>
    public static bool SpeaksOfRelay(MailFault fault) =>
        fault is MailFault.Connect or MailFault.Cut or MailFault.Unanswered or MailFault.Timeout or MailFault.Tls or MailFault.TlsMissing
            or MailFault.Authentication or MailFault.Protocol;
}

internal sealed class MailException(MailFault fault, Exception? inner = null) : Exception(MailFaults.CodeOf(fault), inner)
{
    public MailFault Fault { get; } = fault;
}
