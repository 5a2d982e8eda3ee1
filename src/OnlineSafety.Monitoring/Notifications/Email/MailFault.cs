namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>Everything that can go wrong with a mail, or what goes through another channel in its place. The ledger keeps the code, never a server's words.</summary>
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

    /// <summary>The handshake failed, or the certificate is bad in another way than the next three.</summary>
    Tls,

    /// <summary>The certificate's time is over, or has not begun.</summary>
    CertificateExpired,

    /// <summary>The certificate is for another host.</summary>
    CertificateName,

    /// <summary>No authority that is trusted here made the certificate.</summary>
    CertificateUntrusted,

    /// <summary>TLS is required and the relay does not offer it.</summary>
    TlsMissing,

    /// <summary>The relay refused our user, password or token.</summary>
    Authentication,

    /// <summary>The relay does not offer the way to authenticate that is set, or none that we know.</summary>
    AuthenticationMissing,

    /// <summary>The token for XOAUTH2 could not be had from its command or file.</summary>
    Token,

    /// <summary>A 4xx answer (busy, greylisting).</summary>
    Busy,

    /// <summary>5xx for us or our sender address: the relay's settings or ours are wrong, which somebody will mend.</summary>
    RelayRefused,

    /// <summary>5xx for this recipient, whose mailbox is not there or takes nothing.</summary>
    RecipientRefused,

    /// <summary>5xx for this message, for a reason that is not the mailbox: who we are, where we relay, what is in it. Somebody will mend it, as with <see cref="RelayRefused"/>.</summary>
    MessageRefused,

    /// <summary>The answer is no SMTP.</summary>
    Protocol,

    /// <summary>The address cannot be used.</summary>
    Address,

    /// <summary>The circuit to the relay is open: not tried.</summary>
    RelayDown,

    /// <summary>The outbox folder cannot be written.</summary>
    Outbox,

    /// <summary>The address of a channel leads where nothing of ours may go.</summary>
    Blocked,

    /// <summary>The program of a channel is not there, or says that it failed.</summary>
    Command,

    /// <summary>This process lacks the master key that sealed the channel's address.</summary>
    MasterKey,

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
        MailFault.CertificateExpired => "certificate-expired",
        MailFault.CertificateName => "certificate-name",
        MailFault.CertificateUntrusted => "certificate-untrusted",
        MailFault.TlsMissing => "tls-missing",
        MailFault.Authentication => "authentication",
        MailFault.AuthenticationMissing => "authentication-missing",
        MailFault.Token => "token",
        MailFault.Busy => "busy",
        MailFault.RelayRefused => "relay-refused",
        MailFault.RecipientRefused => "recipient-refused",
        MailFault.MessageRefused => "message-refused",
        MailFault.Protocol => "protocol",
        MailFault.Address => "address",
        MailFault.RelayDown => "relay-down",
        MailFault.Outbox => "outbox",
        MailFault.Blocked => "blocked",
        MailFault.Command => "command",
        MailFault.MasterKey => "master-key",
        _ => "internal",
    };

    /// <summary>The fault that the ledger's code stands for.</summary>
    public static MailFault Of(string code) => Enum.GetValues<MailFault>().Where(fault => CodeOf(fault) == code).DefaultIfEmpty(MailFault.Internal).First();

    /// <summary>Trying again cannot help. What speaks of the relay, or of us, and not of this recipient is always tried again.</summary>
    public static bool IsPermanent(MailFault fault) => fault is MailFault.RecipientRefused or MailFault.Address;

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
        fault is MailFault.Connect or MailFault.Cut or MailFault.Unanswered or MailFault.Timeout or MailFault.Tls
            or MailFault.CertificateExpired or MailFault.CertificateName or MailFault.CertificateUntrusted or MailFault.TlsMissing
            or MailFault.Authentication or MailFault.AuthenticationMissing or MailFault.Token or MailFault.Protocol or MailFault.Command;
}

/// <summary>A mail was not handed over, or nobody can tell. The message is the fault's code alone.</summary>
internal sealed class MailException(MailFault fault, Exception? inner = null) : Exception(MailFaults.CodeOf(fault), inner)
{
    public MailFault Fault { get; } = fault;

    /// <summary>Where it happened.</summary>
    public MailStep? Step { get; set; }

    /// <summary>The relay's own words, for the person who tries the settings out. Never logged or kept.</summary>
    public string Answer { get; init; } = "";
}
