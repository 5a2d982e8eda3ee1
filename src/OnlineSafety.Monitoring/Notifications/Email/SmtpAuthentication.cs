using System.Text;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>Says who we are (RFC 4954). Never in clear, except to this host itself.</summary>
internal static class SmtpAuthentication
{
    /// <returns>The way that was used.</returns>
    public static async Task<string> RunAsync(SmtpConnection connection, SmtpReply offers, MailOptions options, CancellationToken cancellationToken)
    {
        if (!connection.IsSecure && !options.RelayIsLocal)
        {
            throw new MailException(MailFault.TlsMissing);
        }

        var way = WayOf(options.RelayAuthentication, offers);
        Expect(way switch
        {
            "PLAIN" => await connection.AskAsync("AUTH PLAIN " + Base64($"\0{options.RelayUser}\0{options.RelayPassword}"), cancellationToken),
            "LOGIN" => await LoginAsync(connection, options, cancellationToken),
            _ => await TokenAsync(connection, options, cancellationToken),
        });
        return way;
    }

    private static string WayOf(RelayAuthentication wanted, SmtpReply offers)
    {
        string[] ways = wanted switch
        {
            RelayAuthentication.Plain => ["PLAIN"],
            RelayAuthentication.Login => ["LOGIN"],
            RelayAuthentication.XOAuth2 => ["XOAUTH2"],
            _ => ["PLAIN", "LOGIN"],
        };
        return ways.FirstOrDefault(offers.OffersAuthentication)
            ?? throw new MailException(MailFault.AuthenticationMissing)
            {
                Answer = offers.Ways is { Count: > 0 } offered ? $"The relay offers {string.Join(", ", offered)}." : "The relay offers no way to authenticate.",
            };
    }

    private static async Task<SmtpReply> LoginAsync(SmtpConnection connection, MailOptions options, CancellationToken cancellationToken)
    {
        Expect(await connection.AskAsync("AUTH LOGIN", cancellationToken));
        Expect(await connection.AskAsync(Base64(options.RelayUser), cancellationToken));
        return await connection.AskAsync(Base64(options.RelayPassword), cancellationToken);
    }

    // developers.google.com/workspace/gmail/imap/xoauth2-protocol, learn.microsoft.com "Authenticate an IMAP, POP or SMTP connection using OAuth".
    private static async Task<SmtpReply> TokenAsync(SmtpConnection connection, MailOptions options, CancellationToken cancellationToken)
    {
        var token = await RelayToken.ReadAsync(options, cancellationToken);
        var reply = await connection.AskAsync("AUTH XOAUTH2 " + Base64($"user={options.RelayUser}\u0001auth=Bearer {token}\u0001\u0001"), cancellationToken);
        // A refusal comes as a challenge that says why; the empty answer fetches the refusal itself.
        return reply.Code == 334 ? await connection.AskAsync("", cancellationToken) : reply;
    }

    private static void Expect(SmtpReply reply) => reply.Require(MailFault.Authentication);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
