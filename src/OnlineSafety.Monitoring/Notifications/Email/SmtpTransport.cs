using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>
/// Hands one mail to the relay over a connection of its own (RFC 5321, 3207, 4954, 8314). A small client of our own, because the framework's has
/// no implicit TLS and no XOAUTH2, and blurs errors that decide here whether a mail is sent again. One mail has one recipient, so that each has a result of its own.
/// </summary>
internal sealed class SmtpTransport(IOptions<MailOptions> options) : IMailTransport
{
    /// <summary>A dot and the end of its line.</summary>
    private const int LastLine = 3;

    private readonly MailOptions _options = options.Value;

    public Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken) => SendAsync(mail, static _ => { }, cancellationToken);

    /// <param name="done">Told of each step that went well.</param>
    /// <exception cref="MailException">Names the step that did not.</exception>
    public async Task SendAsync(OutgoingMail mail, Action<MailProgress> done, CancellationToken cancellationToken)
    {
        if (!MailAddresses.IsUsable(mail.From) || !MailAddresses.IsUsable(mail.To))
        {
            throw new MailException(MailFault.Address);
        }

        await using var connection = await StepAsync(
            MailStep.Connect, token => SmtpConnection.OpenAsync(_options.RelayHost, _options.RelayPort, token), opened => opened.Peer, done, cancellationToken);
        await GreetAsync(connection, done, cancellationToken);
        await AskAsync(MailStep.Sender, MailFault.RelayRefused, $"MAIL FROM:<{mail.From}>");
        await StepAsync(
            MailStep.Recipient, token => AddressAsync(connection, mail.To, token), reply => reply.Words, done, cancellationToken);
        await AskAsync(MailStep.Data, MailFault.MessageRefused, "DATA");
        await HandOverAsync(connection, mail, done, cancellationToken);
        await LeaveAsync(connection, cancellationToken);

        Task<SmtpReply> AskAsync(MailStep step, MailFault refusal, string command) =>
            StepAsync(step, token => ExpectAsync(connection.AskAsync(command, token), refusal), reply => reply.Words, done, cancellationToken);
    }

    // A relay that takes nothing more for anybody, or not from us, refuses the recipient too; only what it says of the mailbox itself is final.
    private static async Task<SmtpReply> AddressAsync(SmtpConnection connection, string to, CancellationToken cancellationToken)
    {
        var reply = await connection.AskAsync($"RCPT TO:<{to}>", cancellationToken);
        reply.Require(reply.SpeaksOfMailbox ? MailFault.RecipientRefused : MailFault.MessageRefused);
        return reply;
    }

    private async Task GreetAsync(SmtpConnection connection, Action<MailProgress> done, CancellationToken cancellationToken)
    {
        if (_options.RelaySecurity == RelaySecurity.Implicit)
        {
            await SecureAsync(MailStep.Tls, connection, done, cancellationToken);
        }

        await StepAsync(MailStep.Greeting, token => ExpectAsync(connection.ReadReplyAsync(token), MailFault.RelayRefused), reply => reply.Words, done, cancellationToken);
        var offers = await HelloAsync(connection, done, cancellationToken);
        if (!connection.IsSecure && _options.RelaySecurity != RelaySecurity.None)
        {
            if (offers.Offers("STARTTLS"))
            {
                await StepAsync(MailStep.StartTls, token => ExpectAsync(connection.AskAsync("STARTTLS", token), MailFault.Tls), reply => reply.Words, done, cancellationToken);
                await SecureAsync(MailStep.Tls, connection, done, cancellationToken);
                // What was offered in clear counts for nothing any more.
                offers = await HelloAsync(connection, done, cancellationToken);
            }
            else if (_options.RelaySecurity == RelaySecurity.Required)
            {
                // Taken away on the way, or never there: nothing goes on in clear.
                throw new MailException(MailFault.TlsMissing) { Step = MailStep.StartTls };
            }
        }

        if (_options.RelayUser.Length > 0)
        {
            await StepAsync(MailStep.Authenticate, token => SmtpAuthentication.RunAsync(connection, offers, _options, token), way => way, done, cancellationToken);
        }
    }

    private Task SecureAsync(MailStep step, SmtpConnection connection, Action<MailProgress> done, CancellationToken cancellationToken) => StepAsync(
        step,
        async token =>
        {
            await connection.SecureAsync(_options.RelayHost, Authority(), token);
            return connection.Security;
        },
        security => security,
        done,
        cancellationToken);

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
            throw new MailException(MailFault.Tls, e) { Answer = "Mail:RelayAuthority cannot be read." };
        }
    }

    // An address literal: always true, and no host name of the school leaves with it.
    private Task<SmtpReply> HelloAsync(SmtpConnection connection, Action<MailProgress> done, CancellationToken cancellationToken) => StepAsync(
        MailStep.Hello,
        token => ExpectAsync(connection.AskAsync("EHLO [127.0.0.1]", token), MailFault.RelayRefused),
        reply => $"{reply.Code.ToString(CultureInfo.InvariantCulture)} {string.Join(", ", reply.Lines.Skip(1))}",
        done,
        cancellationToken);

    private static async Task HandOverAsync(SmtpConnection connection, OutgoingMail mail, Action<MailProgress> done, CancellationToken cancellationToken)
    {
        var message = Stuffed(mail.Message.Span).AsMemory();
        try
        {
            // Without its last line it is no message: a relay that loses the connection here has nothing.
            await connection.WriteAsync(message[..^LastLine], cancellationToken);
        }
        catch (MailException e)
        {
            e.Step = MailStep.Message;
            throw;
        }

        await mail.Turn(cancellationToken);
        try
        {
            await connection.WriteAsync(message[^LastLine..], cancellationToken);
            var reply = await ExpectAsync(connection.ReadReplyAsync(cancellationToken), MailFault.MessageRefused);
            done(new MailProgress(MailStep.Message, reply.Words));
        }
        catch (MailException e) when (e.Fault == MailFault.Cut)
        {
            // Any of these bytes may have been the dot that reached the relay.
            throw new MailException(MailFault.Unanswered, e) { Step = MailStep.Message };
        }
        catch (MailException e)
        {
            e.Step = MailStep.Message;
            throw;
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

    private static async Task<SmtpReply> ExpectAsync(Task<SmtpReply> asked, MailFault refusal)
    {
        var reply = await asked;
        reply.Require(refusal);
        return reply;
    }

    /// <summary>One step, in its own time, named when it fails.</summary>
    private async Task<T> StepAsync<T>(
        MailStep step, Func<CancellationToken, Task<T>> work, Func<T, string> words, Action<MailProgress> done, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(_options.StepSeconds));
        try
        {
            var result = await work(limit.Token);
            done(new MailProgress(step, words(result)));
            return result;
        }
        catch (MailException e)
        {
            e.Step = step;
            throw;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MailException(MailFault.Timeout, e) { Step = step };
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
}
