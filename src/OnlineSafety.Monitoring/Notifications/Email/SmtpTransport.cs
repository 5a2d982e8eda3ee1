using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>
/// Hands one mail to the relay over a connection of its own (RFC 5321, 3207, 4954). A small client of our own, because the framework's has
/// no implicit TLS and blurs errors that decide here whether a mail is sent again.
/// </summary>
internal sealed class SmtpTransport(IOptions<MailOptions> options) : IMailTransport
{
    private readonly MailOptions _options = options.Value;

    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (!MailAddresses.IsUsable(mail.From) || !MailAddresses.IsUsable(mail.To))
        {
            throw new MailException(MailFault.Address);
        }

        await using var connection = await SmtpConnection.OpenAsync(_options.RelayHost, _options.RelayPort, cancellationToken);
        await GreetAsync(connection, cancellationToken);
        Expect(await connection.AskAsync($"MAIL FROM:<{mail.From}>", cancellationToken), MailFault.RelayRefused);
        Expect(await connection.AskAsync($"RCPT TO:<{mail.To}>", cancellationToken), MailFault.RecipientRefused);
        Expect(await connection.AskAsync("DATA", cancellationToken), MailFault.MessageRefused);
        Expect(await HandOverAsync(connection, Stuffed(mail.Message.Span), cancellationToken), MailFault.MessageRefused);
        await LeaveAsync(connection, cancellationToken);
    }

    private async Task GreetAsync(SmtpConnection connection, CancellationToken cancellationToken)
    {
        if (_options.RelaySecurity == RelaySecurity.Implicit)
        {
            await connection.SecureAsync(_options.RelayHost, Authority(), cancellationToken);
        }

        Expect(await connection.ReadReplyAsync(cancellationToken), MailFault.RelayRefused);
        var offers = await HelloAsync(connection, cancellationToken);
        if (!connection.IsSecure && _options.RelaySecurity != RelaySecurity.None)
        {
            if (offers.Offers("STARTTLS"))
            {
                Expect(await connection.AskAsync("STARTTLS", cancellationToken), MailFault.Tls);
                await connection.SecureAsync(_options.RelayHost, Authority(), cancellationToken);
                // What was offered in clear counts for nothing any more.
                offers = await HelloAsync(connection, cancellationToken);
            }
            else if (_options.RelaySecurity == RelaySecurity.Required)
            {
                throw new MailException(MailFault.TlsMissing);
            }
        }

        if (_options.RelayUser.Length > 0)
        {
            await AuthenticateAsync(connection, offers, cancellationToken);
        }
    }

    /// <summary>Read anew for each connection, so that a renewed file works at once.</summary>
    private X509Certificate2Collection? Authority()
    {
        if (_options.RelayAuthority.Length == 0)
        {
            return null;
        }

        try
        {
            var authority = new X509Certificate2Collection();
            authority.ImportFromPemFile(_options.RelayAuthority);
            return authority;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new MailException(MailFault.Tls, e);
        }
    }

    private static async Task<SmtpReply> HelloAsync(SmtpConnection connection, CancellationToken cancellationToken)
    {
        // An address literal: always true, and no host name of the school leaves with it.
        var reply = await connection.AskAsync("EHLO [127.0.0.1]", cancellationToken);
        Expect(reply, MailFault.RelayRefused);
        return reply;
    }

    private async Task AuthenticateAsync(SmtpConnection connection, SmtpReply offers, CancellationToken cancellationToken)
    {
        if (!connection.IsSecure && !_options.RelayIsLocal)
        {
            throw new MailException(MailFault.TlsMissing);
        }

        if (offers.OffersAuthentication("PLAIN"))
        {
            var answer = await connection.AskAsync("AUTH PLAIN " + Base64($"\0{_options.RelayUser}\0{_options.RelayPassword}"), cancellationToken);
            Expect(answer, MailFault.Authentication);
        }
        else if (offers.OffersAuthentication("LOGIN"))
        {
            Expect(await connection.AskAsync("AUTH LOGIN", cancellationToken), MailFault.Authentication);
            Expect(await connection.AskAsync(Base64(_options.RelayUser), cancellationToken), MailFault.Authentication);
            Expect(await connection.AskAsync(Base64(_options.RelayPassword), cancellationToken), MailFault.Authentication);
        }
        else
        {
            throw new MailException(MailFault.Authentication);
        }
    }

    private static async Task<SmtpReply> HandOverAsync(SmtpConnection connection, byte[] message, CancellationToken cancellationToken)
    {
        try
        {
            await connection.WriteAsync(message, cancellationToken);
            return await connection.ReadReplyAsync(cancellationToken);
        }
        catch (MailException e) when (e.Fault == MailFault.Cut)
        {
            // Any of these bytes may have been the dot that reached the relay.
            throw new MailException(MailFault.Unanswered, e);
        }
    }

    private static async Task LeaveAsync(SmtpConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            // The relay has the mail; nothing that happens to the goodbye can change that, so nobody waits for the answer.
            await connection.WriteAsync("QUIT\r\n"u8.ToArray(), cancellationToken);
        }
        catch (Exception e) when (e is MailException or OperationCanceledException)
        {
        }
    }

    private static void Expect(SmtpReply reply, MailFault refusal)
    {
        if (!reply.IsPositive)
        {
            throw new MailException(reply.IsTransient ? MailFault.Busy : refusal);
        }
    }

    /// <summary>Doubles a dot at a line's start and adds the final dot (RFC 5321 4.5.2).</summary>
    internal static byte[] Stuffed(ReadOnlySpan<byte> message)
    {
        var bytes = new List<byte>(message.Length + 64);
        var atStart = true;
        foreach (var value in message)
        {
            if (atStart && value == (byte)'.')
            {
                bytes.Add((byte)'.');
            }

            bytes.Add(value);
            atStart = value == (byte)'\n';
        }

        bytes.AddRange(atStart ? ".\r\n"u8 : "\r\n.\r\n"u8);
        return [.. bytes];
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
