namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>Faults of mail for people: what happened, and what to look at.</summary>
internal static class MailWords
{
    public static string Of(MailFault fault) => fault switch
    {
        MailFault.Connect => "No connection could be made.",
        MailFault.Cut => "The relay closed the connection before it had the message.",
        MailFault.Unanswered => "The connection ended after the message and before the answer: nobody can tell whether the relay has it.",
        MailFault.Timeout => "The relay did not answer in time.",
        MailFault.Tls => "The encrypted connection could not be made.",
        MailFault.CertificateExpired => "The relay's certificate is not valid today: its time is over, or has not begun.",
        MailFault.CertificateName => "The relay's certificate is for another host than Mail:RelayHost.",
        MailFault.CertificateUntrusted => "The relay's certificate was made by nobody that this host trusts.",
        MailFault.TlsMissing => "The relay does not offer to encrypt (STARTTLS), and nothing is sent without.",
        MailFault.Authentication => "The relay does not accept the user, password or token.",
        MailFault.AuthenticationMissing => "The relay does not offer the way to authenticate that is set.",
        MailFault.Token => "There was no access token.",
        MailFault.Busy => "The relay says that it cannot now (4xx); alerts would be tried again.",
        MailFault.RelayRefused => "The relay refuses us or the sender address.",
        MailFault.RecipientRefused => "The relay refuses this recipient.",
        MailFault.MessageRefused => "The relay refuses the message, for a reason that is not the mailbox; alerts would be tried again.",
        MailFault.Protocol => "What answered does not speak SMTP as it should.",
        MailFault.Address => "The address cannot be used: only plain ASCII addresses can.",
        MailFault.RelayDown => "The relay failed several times of late, so it was not tried.",
        MailFault.Outbox => "The outbox folder (Mail:Outbox) cannot be written.",
        _ => "This is a defect of onlinesafety, please report it.",
    };

    /// <summary>The same of a channel.</summary>
    public static string OfChannel(MailFault fault) => fault switch
    {
        MailFault.Connect => "No connection could be made.",
        MailFault.Timeout => "The other side did not answer in time.",
        MailFault.Tls => "The encrypted connection could not be made: look at the certificate, and at Channels:Authority.",
        MailFault.Busy => "The other side says that it cannot now (5xx, 429); alerts would be tried again.",
        MailFault.RelayRefused => "The other side refuses: the address is wrong or no longer in use, or it leads elsewhere, which is not followed.",
        MailFault.Blocked => "The address leads into a network of this host or the school. Allow it in the settings if that is meant: Channels:AllowNetworks.",
        MailFault.Command => "The program is not in the settings (Channels:Commands), cannot be run, or failed.",
        MailFault.RelayDown => "It failed several times of late, so it was not tried again at once.",
        MailFault.MasterKey => "This is not the master key that the channel was added with: give the right --master-key-file, or add it anew.",
        _ => "Nobody can tell whether the other side has it.",
    };

    public static string Advice(MailFault fault) => fault switch
    {
        MailFault.Connect or MailFault.Timeout => "Look at Mail:RelayHost and Mail:RelayPort, and whether a firewall lets this host out on that port (587 with STARTTLS, 465 with Implicit).",
        MailFault.Protocol or MailFault.Cut or MailFault.Tls => "Look whether port and Mail:RelaySecurity belong together: 587 or 25 with Required, 465 with Implicit.",
        MailFault.CertificateExpired => "Look at this host's clock; if it is right, whoever runs the relay must renew its certificate.",
        MailFault.CertificateName => "Set Mail:RelayHost to a name that is in the certificate.",
        MailFault.CertificateUntrusted => "Name your own authority's PEM file in Mail:RelayAuthority. If you have none, something on the way may pretend to be the relay.",
        MailFault.TlsMissing => "Use a port that offers it. If the relay usually does, something on the way takes it out: do not go on without.",
        MailFault.Authentication => "Microsoft 365: SMTP AUTH must be on for the mailbox and the tenant, and Mail:From must be that mailbox or one it may send as. Gmail: an app password, or XOAuth2.",
        MailFault.AuthenticationMissing => "Set Mail:RelayAuthentication to a way that is offered; some relays offer none before the connection is encrypted.",
        MailFault.Token => "Look at Mail:RelayTokenCommand or Mail:RelayTokenFile, as the account that the service runs as.",
        MailFault.RelayRefused or MailFault.MessageRefused => "Mail:From must be an address that this relay lets us send from.",
        MailFault.Busy => "Greylisting lifts after some minutes. Otherwise ask whoever runs the relay.",
        MailFault.Outbox => "The account that the service runs as needs the right to write there.",
        _ => "What the relay answered says more; whoever runs it can help.",
    };
}
